import { fromBytes } from '../capture/sources.ts';
import type { FoundCapture } from './find-captures.ts';

/** A capture that may be read more than once: standard input and pipes are kept in memory, files are not. */
export async function rereadable(input: FoundCapture): Promise<FoundCapture> {
  if (input.size !== null) return input;
  const chunks: Uint8Array[] = [];
  for await (const chunk of input.source) chunks.push(new Uint8Array(chunk));
  return { ...input, source: fromBytes(Buffer.concat(chunks)) };
}
