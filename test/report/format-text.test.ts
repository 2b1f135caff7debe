import { describe, expect, it } from 'vitest';
import { formatText } from '../../src/report/text/format-text.ts';
import type { Palette } from '../../src/report/text/palette.ts';
import { cleanReport, finding, reportWith, SAMPLE } from './sample-report.ts';

describe('the report for people', () => {
  it('ends with one plain sentence where everything conforms', async () => {
    const lines = formatText(await cleanReport(3))
      .trimEnd()
      .split('\n');
    expect(lines[0]).toBe('test.pcap: 3 connections, 21 TCP segments, over 3.12 s');
    expect(lines.at(-1)).toBe('All 3 connections conform: nothing to report.');
  });

  it('says what was found, where, by which clause and in which frames', async () => {
    const text = formatText(await reportWith(SAMPLE));
    expect(text).toMatchInlineSnapshot(`
      "test.pcap: 4 connections, 28 TCP segments, over 4.16 s

        closed        4 four-way
        closed first  4 client
        verdict       1 violation, 1 suspect, 1 inconclusive, 1 conformant
        profile       rfc9293 (TIME_WAIT lasts 240 s)

        finding       rule                       service      count  first
        violation     data-after-fin             10.0.0.2:80      1  #0
        suspect       syn-reset-in-synchronized  10.0.0.2:80      1  #2
        inconclusive  last-ack-missing           10.0.0.2:80      1  #3
        note          fin-retransmitted          10.0.0.2:80      1  #0

        service        first         closing  CLOSE_WAIT  FIN_WAIT_2  TIME_WAIT
        10.0.0.2:80    client 100 %  30 ms    20 ms       10 ms       -
        4 connections                30 ms    20 ms       10 ms
                                     30 ms    20 ms       10 ms
        who closed first; median, 95th percentile, longest of what has both its ends
        4 × the client of 10.0.0.2:80 closes an idle connection after 1 s (each
            time).

            client          ends in    closed
            server
        #0  10.0.0.1:40000  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED
          violation data-after-fin
            The client sent 100 new bytes beyond its own FIN, which had ended its
            stream. (RFC 9293 3.10.4; frames 6 and 8)
          note fin-retransmitted
            The client sent its FIN 3 times. (RFC 9293 3.10.4; frame 4)
        #2  10.0.0.1:40002  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED
          suspect syn-reset-in-synchronized
            After the FIN of the server, which the client acknowledged, nothing came
            for 93.2 s. (RFC 9293 3.6; frames 16, 17, 18, 19, 20, 21, 22, 23 and 2
            more)
        #3  10.0.0.1:40003  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED
          inconclusive last-ack-missing
            The capture ends 0.2 s after it. (RFC 9293 3.10.4; frame 27)

      Of 4 connections, 1 violates a clause, 1 is suspect and 1 the capture cannot
      decide.
      See it:      lastack show test.pcap --connection 0
      What it is:  lastack explain data-after-fin
      "
    `);
  });

  it.each([80, 100, 120])('keeps to %i columns, whatever the text', async (width) => {
    const long = finding({
      rule: 'syn-reset-in-synchronized',
      message: 'word '.repeat(80),
      frames: Array.from({ length: 300 }, (_, index) => 100_000 + index),
    });
    const report = await reportWith([[long, long], [long], [], ...SAMPLE]);
    const server = { address: '2001:db8:85a3:8d3:1319:8a2e:370:7348', port: 65_535 };
    const connections = report.connections.map((connection) => ({ ...connection, server, client: server }));
    const [capture] = report.captures;
    if (!capture) throw new Error('no capture');
    const captures = [capture, { ...capture, path: `captures/${'deep/'.repeat(30)}a.pcap` }];
    for (const variant of [report, { ...report, connections, captures }]) {
      const text = formatText(variant, { width, list: 'all' });
      const tooLong = text.split('\n').filter((line) => line.length > width && !line.startsWith('See it:'));
      expect(tooLong).toEqual([]);
    }
  });

  it('draws the worst twenty unless all are asked for', async () => {
    const report = await reportWith(Array.from({ length: 30 }, () => [finding()]));
    const short = formatText(report);
    expect(short).toContain('… and 10 more connections: --connections findings lists them all');
    expect(formatText(report, { list: 'findings' })).not.toContain('more connections');
    expect(formatText(report, { list: 'none' })).not.toContain('ends in');
  });

  it('puts violations before suspects, and those before what is undecided', async () => {
    const report = await reportWith([
      [],
      [finding({ tier: 'inconclusive' })],
      [finding({ tier: 'suspect' })],
      [finding()],
    ]);
    const ids = [...formatText(report).matchAll(/^ +#(\d) +10/gm)].map(([, id]) => id);
    expect(ids).toEqual(['3', '2', '1']);
  });

  it('prints what could not be read, with its place', async () => {
    const report = await cleanReport(1);
    const diagnostics = [{ code: 'record-truncated' as const, offset: 123_456, message: 'It ends early.' }];
    const captures = report.captures.map((capture) => ({ ...capture, diagnostics }));
    expect(formatText({ ...report, captures })).toContain(
      '! test.pcap: It ends early. (record-truncated at byte 123,456)',
    );
  });

  it('aligns the same with colour as without', async () => {
    const paint = (text: string): string => (text === '' ? '' : `\u001b[1m${text}\u001b[22m`);
    const verdict = { violation: paint, suspect: paint, inconclusive: paint, note: paint, conformant: paint };
    const palette: Palette = { strong: paint, dim: paint, state: paint, verdict };
    const report = await reportWith(SAMPLE);
    const coloured = formatText(report, { palette });
    expect(coloured).not.toBe(formatText(report));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatText(report));
  });
});
