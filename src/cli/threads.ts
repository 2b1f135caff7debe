import { availableParallelism } from 'node:os';
import { CaptureReader } from '../capture/capture-reader.ts';
import { openPlain } from '../capture/plain-file.ts';
import type { FoundCapture } from './find-captures.ts';

/** Below so many packets, a second thread takes longer to start than it saves. */
const WORTH_SHARING = 2.5e6;
/** Bytes from which the number of a capture's packets is told. */
const SAMPLE = 65_536;
/** What is compressed cannot be sampled: about so many of its bytes are a packet. */
const COMPRESSED_PACKET = 64;

/**
 * How many threads share the work unless somebody says it: two where there is much of it, since one reads the packets and counts
 * or lists connections while the other one keeps them. More would wait for the reading one.
 */
export function threadsFor(inputs: readonly FoundCapture[]): number {
  if (availableParallelism() < 2) return 1;
  let packets = 0;
  for (const input of inputs) {
    packets += packetsOf(input);
    if (packets >= WORTH_SHARING) return 2;
  }
  return 1;
}

/** About how many packets a capture has; 0 where nobody knows how long it is. */
function packetsOf({ source, size }: FoundCapture): number {
  if (size === null || size < WORTH_SHARING) return 0;
  const file = openPlain(source);
  if (file === null) return size / COMPRESSED_PACKET;
  try {
    let records = 0;
    const reader = new CaptureReader({
      record() {
        records += 1;
      },
    });
    const block = new Uint8Array(SAMPLE);
    const length = file.read(block, 0);
    reader.push(block.subarray(0, length));
    return length === 0 ? 0 : (records * size) / length;
  } finally {
    file.close();
  }
}
