import { describe, expect, it } from 'vitest';
import {
  type Baseline,
  compareWith,
  formatBaseline,
  KnownFindingsCounter,
  newFindings,
  parseBaseline,
  pruned,
  updated,
} from '../../src/policy/baseline.ts';
import type { Tier } from '../../src/rules/finding.ts';
import { checkLadder } from '../support/check-ladder.ts';

const kind = (fingerprint: string, count: number, tier: Tier = 'suspect') => {
  return {
    service: 'a:1',
    rule: 'missing-fin',
    side: 'server',
    message: 'probed',
    tier,
    count,
    fingerprint,
  } as const;
};
const baseline = (...findings: ReturnType<typeof kind>[]): Baseline => ({
  schema: 'lastack/baseline/1',
  findings,
});

const OPENING = (at: string) => `${at} > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n`;
const leak = (at: string, wait: string) =>
  `${OPENING(at)}+${wait} > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+99 > . 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;

async function baselineOf(text: string, notes = false): Promise<Baseline> {
  const counter = new KnownFindingsCounter(notes);
  for (const { findings, server } of (await checkLadder(text)).connections) {
    for (const finding of findings) counter.count(finding, server);
  }
  return counter.baseline();
}

describe('a baseline', () => {
  it('has findings by rule, service, side and message, whatever their frames, ports and times', async () => {
    const one = await baselineOf(`@ connection 1\n${leak('+0', '1')}`);
    const other = await baselineOf(`${OPENING('+5')}@ connection 7\n${leak('+2', '3')}`);
    expect(other).toEqual(one);
    expect(one.findings).toEqual([
      {
        service: '10.0.0.2:80',
        rule: 'missing-fin',
        side: 'server',
        message: 'probed',
        tier: 'suspect',
        count: 1,
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      },
    ]);
  });

  it('counts them, and notes only where they are wanted', async () => {
    const text = `${leak('+0', '1')}@ connection 2\n${leak('+0', '1')}`;
    expect((await baselineOf(text)).findings).toMatchObject([{ rule: 'missing-fin', count: 2 }]);
    expect((await baselineOf(text, true)).findings.map(({ rule }) => rule)).toContain('fin-wait-2-lingering');
  });

  it('is read as it was written, in an order that does not depend on the run', () => {
    const one = baseline(kind('b', 2), kind('a', 1));
    const text = formatBaseline(one);
    expect(parseBaseline(text)).toEqual(baseline(kind('a', 1), kind('b', 2)));
    expect(formatBaseline(parseBaseline(text) as Baseline)).toBe(
      formatBaseline(baseline(kind('a', 1), kind('b', 2))),
    );
  });

  it.each([
    ['nothing', /no JSON/],
    ['null', /no "schema"/],
    ['{"schema":"lastack/baseline/2"}', /version/],
    ['{"schema":"lastack/baseline/1"}', /no list/],
    [JSON.stringify({ ...baseline(), findings: [{ ...kind('a', 1), count: 0 }] }), /findings\[0\]/],
    [JSON.stringify({ ...baseline(), findings: [{ ...kind('a', 1), tier: 'bad' }] }), /findings\[0\]/],
    [JSON.stringify(baseline(kind('a', 1), kind('a', 2))), /findings\[1\] has the fingerprint/],
  ])('%s is none', (text, reason) => {
    expect(parseBaseline(text)).toMatch(reason);
  });
});

describe('findings against a baseline', () => {
  const known = baseline(
    kind('same', 2),
    kind('more', 2),
    kind('less', 2),
    kind('gone', 1),
    kind('worse', 1),
  );
  const found = baseline(
    kind('same', 2),
    kind('more', 5),
    kind('less', 1),
    kind('fresh', 4),
    kind('worse', 1, 'violation'),
  );

  it('are new, more, known, less or vanished', () => {
    const kinds = compareWith(known, found);
    const states = Object.fromEntries(kinds.map((one) => [one.fingerprint, [one.state, newFindings(one)]]));
    expect(states).toEqual({
      fresh: ['new', 4],
      worse: ['new', 1],
      more: ['more', 3],
      same: ['known', 0],
      less: ['less', 0],
      gone: ['vanished', 0],
    });
    expect(kinds[0]?.state).toBe('new');
    expect(kinds.at(-1)?.state).toBe('vanished');
  });

  it('are added by an update, which takes nothing out', () => {
    const counts = updated(known, found).findings.map(({ fingerprint, count }) => [fingerprint, count]);
    expect(Object.fromEntries(counts)).toEqual({ same: 2, more: 5, less: 2, gone: 1, fresh: 4, worse: 1 });
    expect(compareWith(updated(known, found), found).reduce((sum, one) => sum + newFindings(one), 0)).toBe(0);
  });

  it('are taken out by a prune, which adds nothing', () => {
    const counts = pruned(known, found).findings.map(({ fingerprint, count }) => [fingerprint, count]);
    expect(Object.fromEntries(counts)).toEqual({ same: 2, more: 2, less: 1, worse: 1 });
  });
});
