import { Decompress } from 'fzstd';
import type { ByteSink } from './byte-sink.ts';

/** Unpacks zstd into the sink. Whatever comes out before damage is handed over. */
export async function unzstd(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  let sinkFailure: { error: unknown } | null = null;
  const stream = new Decompress((data) => {
    if (sinkFailure !== null || sink.stopped) return;
    try {
      sink.push(data);
    } catch (error) {
      sinkFailure = { error };
    }
  });
  let damage: unknown = null;
  try {
    for await (const chunk of chunks) {
      await sink.room?.();
      // A copy, since the decompressor may keep a part of it for later; the `slice` of a Buffer makes none.
      stream.push(new Uint8Array(chunk));
      if (sinkFailure !== null || sink.stopped) break;
    }
    if (sinkFailure === null && !sink.stopped) stream.push(new Uint8Array(0), true);
  } catch (error) {
    damage = error;
  }
  if (sinkFailure !== null) throw (sinkFailure as { error: unknown }).error;
  if (damage === null) return null;
  const reason = damage instanceof Error ? damage.message : String(damage);
  return `The zstd stream is damaged or ends early (${reason}); what could be unpacked before that was read.`;
}
