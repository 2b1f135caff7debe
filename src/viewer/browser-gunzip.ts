import type { ByteSink } from '../capture/byte-sink.ts';

/** Unpacks gzip with what browsers have for it: one member, and what comes out before damage. In place of `capture/gunzip.ts`. */
export async function gunzip(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  const stream = new DecompressionStream('gzip');
  const writing = write(chunks, stream.writable.getWriter());
  const reader = stream.readable.getReader();
  let fault: unknown = null;
  try {
    for (let next = await reader.read(); !next.done && !sink.stopped; next = await reader.read()) {
      await sink.room?.();
      sink.push(next.value);
    }
  } catch (error) {
    // Only the stream fails so: what the sink throws is an error of lastack itself.
    if (!(error instanceof TypeError)) throw error;
    fault = error.message;
  }
  if (fault === null && !sink.stopped) fault = await writing;
  if (fault === null) return null;
  return `The gzip stream is damaged, ends early, or has several members (${String(fault)}); what could be unpacked before that was read.`;
}

/** What went wrong; null where nothing did. */
async function write(
  chunks: AsyncIterable<Uint8Array>,
  writer: { write(bytes: Uint8Array): Promise<void>; close(): Promise<void> },
): Promise<string | null> {
  try {
    for await (const chunk of chunks) await writer.write(new Uint8Array(chunk));
    await writer.close();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
