import { describe, expect, it } from 'vitest';
import type { Change, Thresholds } from '../../src/policy/change.ts';
import { compare, THRESHOLDS } from '../../src/policy/compare.ts';
import { formatCompare } from '../../src/policy/format-compare.ts';
import { chanceOf, significant } from '../../src/policy/proportions.ts';
import { checkLadder } from '../support/check-ladder.ts';

describe('the chance of two shares', () => {
  // Sums over the tables with these margins that are no likelier: 17/35, 2/252 and so on.
  it.each([
    [[3, 4], [1, 4], 0.4857142857],
    [[0, 5], [5, 5], 0.007936507937],
    [[8, 10], [1, 10], 0.005477494642],
    [[10, 1000], [30, 1000], 0.0019867],
    [[5, 5], [5, 5], 1],
    [[0, 0], [5, 5], 1],
  ] as const)('%j and %j is %f', ([count, of], [other, ofOther], p) => {
    expect(chanceOf({ count, of }, { count: other, of: ofOther })).toBeCloseTo(p, 4);
  });

  it('is about the same by both tests where the exact one ends', () => {
    // The same shares of 9,800 and of 10,290 in all: 20 k of 4,900 is 21 k of 5,145. The exact test counts the whole of the
    // observed table, at most 0.04 here, where the normal distribution counts half of it on either side.
    const apart: number[] = [];
    for (let k = 10; k <= 235; k += 5) {
      for (let other = k; other <= Math.min(235, k + 12); other++) {
        const exact = chanceOf({ count: 20 * k, of: 4900 }, { count: 20 * other, of: 4900 });
        const normal = chanceOf({ count: 21 * k, of: 5145 }, { count: 21 * other, of: 5145 });
        apart.push(Math.abs(exact - normal));
      }
    }
    expect(apart.length).toBeGreaterThan(500);
    expect(Math.max(...apart)).toBeLessThan(0.05);
  });

  it('is judged together with the others', () => {
    // Benjamini and Hochberg 1995, section 3.2: four of fifteen.
    const chances = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324],
      ...[0.4262, 0.5719, 0.6528, 0.759, 1],
    ];
    expect(significant(chances, 0.05).filter(Boolean)).toHaveLength(4);
    expect(significant([], 0.05)).toEqual([]);
    expect(significant([0.9, 0.8], 0.05)).toEqual([false, false]);
  });
});

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const closing = (seconds: string) =>
  `${OPENING}+1 > F. 1:1(0) ack 1\n+.001 < . 1:1(0) ack 2\n+${seconds} < F. 1:1(0) ack 2\n+.001 > . 2:2(0) ack 2\n`;
