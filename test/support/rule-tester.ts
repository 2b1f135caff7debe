import { describe, expect, it } from 'vitest';
import type { Side } from '../../src/machine/state.ts';
import type { Tier } from '../../src/rules/finding.ts';
import type { Connection, Fact, Rule } from '../../src/rules/rule.ts';
import { runRules } from '../../src/rules/run-rules.ts';
import { type CheckLadderOptions, connectionsOfBytes } from './check-ladder.ts';
import { ladder } from './ladder.ts';
import {
  between,
  CONTROL_ONLY,
  CUT,
  oneWay,
  recordCount,
  TWICE,
  TWICE_ROUTED,
  without,
} from './pcap-records.ts';
import { sampled } from './thorough.ts';

/** Frames of a ladder any of which goes missing in `npm test`, too. */
const LONG = 24;

interface Case {
  /** A sentence. */
  readonly name: string;
  readonly ladder: string;
  readonly options?: CheckLadderOptions;
}

/** The rule keeps silent, or says by the message named here that the capture cannot decide. */
export interface ValidCase extends Case {
  readonly inconclusive?: string;
  /** Says so because of a TCP option, which a short snap length would cut. */
  readonly needsOptions?: boolean;
  /** The case rests on this frame alone, whose loss leaves no trace: with it missing the rule may report. */
  readonly restsOn?: number;
}

/** The rule reports exactly this; fields left out do not matter. */
export interface InvalidCase extends Case {
  readonly message: string;
  readonly tier: Tier;
  readonly side: Side | null;
  readonly frames?: readonly number[];
  readonly evidence?: Fact['evidence'];
}

/**
 * Tests one rule with ladders. Each case is run again as other captures would show it: numbers that wrap around 2^32,
 * IPv6, frames captured twice. Each valid one moreover with options cut, one direction only, control segments only,
 * and with its head, its tail or any one frame missing: whatever the capture lost, nobody is accused of a violation.
 */
export function ruleTester(
  rule: Rule,
  { valid, invalid }: { readonly valid: readonly ValidCase[]; readonly invalid: readonly InvalidCase[] },
): void {
  const { id, messages, tiers } = rule.meta;
  describe(id, () => {
    describe('keeps silent', () => {
      for (const test of valid) {
        it(test.name, async () => {
          expect(brief(await factsOf(rule, test))).toEqual(
            test.inconclusive === undefined ? [] : [`inconclusive ${test.inconclusive}`],
          );
          await sameElsewhere(rule, test);
          await neverAccuses(rule, test);
        });
      }
    });
    describe('reports', () => {
      for (const test of invalid) {
        it(test.name, async () => {
          const [fact, ...more] = await factsOf(rule, test);
          const { message, tier, side, frames, evidence } = test;
          expect(more).toEqual([]);
          expect(fact).toMatchObject({ message, tier, side, ...(evidence ? { evidence } : {}) });
          if (frames) expect([...new Set(fact?.frames)].sort((a, b) => a - b)).toEqual(frames);
          await sameElsewhere(rule, test);
        });
      }
    });
    it('has tests that test it', async () => {
      const names = [...valid, ...invalid].map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      expect(valid.length).toBeGreaterThanOrEqual(invalid.length);
      const used = [...invalid.map(({ message }) => message), ...valid.flatMap((c) => c.inconclusive ?? [])];
      expect([...new Set(used)].sort()).toEqual(Object.keys(messages).sort());
      for (const { tier } of invalid) expect(tiers).toContain(tier);
    });
  });
}

/** What the rule finds in a ladder, over all of its connections; sentences and frames are checked on the way. */
async function factsOf(rule: Rule, test: Case): Promise<Fact[]> {
  return factsIn(rule, await connectionsOfBytes(ladder(test.ladder, test.options), test.options));
}

function factsIn(rule: Rule, connections: readonly Connection[]): Fact[] {
  return connections.flatMap((connection) => {
    if (!rule.concerns(connection)) return [];
    for (const { message, frames } of runRules(connection, [rule])) {
      expect(message).not.toMatch(/[{}]|undefined|NaN|null/);
      expect(frames.length).toBeGreaterThan(0);
    }
    return rule.check(connection);
  });
}

function brief(facts: readonly Fact[]): string[] {
  return facts.map(({ tier, message }) => `${tier} ${message}`);
}

function accused(facts: readonly Fact[]): string[] {
  return facts.map(({ tier, message, side }) => `${tier} ${message} ${side}`);
}

async function sameElsewhere(rule: Rule, test: Case): Promise<void> {
  const expected = accused(await factsOf(rule, test));
  const bytes = ladder(test.ladder, test.options);
  for (const { name, change } of [TWICE, TWICE_ROUTED]) {
    const found = factsIn(rule, await connectionsOfBytes(change(bytes), test.options));
    expect(accused(found), name).toEqual(expected);
  }
  if (!/@|=/.test(test.ladder.replaceAll(/@ connection \d+/g, ''))) {
    const wrapped = { ...test.options, isn: { client: 2 ** 32 - 2, server: 2 ** 31 - 2 } };
    expect(accused(await factsOf(rule, { ...test, options: wrapped })), 'numbers wrap').toEqual(expected);
    const both = { ...test.options, isn: { client: 2 ** 31 - 50, server: 2 ** 32 - 50 } };
    expect(accused(await factsOf(rule, { ...test, options: both })), 'numbers wrap later').toEqual(expected);
    const six = { ...test.options, client: '[fd00::1]:40000', server: '[fd00::2]:80' };
    expect(accused(await factsOf(rule, { ...test, options: six })), 'IPv6').toEqual(expected);
  }
}

async function neverAccuses(rule: Rule, test: ValidCase): Promise<void> {
  const bytes = ladder(test.ladder, test.options);
  const find = async (change: Uint8Array): Promise<Fact[]> =>
    factsIn(rule, await connectionsOfBytes(change, test.options));
  const guilty = (facts: readonly Fact[], ...tiers: Tier[]): string[] =>
    accused(facts.filter(({ tier }) => tiers.includes(tier)));

  for (const { name, change } of [
    ...(test.needsOptions ? [] : [CUT]),
    oneWay('client'),
    oneWay('server'),
    CONTROL_ONLY,
  ]) {
    expect(guilty(await find(change(bytes)), 'violation', 'suspect'), name).toEqual([]);
  }
  const count = recordCount(bytes);
  const all = Array.from({ length: count }, (_, at) => at);
  // Of a long ladder every seventh in `npm test`.
  for (const at of count > LONG ? sampled(all, 7) : all) {
    expect(guilty(await find(between(bytes, at, count)), 'violation'), `begins at frame ${at + 1}`).toEqual(
      [],
    );
    expect(guilty(await find(between(bytes, 0, at)), 'violation'), `ends before frame ${at + 1}`).toEqual([]);
    if (at + 1 === test.restsOn) continue;
    expect(guilty(await find(without(bytes, at)), 'violation'), `frame ${at + 1} is missing`).toEqual([]);
  }
}
