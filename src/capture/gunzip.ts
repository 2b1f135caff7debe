import { createGunzip, type Gunzip } from 'node:zlib';
import type { ByteSink } from './byte-sink.ts';

/** Bounds what one step can unpack to: deflate expands 1032 times at most. */
const STEP = 65_536;
const OUTPUT_BLOCK = 65_536;
/** Packed bytes that are kept, so that nothing is lost where there is damage in them. */
const KEPT = 16_777_216;

/**
 * Unpacks gzip, of any number of members, into the sink. Whatever comes out before damage is handed over: zlib throws away what a
 * step gave where that fails, so the stream is unpacked once more from its beginning, and that step byte by byte. Of a stream
 * of more than {@link KEPT} bytes, what one step gives may be lost.
 */
export async function gunzip(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  const kept: Uint8Array[] = [];
  let keptBytes = 0;
  const member = new GunzipStream(sink, 0);
  reading: for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += STEP) {
      await sink.room?.();
      const step = chunk.subarray(at, Math.min(at + STEP, chunk.byteLength));
      keptBytes += step.byteLength;
      // The chunk is the source's own again once this loop asks for the next.
      if (keptBytes <= KEPT) kept.push(new Uint8Array(step));
      else kept.length = 0;
      await member.write(step);
      if (member.isOver) break reading;
    }
  }
  if (!member.isOver) await member.end();
  member.close();
  const { damage } = member;
  if (damage === null) return null;
  if (kept.length > 0 && !sink.stopped) await again(kept, sink, member.handed);
  return `The gzip stream is damaged or ends early (${damage}); what could be unpacked before that was read.`;
}

/** Unpacks steps, of which the last one fails, and hands over what was not handed over before. */
async function again(steps: readonly Uint8Array[], sink: ByteSink, handed: number): Promise<void> {
  const member = new GunzipStream(sink, handed);
  for (const [index, step] of steps.entries()) {
    await sink.room?.();
    if (index < steps.length - 1) await member.write(step);
    else
      for (let at = 0; at < step.byteLength && !member.isOver; at++)
        await member.write(step.subarray(at, at + 1));
    if (member.isOver) break;
  }
  member.close();
}

/** A stream of zlib whose output goes to the sink as it comes: one that fails throws away what it still holds. */
class GunzipStream {
  /** What zlib says is wrong. */
  damage: string | null = null;
  /** Bytes that were unpacked. */
  handed = 0;
  private readonly sink: ByteSink;
  private readonly stream: Gunzip;
  private readonly finished: Promise<void>;
  private failure: { error: unknown } | null = null;

  /** @param skip bytes that the sink has already */
  constructor(sink: ByteSink, skip: number) {
    this.sink = sink;
    this.stream = createGunzip({ chunkSize: OUTPUT_BLOCK });
    this.finished = new Promise<void>((resolve) => {
      this.stream.on('end', resolve);
      this.stream.on('close', resolve);
      this.stream.on('error', (error) => {
        this.damage = error.message;
        resolve();
      });
    });
    this.stream.on('data', (data: Uint8Array) => {
      const before = this.handed;
      this.handed += data.byteLength;
      if (this.failure !== null || this.handed <= skip || this.sink.stopped) return;
      try {
        this.sink.push(before < skip ? data.subarray(skip - before) : data);
      } catch (error) {
        this.failure = { error };
      }
    });
  }

  /** Nothing more is wanted of it, or comes. */
  get isOver(): boolean {
    return this.damage !== null || this.failure !== null || this.sink.stopped;
  }

  /** Waits until the bytes are unpacked. */
  async write(bytes: Uint8Array): Promise<void> {
    await Promise.race([
      this.finished,
      new Promise<void>((resolve) => this.stream.write(bytes, () => resolve())),
    ]);
  }

  async end(): Promise<void> {
    this.stream.end();
    await this.finished;
  }

  /** Throws what the sink has thrown. */
  close(): void {
    this.stream.destroy();
    if (this.failure !== null) throw this.failure.error;
  }
}
