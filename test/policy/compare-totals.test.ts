import { describe, expect, it } from 'vitest';
import type { Compared } from '../../src/policy/change.ts';
import { compare, THRESHOLDS } from '../../src/policy/compare.ts';
import { formatCompare } from '../../src/policy/format-compare.ts';
import type { Report } from '../../src/report/report.ts';
import { checkLadder } from '../support/check-ladder.ts';

const OPEN = '+.1 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n';
const BY_CLIENT = `${OPEN}+.1 > F. 1:1(0) ack 1\n+.01 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;
const BY_SERVER = `${OPEN}+.1 < F. 1:1(0) ack 1\n+.01 > F. 1:1(0) ack 2\n+.01 < . 2:2(0) ack 2\n`;
const LEAK = `${OPEN}+.1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;

function traffic(count: number, text: string, pause = 0): Promise<Report> {
  const one = (n: number): string =>
    `@ client 10.0.0.1:${40_000 + n}\n${pause > 0 ? text.replace('+.1', `+${pause}`) : text}`;
  const last = '@ client 10.0.0.1:60000\n+20 > S 0:0(0)';
  return checkLadder(`${Array.from({ length: count }, (_, n) => one(n)).join('')}${last}`);
}

function changes(before: Compared, after: Compared): string[] {
  return compare(before, after).changes.flatMap((change) => {
    if (change.what === 'total')
      return [`${change.direction} ${change.name} ${change.side}: ${change.before} → ${change.after}`];
    return change.what === 'time-wait' ? [`TIME_WAIT ${change.from} → ${change.to}`] : [];
  });
}

describe('a change of who closes first', () => {
  it('says where TIME_WAIT moves', async () => {
    const [client, server] = [await traffic(40, BY_CLIENT), await traffic(40, BY_SERVER)];
    expect(changes(server, client)).toEqual(['TIME_WAIT server → client']);
    expect(changes(client, server)).toEqual(['TIME_WAIT client → server']);
    expect(changes(client, client)).toEqual([]);
  });

  it('is told in words, with what it costs', async () => {
    const [before, after] = [await traffic(40, BY_SERVER), await traffic(40, BY_CLIENT)];
    const named = (report: Report, path: string) => ({ ...report, path });
    const text = formatCompare(compare(before, after), named(before, 'a'), named(after, 'b'), THRESHOLDS);
    expect(text).toMatch(/TIME_WAIT moves\s+server\s+→\s+client\s+it closes first: costs ports/);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('moves nothing where chance explains it', async () => {
    expect(changes(await traffic(2, BY_SERVER), await traffic(2, BY_CLIENT))).toEqual([]);
  });
});

describe('totals', () => {
  it('tell of CLOSE_WAITs that are left now', async () => {
    const [good, leak] = [await traffic(40, BY_CLIENT), await traffic(40, LEAK)];
    expect(changes(good, leak)).toEqual([
      'worse CLOSE_WAIT at the end server: 0 → 40',
      'worse FIN_WAIT_2 at the end client: 0 → 40',
    ]);
    expect(changes(leak, good)).toContain('better CLOSE_WAIT at the end server: 40 → 0');
  });

  it('tell of more connections a second, though no share has changed', async () => {
    const [slow, fast] = [await traffic(200, BY_CLIENT, 1), await traffic(200, BY_CLIENT)];
    const found = changes(slow, fast);
    expect(found).toEqual([expect.stringMatching(/^changed connections a second null: 0.8\d* → 2.\d+$/)]);
  });

  it('tell of TIME_WAITs at once', async () => {
    const [few, many] = [await traffic(150, BY_CLIENT), await traffic(400, BY_CLIENT)];
    expect(changes(few, many)).toContain('changed TIME_WAIT at once client: 150 → 400');
  });
});
