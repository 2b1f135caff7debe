import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { drawLadder, type Ladder } from '../../src/report/ladder/ladder.ts';
import type { ReportedConnection } from '../../src/report/report.ts';
import { ladder } from '../support/ladder.ts';
import { shownOf } from '../support/ladder-shown.ts';

const OPEN = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';

async function laddersOf(bytes: Uint8Array): Promise<{ connection: ReportedConnection; drawn: Ladder }[]> {
  const ladders: { connection: ReportedConnection; drawn: Ladder }[] = [];
  await check([{ path: 'a.pcap', source: fromBytes(bytes) }], {
    profile: PROFILES.rfc9293,
    linger: 60,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    connections: 'none',
    onConnection: (connection, draw) => ladders.push({ connection, drawn: draw() }),
  });
  return ladders;
}

/** Lines that begin with a frame, without what only the packets themselves have. */
function rungs({ lines }: Pick<Ladder, 'lines'>): string[] {
  return lines.filter((line) => /^ *\d+ /.test(line)).map((line) => line.replace(/ +/g, ' '));
}

describe('the ladder of a checked connection', () => {
  it.each(['simultaneous-close-at-middle.pcap', 'close-wait-leak.pcap', 'time-wait-assassinated.pcap'])(
    'is that of show where nothing was left out: %s',
    async (name) => {
      const bytes = readFileSync(new URL(`../../captures/${name}`, import.meta.url));
      for (const { connection, drawn } of await laddersOf(bytes)) {
        expect(rungs(drawn)).toEqual(rungs(drawLadder(await shownOf(bytes, connection.id))));
      }
    },
  );

  it('says where data was not kept', async () => {
    const bulk = Array.from(
      { length: 40 },
      (_, n) => `+.01 > P. ${1 + n * 10}:${11 + n * 10}(10) ack 1\n`,
    ).join('');
    const [one] = await laddersOf(ladder(`${OPEN}${bulk}+1 > F. 401:401(0) ack 1\n+9 < R. 1:1(0) ack 402`));
    expect(one?.drawn.lines.join('\n')).toContain('// … data of the client left out');
    expect(rungs(one?.drawn ?? { lines: [] }).length).toBeLessThan(25);
  });

  it('knows the line of each frame and of each finding', async () => {
    const bytes = readFileSync(new URL('../violations/no-time-wait.pcap', import.meta.url));
    const [one] = await laddersOf(bytes);
    const { lines = [], frames = {}, findings = [] } = one?.drawn ?? {};
    for (const [frame, line] of Object.entries(frames))
      expect(lines[line]?.trim()).toMatch(new RegExp(`^${frame} `));
    one?.connection.findings.forEach(({ rule }, index) => {
      const [first = 0, last = 0] = findings[index] ?? [];
      expect(lines[first]).toContain(` ${rule}: `);
      expect(lines[last + 1] ?? '').not.toMatch(/^ +\/\/ {3}/);
    });
  });

  it('is cut in the middle where it is too long, around what is found, and says so', async () => {
    const probes = Array.from({ length: 300 }, () => '+.5 > F. 1:1(0) ack 1\n').join('');
    const [one] = await laddersOf(ladder(`${OPEN}${probes}`));
    const text = one?.drawn.lines.join('\n') ?? '';
    expect(one?.drawn.lines.length).toBeLessThan(160);
    expect(text).toMatch(/\/\/ … \d+ lines left out: lastack show draws them/);
    expect(text).toContain('\n303 ');
  });
});
