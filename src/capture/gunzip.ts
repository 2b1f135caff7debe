import { createGunzip } from 'node:zlib';
import type { ByteSink } from './byte-sink.ts';

/** Bounds what one step can unpack to: deflate expands 1032 times at most. */
const STEP = 65_536;
/** Also the most that is lost when damage is found: zlib throws away the block that it was filling. */
const OUTPUT_BLOCK = 65_536;

/** Unpacks gzip, of any number of members, into the sink. Whatever comes out before damage is handed over. */
export async function gunzip(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  const stream = createGunzip({ chunkSize: OUTPUT_BLOCK });
  let sinkFailure: { error: unknown } | null = null;
  let damage: string | null = null;
  const finished = new Promise<void>((resolve) => {
    stream.on('end', resolve);
    stream.on('close', resolve);
    stream.on('error', (error) => {
      damage = error.message;
      resolve();
    });
  });
  // Handed on as it comes out: a stream that fails throws away what it still holds.
  stream.on('data', (data: Uint8Array) => {
    if (sinkFailure !== null) return;
    try {
      sink.push(data);
    } catch (error) {
      sinkFailure = { error };
    }
  });
  const over = () => damage !== null || sinkFailure !== null || sink.stopped;
  reading: for await (const chunk of chunks) {
    for (let at = 0; at < chunk.byteLength; at += STEP) {
      await sink.room?.();
      const step = chunk.subarray(at, Math.min(at + STEP, chunk.byteLength));
      // The chunk is the source's own again once this loop asks for the next: wait until the step is unpacked.
      await Promise.race([finished, new Promise<void>((resolve) => stream.write(step, () => resolve()))]);
      if (over()) break reading;
    }
  }
  if (!over()) {
    stream.end();
    await finished;
  }
  stream.destroy();
  if (sinkFailure !== null) throw (sinkFailure as { error: unknown }).error;
  return damage === null
    ? null
    : `The gzip stream is damaged or ends early (${damage}); what could be unpacked before that was read.`;
}
