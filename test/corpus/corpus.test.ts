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
  const reasons = new Map<string, number>();
  let same = 0;

  it.each(entries)(
    'are read without a crash, have the connections that tshark counts, or say why not, and accuse nobody: $file',
    async ({ file, streams }) => {
      const report = await check([{ path: file, source: openFile(FOLDER + file) }]);
      const found = report.summary.connections;
      const reason = found === streams ? null : reasonOf(report, file);
      if (found === streams) same += 1;
      else if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      else expect(found, 'streams of tshark').toBe(streams);
      // None that was not looked at by hand.
      const violations = report.connections.flatMap(({ findings, id }) =>
        findings.filter(({ tier }) => tier === 'violation').map(({ rule }) => `#${id} ${rule}`),
      );
      expect(violations).toEqual([]);
    },
  );

  it('are many', () => {
    const counts = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
    console.log(`${entries.length} captures: ${same} with tshark's connections; others: ${counts}`);
    expect(entries.length).toBeGreaterThan(100);
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
