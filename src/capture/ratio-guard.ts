import type { ByteSink } from './byte-sink.ts';

/** Bytes that anything may unpack to, and how many times its size beyond. */
const FREE = 268_435_456;
const MOST = 1000;

/** Hands bytes on to a sink until they are far more than a capture can have been packed from. */
export class RatioGuard implements ByteSink {
  /** Packed bytes so far. */
  packed = 0;
  /** What is wrong; null where nothing is. */
  fault: string | null = null;
  readonly room: () => Promise<void> | null;
  private readonly sink: ByteSink;
  private unpacked = 0;

  constructor(sink: ByteSink) {
    this.sink = sink;
    this.room = () => sink.room?.() ?? null;
  }

  get stopped(): boolean {
    return this.fault !== null || this.sink.stopped;
  }

  push(chunk: Uint8Array): void {
    this.unpacked += chunk.byteLength;
    this.sink.push(chunk);
    if (this.unpacked <= FREE || this.unpacked <= MOST * this.packed) return;
    this.fault = `${this.packed} packed bytes unpack to more than ${MOST} times as many, and to more than 256 MiB; reading stopped there. If that is right, unpack the capture first.`;
  }
}
