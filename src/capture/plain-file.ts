import type { ByteSink } from './byte-sink.ts';
import { type ByteSource, isFileSource, type OpenFile } from './byte-source.ts';
import { isCompressed } from './decompress.ts';

/** Bytes that are read at once, where the sink does not say: few enough to stay in the processor's cache until they are walked. */
const BLOCK = 131_072;
/** Bytes after which others have their turn in this thread. */
const STRETCH = 1 << 20;

/** Takes bytes, which may be put into its own memory. */
export interface BlockSink extends ByteSink {
  /** Where the next bytes are best put, if it cares; it copies them otherwise. */
  readonly block?: Uint8Array | null;
}

/** Opens a file that is to be read as it stands; null where it is no regular file, or there is something to unpack. */
export function openPlain(source: ByteSource): OpenFile | null {
  const file = isFileSource(source) ? source.open() : null;
  if (file === null) return null;
  // What has no size is not what it seems: it ends where reading does.
  if (file.size > 0 && !isCompressed(file.head)) return file;
  file.close();
  return null;
}

/**
 * Reads a file from its beginning to its end, which is where it is by then. It is read in this thread: walking takes longer than
 * copying it out of the system's cache, and a disk is read ahead by the system.
 *
 * @param onProgress called now and then with the bytes read so far
 */
export async function readPlain(
  file: Pick<OpenFile, 'read'>,
  sink: BlockSink,
  onProgress: (bytesRead: number) => void = () => {},
): Promise<void> {
  const own = new Uint8Array(BLOCK);
  let read = 0;
  let told = 0;
  while (!sink.stopped) {
    const block: Uint8Array = sink.block ?? own;
    const length = file.read(block, read);
    if (length === 0) break;
    read += length;
    sink.push(length === block.byteLength ? block : block.subarray(0, length));
    if (read - told < STRETCH) continue;
    told = read;
    onProgress(read);
    await new Promise((resolve) => setImmediate(resolve));
  }
  onProgress(read);
}
