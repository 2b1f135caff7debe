import { ReadableStream } from 'node:stream/web';
import xz from 'xz-decompress';
import type { ByteSink } from './byte-sink.ts';

/** Bytes that go in at once: what they unpack to is lost where one of them is damaged, whatever the size of a read. */
const STEP = 512;

/** Where the stream header says which checksum blocks have, and those that are known (The .xz File Format 2.1.1.2): none, CRC32, CRC64. */
const CHECK = 7;
const CHECKS: ReadonlySet<number> = new Set([0, 1, 4]);

/** What xz_ret (XZ Embedded, xz.h) says is wrong. */
const ERRORS: ReadonlyMap<string, string> = new Map([
  ['3', 'there is not enough memory for its dictionary'],
  ['4', 'there is not enough memory for its dictionary'],
  ['5', 'what follows is not xz'],
  ['6', 'it was packed with filters that are not known here'],
  ['7', 'the data is corrupt'],
  ['8', 'the end is missing'],
]);

/** Unpacks xz, of any number of streams, into the sink. Whatever comes out before damage is handed over. */
export async function unxz(chunks: AsyncIterable<Uint8Array>, sink: ByteSink): Promise<string | null> {
  const pieces = steps(chunks);
  const first = await pieces.next();
  if (first.done === true) return damaged('the end is missing');
  const check = (first.value[CHECK] ?? 0) & 15;
  if (!CHECKS.has(check)) {
    await pieces.return();
    return 'The xz stream has a checksum that is not known here (SHA-256): unpack it first, as in xz -dc FILE | lastack -.';
  }
  let isBegun = false;
  const packed = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const next = isBegun ? await pieces.next() : first;
        isBegun = true;
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async () => void (await pieces.return()),
    },
    { highWaterMark: 0 },
  );
  const reader = new xz.XzReadableStream(packed).getReader();
  try {
    while (!sink.stopped) {
      const next = await reader.read().catch(faultOf);
      if (typeof next === 'string') return next;
      if (next.done) return (await pieces.next()).done === true ? null : damaged('what follows is not known');
      const room = sink.room?.() ?? null;
      if (room !== null) await room;
      sink.push(next.value);
    }
    return null;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** The same bytes in pieces of {@link STEP}, wherever the reads end, as copies: what was read is read over. */
async function* steps(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let piece = new Uint8Array(STEP);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.byteLength; ) {
      const part = chunk.subarray(from, from + STEP - filled);
      piece.set(part, filled);
      filled += part.byteLength;
      from += part.byteLength;
      if (filled < STEP) continue;
      yield piece;
      piece = new Uint8Array(STEP);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

/** What the package throws names the code of its library; anything else is a failure of what is read. */
function faultOf(error: unknown): string {
  const [, code] = /failed with error code (\d+)/.exec(String(error)) ?? [];
  if (code === undefined) throw error;
  return damaged(ERRORS.get(code) ?? `error ${code}`);
}

function damaged(reason: string): string {
  return `The xz stream is damaged or ends early (${reason}); what could be unpacked before that was read.`;
}
