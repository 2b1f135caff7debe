import { describe, expect, it } from 'vitest';
import { ladder } from '../support/ladder.ts';
import { reportOf } from '../support/ladder-shown.ts';

const OPEN = `
  +0     > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +0     > .   1:1(0) ack 1`;
const RSTS = `
  @ repeat 3000
  +.0001 < R   99000000:99000000(0)`;
const FINS = `
  +1     > F.  1:1(0) ack 1
  +.01   < .   1:1(0) ack 2
  +.01   < F.  1:1(0) ack 2
  +.01   > .   2:2(0) ack 2`;

const REPORTS = new Map<string, ReturnType<typeof reportOf>>();

/** The report of a ladder, which is made once. */
function reportOn(text: string) {
  const known = REPORTS.get(text) ?? reportOf(ladder(text));
  REPORTS.set(text, known);
  return known;
}

async function closeOf(text: string) {
  const { connections } = await reportOn(text);
  const found = connections[0];
  return [found?.close.kind, found?.close.closer, found?.verdict, found?.final];
}

const FOUR_WAY = ['four-way', 'client', 'inconclusive', { client: 'TIME_WAIT', server: 'CLOSED' }];

describe('a closing with more segments than are kept', () => {
  it('shows FINs that come behind a flood', async () => {
    expect(await closeOf(`${OPEN}${RSTS}${FINS}`)).toEqual(FOUR_WAY);
  });

  it('shows FINs that come before a flood', async () => {
    expect(await closeOf(`${OPEN}${FINS}${RSTS}`)).toEqual(FOUR_WAY);
  });

  it('shows FINs in the midst of a flood', async () => {
    expect(await closeOf(`${OPEN}${RSTS}${FINS}${RSTS}`)).toEqual(FOUR_WAY);
  });

  it('counts what it lacks', async () => {
    const { connections } = await reportOn(`${OPEN}${RSTS}${FINS}`);
    expect(connections[0]?.findings.filter(({ tier }) => tier === 'inconclusive')).toMatchObject([
      { rule: 'closing-not-kept', evidence: { count: 3 + 3000 + 4 - 2048 } },
    ]);
  });

  it('shows FINs that come behind SYNs and their challenge ACKs', async () => {
    const syns = Array.from(
      { length: 2500 },
      (_, n) => `+.0001 > S ${7000 + n}:${7000 + n}(0)\n+.0001 < . 1:1(0) ack 1`,
    ).join('\n');
    const found = await closeOf(`${OPEN}\n${syns}${FINS}`);
    expect(found.slice(0, 2)).toEqual(['four-way', 'client']);
    expect(found).not.toContain('conformant');
  });
});
