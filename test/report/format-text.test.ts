import { describe, expect, it } from 'vitest';
import { clockOf, UTC, zoneName } from '../../src/report/text/clock.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { kindsOf } from '../../src/report/text/kinds.ts';
import { labelOf } from '../../src/report/text/labels.ts';
import type { Palette } from '../../src/report/text/palette.ts';
import { shortEndpoint } from '../../src/report/wording.ts';
import { ALL_RULES, BUILT_IN } from '../../src/rules/all-rules.ts';
import { cleanReport, finding, reportWith, SAMPLE } from './sample-report.ts';

describe('the report for people', () => {
  it('ends with one plain sentence where everything conforms', async () => {
    const lines = formatText(await cleanReport(3))
      .trimEnd()
      .split('\n');
    expect(lines[0]).toBe('test.pcap: 3 connections, 21 TCP segments');
    expect(lines[1]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d to \d\d:\d\d:\d\d UTC, 3.12 s$/);
    expect(lines.at(-1)).toBe('All 3 connections conform: nothing to report.');
  });

  it('says what was found, where, by which clause and in which frames', async () => {
    const text = formatText(await reportWith(SAMPLE));
    expect(text).toMatchInlineSnapshot(`
      "test.pcap: 4 connections, 28 TCP segments
      2025-06-15 15:06:40 to 15:06:44 UTC, 4.16 s

        closed        4 four-way
        closed first  4 client
        verdict       1 violation, 1 suspect, 1 inconclusive, 1 conformant
        noted         1 fin-retransmitted (client repeats its FIN)
        profile       rfc9293 (TIME_WAIT lasts 240 s)

        finding       rule                       service      count  first
        violation     data-after-fin             10.0.0.2:80      1  #0
          client sends data after its FIN
        suspect       syn-reset-in-synchronized  10.0.0.2:80      1  #2
          a side resets on a SYN (RFC 793)
        inconclusive  last-ack-missing           10.0.0.2:80      1  #3
          client never acknowledges the second FIN

                                           closing           CLOSE_WAIT
        service      closed  first         median   longest  median      longest
        10.0.0.2:80       4  client 100 %  30 ms    30 ms    20 ms       20 ms
        4 × the client of 10.0.0.2:80 closes an idle connection after 1 s (each
            time).

            client          ends in    closed
            server                     began
        #0  10.0.0.1:40000  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED     15:06:40.000
          violation data-after-fin
            The client sent 100 new bytes beyond its own FIN, which had ended its
            stream. (RFC 9293 3.10.4; frames 6 and 8)
          noted: fin-retransmitted
        #2  10.0.0.1:40002  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED     15:06:42.080
          suspect syn-reset-in-synchronized
            After the FIN of the server, which the client acknowledged, nothing came
            for 93.2 s. (RFC 9293 3.6; frames 16, 17, 18, 19, 20, 21, 22, 23 and 2
            more)
        #3  10.0.0.1:40003  TIME_WAIT  four-way by client in 30 ms
            10.0.0.2:80     CLOSED     15:06:43.120
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

  it('draws one of each kind, and says how many are like it, unless all are asked for', async () => {
    const report = await reportWith(Array.from({ length: 30 }, () => [finding()]));
    const short = formatText(report);
    expect(short.match(/data-after-fin$/gm)).toHaveLength(2);
    expect(short).toContain('    and 29 more like it (#1, #2, #3, …)\n');
    const all = formatText(report, { list: 'findings' });
    expect(all).not.toContain('more like it');
    expect(all.match(/^ {4}violation data-after-fin$/gm)).toHaveLength(30);
    expect(formatText(report, { list: 'none' })).not.toContain('ends in');
  });

  it('draws an example of eight kinds, and says how many there are besides', async () => {
    const rules = BUILT_IN.filter(({ tiers }) => tiers[0] === 'violation').slice(0, 10);
    const text = formatText(await reportWith(rules.map(({ id }) => [finding({ rule: id })])));
    expect(text.match(/^ {4}violation /gm)).toHaveLength(8);
    expect(text).toContain('  … and 2 more kinds of findings: --connections findings lists them all\n');
  });

  it('says of every rule in few words what it is, beside it where there is room', async () => {
    const report = await reportWith([[finding()]]);
    expect(formatText(report)).toContain('1  #0\n    client sends data after its FIN\n');
    expect(formatText(report, { width: 160 })).toMatch(
      /data-after-fin {2}client sends data after its FIN {2}10/,
    );
    for (const { id } of ALL_RULES) {
      for (const side of ['client', 'server', null] as const)
        expect(labelOf(id, side)).toMatch(/^[^{}]{10,46}$/);
    }
  });

  it('takes many kinds together wherever they are, and notes always', async () => {
    const at = (port: number) => ({ address: '10.0.0.2', port });
    const { summary } = await cleanReport(1);
    const group = { rule: 'fin-moved', side: 'client', count: 2, first: 7 } as const;
    const kinds = (tier: 'note' | 'suspect', many: number) =>
      kindsOf({
        ...summary,
        groups: Array.from({ length: many }, (_, n) => ({ ...group, tier, service: at(n) })),
      });
    expect(kinds('suspect', 20)).toHaveLength(20);
    expect(kinds('suspect', 21)).toMatchObject([{ count: 42, first: 7, services: { length: 21 } }]);
    expect(kinds('note', 2)).toMatchObject([{ count: 4, services: { length: 2 } }]);
  });

  it('tells times of day in the zone that is asked for', () => {
    const time = '1750000000.000001234';
    expect(clockOf(time, UTC, 0)).toBe('2025-06-15 15:06:40');
    expect(zoneName(time, UTC)).toBe('UTC');
    expect(clockOf(time, () => 345, 6)).toBe('2025-06-15 20:51:40.000001');
    expect(zoneName(time, () => 345)).toBe('UTC+05:45');
    expect(clockOf(time, () => -960, 3)).toBe('2025-06-14 23:06:40.000');
    expect(zoneName(time, () => -210)).toBe('UTC-03:30');
  });

  it('cuts an IPv6 address in its middle, and never the port', () => {
    const server = { address: '2001:db8:85a3:8d3:1319:8a2e:370:7348', port: 65_535 };
    expect(shortEndpoint(server, 45)).toBe('[2001:db8:85a3:8d3:1319:8a2e:370:7348]:65535');
    expect(shortEndpoint(server, 30)).toBe('[2001:db8:85…e:370:7348]:65535');
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
