import { afterAll, describe, expect, it, vi } from 'vitest';
import type { Rule } from '../../src/rules/rule.ts';
import { ladder } from '../support/ladder.ts';

/** A rule that nobody has told the fast path of: it has something to say of each close that the client begins. */
const NEW_RULE: Rule = {
  meta: {
    id: 'client-says-goodbye',
    tiers: ['suspect'],
    clause: 'RFC 9293 3.6',
    label: 'a test',
    summary: 'The client closed first',
    messages: { first: 'The {side} sent {bytes} bytes and closed first.' },
    refutedBy: 'An earlier FIN of the server.',
    waits: null,
    docs: { what: '', why: '', legitimate: '', action: '', good: '', bad: '' },
  },
  concerns: ({ close }) => close.closer === 'client',
  check: ({ flow, replay }) =>
    (replay.fins.client.inForce?.copies ?? []).map((index) => ({
      message: 'first',
      tier: 'suspect',
      side: 'client',
      frames: [flow.segments[index]?.frame ?? 0],
      evidence: { bytes: flow.segments.reduce((sum, s) => sum + (s.from === 'client' ? s.length : 0), 0) },
    })),
};

/** As if the rule stood in the list of rules: all that was loaded is loaded anew. */
async function withNewRule(): Promise<typeof import('../support/both-paths.ts')> {
  vi.resetModules();
  vi.doMock('../../src/rules/index.ts', async (original) => {
    const { RULES } = await original<typeof import('../../src/rules/index.ts')>();
    return { RULES: [...RULES, NEW_RULE] };
  });
  return import('../support/both-paths.ts');
}

afterAll(() => {
  vi.doUnmock('../../src/rules/index.ts');
  vi.resetModules();
});

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const EXCHANGE = '+.1 > P. 1:78(77) ack 1\n+.01 < P. 1:501(500) ack 78\n+0 > . 78:78(0) ack 501\n';
const ENDINGS = {
  'four-way':
    '+1 > F. 78:78(0) ack 501\n+.01 < . 501:501(0) ack 79\n+1 < F. 501:501(0) ack 79\n+.01 > . 79:79(0) ack 502\n',
  'three-way': '+1 > F. 78:78(0) ack 501\n+.01 < F. 501:501(0) ack 79\n+.01 > . 79:79(0) ack 502\n',
  'reset-after-fin': '+1 > F. 78:78(0) ack 501\n+.01 < . 501:501(0) ack 79\n+.1 > R. 79:79(0) ack 501\n',
};

describe('a new rule', () => {
  it.each(Object.entries(ENDINGS))(
    'is in the fast path by itself, its numbers included: %s',
    async (kind, ending) => {
      const { compare, decode, talliesOf } = await withNewRule();
      const decoded = await decode(ladder(OPENING + EXCHANGE + ending));
      expect(compare(decoded)).toBe(1);
      const { tallies, regular } = talliesOf(decoded, 'one by one');
      expect(regular).toBe(1);
      expect(tallies[0]).toMatchObject({ way: { kind }, verdict: 'suspect' });
      expect(tallies[0]?.findings).toContainEqual({
        tier: 'suspect',
        rule: NEW_RULE.meta.id,
        side: 'client',
      });
    },
  );
});
