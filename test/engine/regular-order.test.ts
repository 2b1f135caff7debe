import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/decode/segment.ts';
import { compare, type Decoded, decode, talliesOf } from '../support/both-paths.ts';
import { conversation, OPENING, STEP } from '../support/conversation.ts';
import { ladder } from '../support/ladder.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

interface Started {
  /** A ladder. */
  readonly text: string;
  /** Seconds. */
  readonly start: number;
  readonly ipv6: boolean;
}

const STARTED: fc.Arbitrary<Started> = fc
  .record({
    steps: fc.array(STEP, { maxLength: 6 }),
    polite: fc.constantFrom(true, true, true, false),
    start: fc.integer({ min: 0, max: 120 }),
    ipv6: fc.boolean(),
  })
  .map(({ steps, polite, ...rest }) => ({ ...rest, text: conversation(steps, polite) }));

/** Connections side by side, each on a 4-tuple of its own. */
async function together(connections: readonly Started[]): Promise<Decoded> {
  const all: Segment[] = [];
  for (const [index, { text, start, ipv6 }] of connections.entries()) {
    const { segments } = await decode(ladder(text));
    const client = segments[0]?.sourcePort;
    for (const segment of segments) {
      segment.time += start * 1e9;
      if (segment.sourcePort === client) segment.sourcePort = 20_000 + index;
      else segment.destinationPort = 20_000 + index;
      if (ipv6) Object.assign(segment, { ipVersion: 6, ipId: -1, source0: 0x2001, destination0: 0x2001 });
      all.push(segment);
    }
  }
  all.sort((a, b) => a.time - b.time);
  all.forEach((segment, index) => {
    segment.frame = index + 1;
  });
  const end = Math.max(0, ...all.map(({ time }) => time));
  return { segments: all, info: { records: all.length, end }, epoch: 1_750_000_000n * 10n ** 9n };
}

describe('the fast path of regular endings', () => {
  it.each([
    [2, 20],
    [21, 40],
    [41, 60],
  ])(
    'hands out the same in the same order: %i to %i connections, some looked at more than once',
    async (minLength, maxLength) => {
      let regular = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(STARTED, { minLength, maxLength, size: 'max' }), async (connections) => {
          regular += compare(await together(connections));
        }),
        { numRuns: runs(67) },
      );
      expect(regular).toBeGreaterThan(runs(10 * maxLength));
    },
  );

  it('hands out the same in the same order: a last ACK that comes when nobody waits for it any more', async () => {
    const fins = '+1 > F. 1:1(0) ack 1\n+.01 < F. 1:1(0) ack 2\n';
    const ack = '> . 2:2(0) ack 2\n';
    const late = { text: `${OPENING}${fins}+100 ${ack}`, start: 0, ipv6: false };
    const others = [50, 150, 250, 350].map((start) => ({
      text: `${OPENING}${fins}+.01 ${ack}`,
      start,
      ipv6: false,
    }));
    const decoded = await together([late, ...others]);
    compare(decoded);
    // 2MSL behind its last ACK, not with the end of the capture.
    const { tallies } = talliesOf(decoded, 'one by one');
    expect(tallies.map(({ id }) => id)).toEqual([1, 0, 2, 3, 4]);
  });
});