const FOUR_WAY = closing('.01');
const ABORT = `${OPENING}+1 > P. 1:101(100) ack 1\n+.01 < . 1:1(0) ack 101\n+.1 < R. 1:1(0) ack 101\n`;
const VIOLATION = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 > P. 2:102(100) ack 1\n+9 < F. 1:1(0) ack 2\n+0 > . 102:102(0) ack 2\n`;

/** So many connections of each kind, one after another. */
function traffic(
  ...parts: readonly (readonly [number, string])[]
): Promise<Awaited<ReturnType<typeof checkLadder>>> {
  const texts = parts.flatMap(([count, text]) => Array.from({ length: count }, () => text));
  return checkLadder(texts.map((text, index) => `@ connection ${index + 1}\n${text}`).join('\n'));
}

type Traffic = readonly (readonly [number, string])[];
async function changes(
  before: Traffic,
  after: Traffic,
  thresholds: Partial<Thresholds> = {},
): Promise<string[]> {
  const all = { ...THRESHOLDS, ...thresholds };
  const { changes: found } = compare(await traffic(...before), await traffic(...after), all);
  return found.map(({ direction, what, name }: Change) => `${direction} ${what} ${name}`);
}

describe('a comparison', () => {
  it('finds nothing where nothing changed', async () => {
    expect(await changes([[30, FOUR_WAY]], [[20, FOUR_WAY]])).toEqual([]);
  });

  it('finds aborts that were not there, and who is first to close', async () => {
    expect(
      await changes(
        [[20, FOUR_WAY]],
        [
          [10, FOUR_WAY],
          [10, ABORT],
        ],
      ),
    ).toEqual([
      'worse kind abort',
      'worse resets resets',
      'changed kind four-way',
      'changed closer client',
      'changed closer server',
      'changed finding rst-on-close',
    ]);
  });

  it('finds the other way round that it is better', async () => {
    expect(await changes([[20, ABORT]], [[20, FOUR_WAY]])).toEqual(
      expect.arrayContaining(['better kind abort', 'better resets resets']),
    );
  });

  it('tells chance from change', async () => {
    const found = await changes(
      [[20, FOUR_WAY]],
      [
        [19, FOUR_WAY],
        [1, ABORT],
      ],
    );
    expect(new Set(found.map((one) => one.split(' ')[0]))).toEqual(new Set(['unclear']));
    const all = await changes(
      [[20, FOUR_WAY]],
      [
        [19, FOUR_WAY],
        [1, ABORT],
      ],
      { chance: 1 },
    );
    expect(all).toContain('worse kind abort');
  });

  it('needs no statistics for what the packets prove', async () => {
    expect(
      await changes(
        [[50, FOUR_WAY]],
        [
          [49, FOUR_WAY],
          [1, VIOLATION],
        ],
      ),
    ).toContain('worse finding data-after-fin');
  });

  it('leaves differences alone that are too small', async () => {
    expect(
      await changes(
        [[20, FOUR_WAY]],
        [
          [10, FOUR_WAY],
          [10, ABORT],
        ],
        { minShare: 60 },
      ),
    ).toEqual([]);
  });

  it('compares medians of what takes longer than a millisecond', async () => {
    expect(await changes([[12, closing('.1')]], [[12, closing('.3')]])).toEqual([
      'worse duration closing',
      'worse duration CLOSE_WAIT',
    ]);
    expect(await changes([[12, closing('.3')]], [[12, closing('.1')]])).toEqual([
      'better duration closing',
      'better duration CLOSE_WAIT',
    ]);
    expect(await changes([[12, closing('.1')]], [[12, closing('.14')]])).toEqual([]);
    expect(await changes([[12, closing('.0001')]], [[12, closing('.0005')]])).toEqual([]);
    expect(await changes([[5, closing('.1')]], [[5, closing('.3')]])).toEqual([
      'unclear duration closing',
      'unclear duration CLOSE_WAIT',
    ]);
  });

  it('is for people as well, within 80 columns', async () => {
    const before = { ...(await traffic([30, FOUR_WAY])), path: 'before.pcap' };
    const after = { ...(await traffic([30, ABORT])), path: 'after.pcap' };
    const text = formatCompare(compare(before, after), before, after, THRESHOLDS);
    expect(text).toMatch(
      /^before: before\.pcap: 30 connections\nafter: after\.pcap: 30 connections\n\nWorse\n/,
    );
    expect(text).toMatch(/10\.0\.0\.2:80 +abort +0\/30 +→ +30\/30/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('services', () => {
  it('that are in one only are told, and their violations count', async () => {
    const report = await traffic([1, VIOLATION]);
    const empty = { ...report, summary: { ...report.summary, services: [], groups: [] } };
    expect(compare(empty, report).changes).toMatchObject([
      { direction: 'worse', what: 'finding', name: 'data-after-fin' },
      { direction: 'changed', what: 'service', name: 'new' },
    ]);
    expect(compare(report, empty).changes).toMatchObject([{ what: 'service', name: 'gone' }]);
  });

  it('are told apart by port alone where that is asked for', async () => {
    const before = await traffic([20, FOUR_WAY]);
    const moved = await traffic([20, ABORT]);
    const at =
      (address: string) =>
      <T extends object>(one: T): T => ({ ...one, address });
    const services = moved.summary.services.flatMap((one) => [at('10.0.0.8')(one), at('10.0.0.9')(one)]);
    const groups = moved.summary.groups.map((one) => ({ ...one, service: at('10.0.0.9')(one.service) }));
    const after = { ...moved, summary: { ...moved.summary, services, groups } };
    expect(compare(before, after).changes.map(({ what }) => what)).toEqual(['service', 'service', 'service']);
    expect(compare(before, after, { ...THRESHOLDS, by: 'port' }).changes).toContainEqual(
      expect.objectContaining({
        service: 'port 80',
        what: 'kind',
        name: 'abort',
        direction: 'worse',
        before: { count: 0, of: 20 },
        after: { count: 40, of: 40 },
      }),
    );
  });
});
