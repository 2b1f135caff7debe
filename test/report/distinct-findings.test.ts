import { describe, expect, it, vi } from 'vitest';
import type { ReportLadder } from '../../src/report/ladder/ladder.ts';
import { DistinctFindingCounter } from '../../src/report/summary/distinct-findings.ts';
import type { Tier } from '../../src/rules/finding.ts';
import { cleanReport, finding } from './sample-report.ts';

const EMPTY: ReportLadder = { lines: [], frames: {}, findings: [], mermaid: [] };

async function counterWith(
  most: number,
  seen: readonly (readonly [id: number, print: string, tier: Tier])[],
) {
  const [connection] = (await cleanReport(1)).connections;
  if (!connection) throw new Error('no connection');
  const counter = new DistinctFindingCounter(most);
  const draw = vi.fn(() => EMPTY);
  for (const [id, fingerprint, tier] of seen) {
    counter.count({ ...connection, id, findings: [finding({ fingerprint, tier })] }, draw);
  }
  return { counter, draw };
}

describe('findings by fingerprint', () => {
  it('are counted, with the lowest connection as the sample, whatever the order', async () => {
    const { counter, draw } = await counterWith(10, [
      [4, 'a', 'note'],
      [2, 'a', 'note'],
      [3, 'a', 'note'],
      [9, 'b', 'violation'],
    ]);
    const { list, leftOut } = counter.findings({ summary: { pressure: [] } });
    expect(
      list.map(({ finding: one, count, sample }) => [one.fingerprint, count, sample?.connection.id]),
    ).toEqual([
      ['b', 1, 9],
      ['a', 3, 2],
    ]);
    expect(leftOut).toEqual({ violation: 0, suspect: 0, inconclusive: 0, note: 0 });
    expect(draw).toHaveBeenCalledTimes(3);
  });

  it('have the worst tier that occurred', async () => {
    const { counter } = await counterWith(10, [
      [1, 'a', 'inconclusive'],
      [5, 'a', 'suspect'],
      [2, 'a', 'inconclusive'],
    ]);
    expect(counter.findings({ summary: { pressure: [] } }).list).toMatchObject([
      { finding: { tier: 'suspect' }, count: 3, sample: { connection: { id: 5 } } },
    ]);
  });

  it('make room for the worst, and the rest is counted', async () => {
    const seen = Array.from(
      { length: 40 },
      (_, n) => [n, `n${n}`, n % 10 === 7 ? 'violation' : 'note'] as const,
    );
    const { list, leftOut } = (await counterWith(4, seen)).counter.findings({ summary: { pressure: [] } });
    expect(list.map(({ finding: { tier } }) => tier)).toEqual(Array(4).fill('violation'));
    expect(leftOut).toEqual({ violation: 0, suspect: 0, inconclusive: 0, note: 36 });
  });
});
