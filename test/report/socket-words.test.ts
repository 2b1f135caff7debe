import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { socketSentences } from '../../src/report/summary/socket-words.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { checkLadder } from '../support/check-ladder.ts';

/** So many connections whose server never closes, one each `gap` seconds, and then `rest` seconds. */
function leak(count: number, gap: number, rest: number): Promise<Report> {
  const connections = Array.from(
    { length: count },
    (_, n) => `@ client 10.0.0.1:${40_000 + n}
    +${n === 0 ? 0 : gap} > S 0:0(0)
    +.01 < S. 0:0(0) ack 1
    +.01 > . 1:1(0) ack 1
    +.01 > F. 1:1(0) ack 1
    +.01 < . 1:1(0) ack 2`,
  );
  return checkLadder(`${connections.join('\n')}\n@ client 10.0.0.1:60000\n+${rest} > S 0:0(0)`);
}

function sentences({ summary, captures }: Report): string[] {
  return socketSentences(summary, { twoMsl: 240, captures });
}

describe('a pile of CLOSE_WAIT', () => {
  it('comes with its slope, when it began, and who never closes', async () => {
    const report = await leak(40, 0.46, 20);
    expect(sentences(report)).toEqual([
      '40 CLOSE_WAIT on the server 10.0.0.2:80 at the end, because the client has closed, and the server never does; 2 more a second, since +0.0 s.',
    ]);
    expect(report.summary.sockets.stuck).toMatchObject([
      { state: 'CLOSE_WAIT', side: 'server', host: '10.0.0.2', sockets: 40, perSecond: 2 },
      { state: 'FIN_WAIT_2', side: 'client', host: '10.0.0.1', sockets: 40 },
    ]);
  });

  it('grows by the minute where it grows slowly', async () => {
    expect(sentences(await leak(12, 9.96, 5))).toEqual([
      expect.stringContaining('; 6 more a minute, since +0.0 s.'),
    ]);
  });

  it.each([
    ['there are few', 9, 0.5, 60],
    ['none is old', 40, 0.1, 1],
  ])('is none where %s', async (_, count, gap, rest) => {
    expect(sentences(await leak(count, gap, rest))).toEqual([]);
  });

  it('stands near the top of the text', async () => {
    const lines = formatText(await leak(40, 0.46, 20), { list: 'none' }).split('\n');
    const at = lines.findIndex((line) => line.includes('40 CLOSE_WAIT on the server'));
    expect(at).toBeGreaterThan(0);
    expect(at).toBeLessThan(10);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });
});
