import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/decode/segment.ts';
import { compare, decode } from '../support/both-paths.ts';
import { conversation, STEP } from '../support/conversation.ts';
import { ladder } from '../support/ladder.ts';
import fc from '../support/property.ts';

const CONVERSATION = fc.record({
  steps: fc.array(STEP, { maxLength: 6 }),
  polite: fc.constantFrom(true, true, true, false),
  /** Seconds. */
  start: fc.integer({ min: 0, max: 120 }),
  ipv6: fc.boolean(),
});
type Conversation = typeof CONVERSATION extends fc.Arbitrary<infer T> ? T : never;

/** Conversations that go on side by side, each on a 4-tuple of its own. */
async function segmentsOf(conversations: readonly Conversation[]): Promise<Segment[]> {
  const all: Segment[] = [];
  for (const [index, { steps, polite, start, ipv6 }] of conversations.entries()) {
    const { segments } = await decode(ladder(conversation(steps, polite)));
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
  return all;
}

describe('the fast path of regular endings', () => {
  it('hands out the same in the same order: many connections, some looked at again before they are over', async () => {
    let regular = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(CONVERSATION, { minLength: 2, maxLength: 60, size: 'max' }),
        async (conversations) => {
          const segments = await segmentsOf(conversations);
          const end = Math.max(0, ...segments.map(({ time }) => time));
          regular += compare({
            segments,
            info: { records: segments.length, end },
            epoch: 1_750_000_000n * 10n ** 9n,
          });
        },
      ),
      { numRuns: 200 },
    );
    expect(regular).toBeGreaterThan(1000);
  }, 120_000);
});
