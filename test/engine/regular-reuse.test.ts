import { describe, expect, it } from 'vitest';
import { ACK, type Segment, SYN } from '../../src/decode/segment.ts';
import { compare, decode, reportsOf } from '../support/both-paths.ts';
import { conversation, STEP } from '../support/conversation.ts';
import { ladder } from '../support/ladder.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

const CONVERSATION = fc.record({
  steps: fc.array(STEP, { maxLength: 6 }),
  polite: fc.constantFrom(true, true, true, false),
  /** Initial sequence numbers of client and server. */
  initial: fc.tuple(fc.integer(), fc.integer()),
  /** Nanoseconds to the next one. */
  gap: fc.constantFrom(1e6, 1e8, 5e9, 61e9, 130e9),
  /** The one that opens it is the server of the others. */
  reversed: fc.boolean(),
  timestamps: fc.constantFrom('none', 'none', 'all', 'not announced'),
});
type Conversation = typeof CONVERSATION extends fc.Arbitrary<infer T> ? T : never;

const CHANGE = fc.record({
  kind: fc.constantFrom('again', 'lost', 'swapped', 'clock', 'ttl', 'window', 'other'),
  at: fc.nat(),
});
type Change = typeof CHANGE extends fc.Arbitrary<infer T> ? T : never;

/** Conversations on one 4-tuple, one behind the other. */
async function segmentsOf(conversations: readonly Conversation[], ipv6: boolean): Promise<Segment[]> {
  const all: Segment[] = [];
  let start = 0;
  for (const { steps, polite, initial, gap, reversed, timestamps } of conversations) {
    const { segments } = await decode(ladder(conversation(steps, polite)));
    const clientPort = segments[0]?.sourcePort;
    for (const segment of segments) {
      const [own, peers] = segment.sourcePort === clientPort ? initial : [initial[1], initial[0]];
      segment.time += start;
      segment.seq = (segment.seq + own) | 0;
      if (segment.flags & ACK) segment.ack = (segment.ack + peers) | 0;
      if (reversed) reverse(segment);
      if (timestamps === 'all' || (timestamps !== 'none' && !(segment.flags & SYN))) stamp(segment);
      if (ipv6) Object.assign(segment, { ipVersion: 6, ipId: -1, source0: 0x2001, destination0: 0x2001 });
      all.push(segment);
    }
    start = (all.at(-1)?.time ?? 0) + gap;
  }
  return all;
}

function reverse(segment: Segment): void {
  const { source3, destination3, sourcePort, destinationPort } = segment;
  Object.assign(segment, {
    source3: destination3,
    destination3: source3,
    sourcePort: destinationPort,
    destinationPort: sourcePort,
  });
}

/** The timestamps option: its value follows the clock. */
function stamp(segment: Segment): void {
  const bytes = new Uint8Array(12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0101080a);
  view.setUint32(4, 1000 + Math.floor(segment.time / 1e6));
  view.setUint32(8, 900);
  Object.assign(segment, {
    bytes,
    view,
    optionsOffset: 0,
    optionsLength: bytes.length,
    capturedEnd: bytes.length,
  });
}

function change(all: Segment[], { kind, at }: Change): void {
  const index = at % all.length;
  const segment = all[index];
  const next = all[index + 1];
  if (!segment) return;
  const later = Math.min(all.length - 1, index + (at % 5));
  if (kind === 'again') all.splice(later + 1, 0, { ...segment, time: all[later]?.time ?? 0 });
  else if (kind === 'lost') all.splice(index, 1);
  else if (kind === 'clock') segment.time -= 3e9;
  else if (kind === 'ttl') segment.ttl = 9;
  else if (kind === 'window') segment.window = 0;
  else if (kind === 'other') all.splice(index, 0, { ...segment, sourcePort: 7777, flags: SYN });
  else if (next) {
    all[index] = { ...next, time: segment.time };
    all[index + 1] = { ...segment, time: next.time };
  }
}

describe('the fast path of regular endings', () => {
  it.each([
    ['IPv4', false],
    ['IPv6', true],
  ])(
    'counts what replay and rules count: a 4-tuple of %s that is used again, whatever happens to its segments',
    async (_, ipv6) => {
      let regular = 0;
      let listed = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.array(CONVERSATION, { minLength: 1, maxLength: 3 }),
          fc.array(CHANGE, { maxLength: 2 }),
          async (conversations, changes) => {
            const segments = await segmentsOf(conversations, ipv6);
            for (const one of changes) change(segments, one);
            segments.forEach((segment, index) => {
              segment.frame = index + 1;
            });
            const end = Math.max(0, ...segments.map(({ time }) => time)) + 1e9;
            const decoded = {
              segments,
              info: { records: segments.length, end },
              epoch: 1_750_000_000n * 10n ** 9n,
            };
            regular += compare(decoded);
            listed += reportsOf(decoded).listed;
          },
        ),
        { numRuns: runs(750) },
      );
      expect(regular).toBeGreaterThan(runs(50));
      expect(listed).toBeGreaterThan(runs(50));
    },
  );
});
