import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, openFile, type Report } from '../../src/index.ts';

const FOLDER = new URL('../../../shared/corpus/', import.meta.url).pathname;
const present = existsSync(`${FOLDER}INDEX.tsv`);
if (!present) console.log('skipped: the public captures (../shared/corpus) are not on this machine');

interface Entry {
  readonly file: string;
  /** What `tcp.stream` of tshark counts. */
  readonly streams: number;
}

const entries: Entry[] = present ? readIndex() : [];

/** Diagnostics that say aloud why tshark sees streams which are no connections here. */
const SAID: readonly string[] = [
  'tunnel-not-opened',
  'link-type-unsupported',
  'header-corrupt',
  'tcp-header-cut',
  'ip-fragment',
  'not-a-capture',
];

/** Streams of tshark that no packet of the capture is: it opens what other protocols quote. */
const QUOTED: Readonly<Record<string, string>> = {
  'ntop-nDPI__cfgs_default_pcap_instagram.pcap': 'TCP headers inside ICMP errors',
  'simsong-tcpflow__test8_image2.pcap': 'TCP headers inside ICMP errors',
  'akvorado-akvorado__outlet_flow_decoder_sflow_testdata_data-multiple-interfaces.pcap':
    'a packet inside sFlow',
  'the-tcpdump-group-tcpdump__sflow_expanded.pcap': 'a packet inside sFlow',
};

describe.skipIf(!present)('captures found in public', () => {
  it('are read without a crash, and have the connections that tshark counts, or say why not', async () => {
    const unexplained: string[] = [];
    const reasons = new Map<string, number>();
    let same = 0;
    for (const { file, streams } of entries) {
      const report = await check([{ path: file, source: openFile(FOLDER + file) }]);
      if (report.summary.connections === streams) {
        same += 1;
        continue;
      }
      const reason = reasonOf(report, file);
      if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      else unexplained.push(`${file}: tshark ${streams}, lastack ${report.summary.connections}`);
    }
    const counts = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
    console.log(`${entries.length} captures: ${same} with tshark's connections; others: ${counts}`);
    expect(entries.length).toBeGreaterThan(100);
    expect(unexplained).toEqual([]);
  });

  it('accuse nobody of a violation that was not looked at by hand', async () => {
    const violations: string[] = [];
    for (const { file } of entries) {
      const report = await check([{ path: file, source: openFile(FOLDER + file) }], {
        connections: 'findings',
      });
      for (const { findings, id } of report.connections) {
        for (const { rule, tier } of findings)
          if (tier === 'violation') violations.push(`${file} #${id} ${rule}`);
      }
    }
    expect(violations).toEqual([]);
  });
});

function reasonOf(report: Report, file: string): string | null {
  if (QUOTED[file]) return `counting ${QUOTED[file]}`;
  const codes = report.captures.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code));
  const said = SAID.find((code) => codes.some((found) => found === code));
  return said ? `saying ${said}` : null;
}

function readIndex(): Entry[] {
  const [header = '', ...lines] = readFileSync(`${FOLDER}INDEX.tsv`, 'utf8').trimEnd().split('\n');
  const column = header.split('\t').indexOf('tcp_streams');
  return lines.map((line) => {
    const cells = line.split('\t');
    return { file: cells[0] ?? '', streams: Number(cells[column]) };
  });
}
