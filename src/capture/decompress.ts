import type { ByteSink, Inflater } from './byte-sink.ts';
import type { ByteSource } from './byte-source.ts';
import { RatioGuard } from './ratio-guard.ts';
import type { Compression, Diagnostic } from './record.ts';

export interface Decompressed {
  compression: Compression | null;
  fault: Diagnostic | null;
}

/** By magic; each is loaded only when seen. */
const FORMATS: readonly { name: Compression; magic: readonly number[]; load: () => Promise<Inflater> }[] = [
  { name: 'gzip', magic: [0x1f, 0x8b], load: async () => (await import('./gunzip.ts')).gunzip },
  { name: 'zstd', magic: [0x28, 0xb5, 0x2f, 0xfd], load: async () => (await import('./unzstd.ts')).unzstd },
  {
    name: 'xz',
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
    load: async () => (await import('./unxz.ts')).unxz,
  },
];
const LONGEST_MAGIC = 6;

/** Moves a source into a sink, through the decompressor that its first bytes call for. */
export async function decompress(
  source: ByteSource,
  sink: ByteSink,
  onProgress: (bytesRead: number) => void = () => {},
): Promise<Decompressed> {
  let head = new Uint8Array(0);
  let read = 0;
  const iterator = iterate(source);
  try {
    while (head.byteLength < LONGEST_MAGIC) {
      const next = await iterator.next();
      if (next.done === true) break;
      read += next.value.byteLength;
      if (
        head.byteLength === 0 &&
        next.value.byteLength >= LONGEST_MAGIC &&
        formatOf(next.value) === undefined
      ) {
        // The common case: nothing to unpack, nothing to copy.
        sink.push(next.value);
        onProgress(read);
        await pump(iterator, sink, read, onProgress);
        return { compression: null, fault: null };
      }
      const joined = new Uint8Array(head.byteLength + next.value.byteLength);
      joined.set(head);
      joined.set(next.value, head.byteLength);
      head = joined;
    }
    const format = formatOf(head);
    if (format === undefined) {
      sink.push(head);
      onProgress(read);
      await pump(iterator, sink, read, onProgress);
      return { compression: null, fault: null };
    }
    const inflate = await format.load();
    const guard = new RatioGuard(sink);
    const message = await inflate(following(head, iterator, guard, read, onProgress), guard);
    return { compression: format.name, fault: faultOf(guard.fault, message) };
  } finally {
    // Lets a file source close its file when reading stops early.
    await iterator.return?.();
  }
}

function faultOf(bomb: string | null, damage: string | null): Diagnostic | null {
  if (bomb !== null) return { code: 'compression-ratio', offset: null, message: bomb };
  return damage === null ? null : { code: 'compression-corrupt', offset: null, message: damage };
}

/** What begins with these bytes is to be unpacked. */
export function isCompressed(head: Uint8Array): boolean {
  return formatOf(head) !== undefined;
}

function formatOf(head: Uint8Array): (typeof FORMATS)[number] | undefined {
  return FORMATS.find(({ magic }) => magic.every((byte, index) => head[index] === byte));
}

type Chunks = Iterator<Uint8Array, unknown> | AsyncIterator<Uint8Array, unknown>;

function iterate(source: ByteSource): Chunks {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}

async function pump(
  chunks: Chunks,
  sink: ByteSink,
  before: number,
  onProgress: (bytesRead: number) => void,
): Promise<void> {
  let read = before;
  while (!sink.stopped) {
    await sink.room?.();
    const next = await chunks.next();
    if (next.done === true) return;
    sink.push(next.value);
    read += next.value.byteLength;
    onProgress(read);
  }
}

async function* following(
  head: Uint8Array,
  chunks: Chunks,
  guard: RatioGuard,
  before: number,
  onProgress: (bytesRead: number) => void,
): AsyncGenerator<Uint8Array, void, void> {
  let read = before;
  guard.packed = read;
  yield head;
  onProgress(read);
  for (;;) {
    const next = await chunks.next();
    if (next.done === true) return;
    read += next.value.byteLength;
    guard.packed = read;
    yield next.value;
    onProgress(read);
  }
}
