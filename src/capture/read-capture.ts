import type { ByteSource } from './byte-source.ts';
import { CaptureReader } from './capture-reader.ts';
import type { Decompressed } from './decompress.ts';
import { decompress } from './decompress.ts';
import { openPlain, readPlain } from './plain-file.ts';
import type { CaptureInfo, RecordSink } from './record.ts';

export type { ByteSource } from './byte-source.ts';

export interface ReadOptions {
  /** Called now and then with the number of bytes taken from the source so far (before decompression). */
  onProgress?: (bytesRead: number) => void;
  /** Called before the first byte, with what tells the capture's epoch from its first record on. */
  onClock?: (clock: Clock) => void;
}

/** The point in time that record times count from. */
export interface Clock {
  /** Nanoseconds since 1970-01-01 UTC; 0n before the first record. */
  readonly epoch: bigint;
  /** The same of the last record, where its time is beyond `PLAIN_TIME` (`time-bounds.ts`). */
  readonly exact: bigint;
  /** The latest of these. */
  readonly exactEnd: bigint;
}

/**
 * Reads a capture from its source to its end: classic pcap or pcapng, bare or compressed with gzip, zstd or xz, each
 * told by content. Faults of the bytes end up in {@link CaptureInfo.diagnostics}; only the source or the sink can make
 * the promise fail.
 *
 * @param sink gets every record in file order; the object is reused, so it copies what it keeps
 * @example
 * let segments = 0;
 * const decoder = new Decoder({ segment() { segments += 1; } });
 * const info = await readCapture(openFile(path), decoder);
 * const diagnostics = [...info.diagnostics, ...decoder.diagnostics()];
 */
export async function readCapture(
  source: ByteSource,
  sink: RecordSink,
  options: ReadOptions = {},
): Promise<CaptureInfo> {
  const reader = new CaptureReader(sink);
  options.onClock?.(reader);
  const file = openPlain(source);
  if (file === null) {
    const unpacked = await decompress(source, reader, options.onProgress);
    return withCompression(reader.end(), unpacked);
  }
  try {
    await readPlain(file, reader, options.onProgress);
  } finally {
    file.close();
  }
  return reader.end();
}

/** Adds to what a reader knows what was found around its bytes. */
export function withCompression(info: CaptureInfo, { compression, fault }: Decompressed): CaptureInfo {
  // Whoever unpacks ahead of the reader finds damage behind the place where that stopped; others never come to it.
  const isEmpty = info.diagnostics.some(({ code }) => code === 'empty');
  if (fault === null || (info.isStopped && !isEmpty)) return { ...info, compression };
  // What a damaged stream leaves half done is its own fault, not the capture's.
  const own = info.diagnostics.filter(({ code }) => code !== 'record-truncated' && code !== 'empty');
  return { ...info, compression, diagnostics: [...own, fault] };
}
