import { ZSTDDecoder } from 'zstddec/stream';
import type { ByteSink } from './byte-sink.ts';

/** What is used of libzstd's own interface (zstd.h), compiled to WebAssembly. Addresses and sizes are signed: `>>> 0`. */
interface Libzstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  ZSTD_createDCtx(): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** A `WebAssembly.Module`, which is compiled once. */
let compiled: Promise<object> | null = null;

/** Bytes that go in and come out at once (ZSTD_DStreamInSize, ZSTD_DStreamOutSize). */
const INPUT = 131_072;
const OUTPUT = 131_072;
/** Bytes that begin a frame (ZSTD_startingInputLength). */
const FRAME_HEADER = 5;
/** A ZSTD_inBuffer and a ZSTD_outBuffer: address, size, place; three words each. */
const BUFFER = 12;

/** Codes of errors (zstd_errors.h) are negative; there are not so many. */
const MOST_ERRORS = 120;
const ERRORS: ReadonlyMap<number, string> = new Map([
  [10, 'what follows is not zstd'],
  [16, 'its window is larger than 128 MiB; pack it again without --ultra or with --long=27'],
  [20, 'the data is corrupt'],
  [22, 'the checksum is wrong'],
  [32, 'it needs a dictionary; pack it again without one'],
  [64, 'there is not enough memory for its window'],
]);

/** Unpacks zstd, of any number of frames, into the sink. Whatever comes out before damage is handed over. */
export async function unzstd(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  compiled ??= compile();
  const stream = new ZstdStream(await compiled);
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.byteLength && !sink.stopped; from += INPUT) {
      stream.feed(chunk.subarray(from, from + INPUT));
      while (stream.hasMore) {
        const output = stream.step();
        if (output.byteLength > 0) {
          const room = sink.room?.() ?? null;
          if (room !== null) await room;
          sink.push(output);
        }
        if (sink.stopped) return null;
        if (stream.fault !== null) return damaged(stream.fault);
      }
    }
    if (sink.stopped) return null;
  }
  return stream.isWhole ? null : damaged('the end is missing');
}

function damaged(reason: string): string {
  return `The zstd stream is damaged or ends early (${reason}); what could be unpacked before that was read.`;
}

/** The package compiles its library to call it in its own way, which goes on for ever on damage; only the library is taken. */
function compile(): Promise<object> {
  return new Promise((resolve, reject) => {
    const decoder = new ZSTDDecoder();
    decoder._init = ({ module }: { readonly module: object }) => resolve(module);
    decoder.init().catch(reject);
  });
}

/** One stream, in memory of its own, which goes with it. */
class ZstdStream {
  /** What is wrong with the stream; null where nothing is. */
  fault: string | null = null;
  /** It may end here. */
  isWhole = true;
  private readonly library: Libzstd;
  private readonly context: number;
  /** Where the descriptions of both buffers, and the buffers, stand. */
  private readonly input: number;
  private readonly output: number;
  private readonly from: number;
  private readonly to: number;
  private fed = 0;
  /** Bytes that end with the next block or header: one at a time, since what a step gave is lost where it fails. */
  private wanted = FRAME_HEADER;
  private isOutputFull = false;
  private words = new Uint32Array(0);

  constructor(module: object) {
    const { exports } = new WebAssembly.Instance(module, { env: { emscripten_notify_memory_growth() {} } });
    this.library = exports as unknown as Libzstd;
    this.context = this.library.ZSTD_createDCtx();
    const base = this.library.malloc(2 * BUFFER + INPUT + OUTPUT) >>> 0;
    this.input = base;
    this.output = base + BUFFER;
    this.from = base + 2 * BUFFER;
    this.to = this.from + INPUT;
  }

  /** Feeds the next bytes, {@link INPUT} at most, once all earlier ones are consumed. */
  feed(bytes: Uint8Array): void {
    new Uint8Array(this.library.memory.buffer).set(bytes, this.from);
    this.set(this.input, this.from, bytes.byteLength, 0);
    this.fed = bytes.byteLength;
  }

  /** There is something left of what was fed, or of what came of it. */
  get hasMore(): boolean {
    return this.isOutputFull || this.placeOf(this.input) < this.fed;
  }

  /** Unpacks a few bytes more: valid until the next call. */
  step(): Uint8Array {
    this.set(this.output, this.to, OUTPUT, 0);
    const place = this.placeOf(this.input);
    this.set(this.input, this.from, Math.min(this.fed, place + this.wanted), place);
    const result = this.library.ZSTD_decompressStream(this.context, this.output, this.input);
    const length = this.placeOf(this.output);
    this.isOutputFull = length === OUTPUT;
    if (result < 0 && result >= -MOST_ERRORS) this.fault = ERRORS.get(-result) ?? `error ${-result}`;
    this.wanted = result > 0 ? result : FRAME_HEADER;
    this.isWhole = result === 0;
    return new Uint8Array(this.library.memory.buffer, this.to, length);
  }

  private placeOf(buffer: number): number {
    return this.view()[(buffer >>> 2) + 2] ?? 0;
  }

  private set(buffer: number, address: number, size: number, place: number): void {
    this.view().set([address, size, place], buffer >>> 2);
  }

  /** Memory that grows is another buffer. */
  private view(): Uint32Array {
    const { buffer } = this.library.memory;
    if (this.words.buffer !== buffer) this.words = new Uint32Array(buffer);
    return this.words;
  }
}
