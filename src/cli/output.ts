import { writeSync } from 'node:fs';
import { Failure } from './failure.ts';

const STANDARD_OUTPUT = 1;
const BLOCK = 65_536;
/** Milliseconds between attempts where standard output is a pipe that somebody set to non-blocking. */
const PAUSE = 5;

/**
 * Standard output, or another open file, written without the stream of Node: that one keeps in memory whatever is
 * written before the event loop turns, and a capture is checked without a turn. When the reader goes away (`| head`),
 * {@link BrokenPipe} is thrown, which is no failure.
 */
export class Output {
  private pending: string[] = [];
  private length = 0;
  private readonly descriptor: number;
  private readonly name: string;

  constructor(descriptor: number = STANDARD_OUTPUT, name = 'Standard output') {
    this.descriptor = descriptor;
    this.name = name;
  }

  /** Queues text, and writes in blocks. */
  line(text: string): void {
    this.pending.push(text);
    this.length += text.length;
    if (this.length >= BLOCK) this.flush();
  }

  write(pieces: Iterable<string>): void {
    for (const piece of pieces) this.line(piece);
    this.flush();
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.writeSome(bytes.subarray(at));
  }

  private flush(): void {
    const bytes = Buffer.from(this.pending.join(''));
    this.pending = [];
    this.length = 0;
    this.bytes(bytes);
  }

  private writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.descriptor, bytes);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new BrokenPipe();
      if (code !== 'EAGAIN') throw new Failure('unwritable', `${this.name} cannot be written: ${message}.`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      return 0;
    }
  }
}

/** Nobody reads the output any more. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}
