import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import { openFile } from '../../src/capture/sources.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import { addressText } from '../support/read-all.ts';
import { recordedCaptures } from '../support/recorded.ts';
import { sampled } from '../support/thorough.ts';

/**
 * Every segment of every recorded capture, against tshark. Where the two differ, this table says why; it is checked for
 * entries that are no longer needed.
 */
const EXPLAINED: readonly { file: string; frames: readonly number[]; reason: string }[] = [
  {
    file: 'simsong-tcpflow__bug8.pcap',
    frames: [1],
    reason:
      'gives more microseconds than a second has, and more than fit into the 32 bits in which tshark makes nanoseconds of them',
  },
  {
    file: 'seladb-PcapPlusPlus__Pcap_Test_PcapExamples_pcapng-example.pcapng',
    frames: Array.from({ length: 100 }, (_, index) => 60 + index),
    reason:
      'the times are 584,000 years from now, which tshark prints; we refuse them aloud (time-impossible)',
  },
  {
    file: 'ntop-nDPI__cfgs_default_pcap_tls_invalid_reads.pcap',
    frames: [2],
    reason:
      'the IP header announces more than the frame had; we take its word, since other captures lose the true length of the frame',
  },
  {
    file: 'ntop-nDPI__cfgs_default_pcap_fuzz-2006-09-29-28586.pcap',
    frames: [72],
    reason: 'the same',
  },
  {
    file: 'ntop-nDPI__cfgs_default_pcap_fuzz-2006-06-26-2594.pcap',
    frames: [62, 65, 83],
    reason: 'the same',
  },
  {
    file: 'AlexeyVasilev-PcapFlowLab__examples_showcase_pcap_flow_lab_showcase.pcap',
    frames: [1319],
    reason: 'GRE version 1 with frames in it, which one maker of routers sends: not opened',
  },
  {
    file: 'AlexeyVasilev-PcapFlowLab__data_parsing_eoip_05_ipv4_eoip_inner_qinq_ipv6_tcp.pcap',
    frames: [1],
    reason: 'the same',
  },
  {
    file: 'AlexeyVasilev-PcapFlowLab__examples_showcase_pcap_flow_lab_showcase.pcap',
    frames: [1327],
    reason:
      'a pseudowire without control word: its first bytes are an Ethernet address, which tshark takes for one',
  },
];

/** Captures whose number of frames differs; nothing else about them is compared. */
const OTHER_FRAMES: readonly { file: string; tshark: number; lastack: number; reason: string }[] = [
  {
    file: 'hadrielk-pcapng-test-generator__output_be_advanced_test102.pcapng',
    tshark: 8,
    lastack: 7,
    reason: 'the last frame is a custom block, which has a number but is no record',
  },
  ...[
    ['rshk-python-pcapng__test_data_test007.ntar', 1] as const,
    ['the-tcpdump-group-libpcap__filter_brcm-tag-stp.pcap', 4] as const,
    ['the-tcpdump-group-tcpdump__dsa.pcap', 8] as const,
    ['the-tcpdump-group-tcpdump__edsa.pcap', 10] as const,
    ['ntop-ntopng__fuzz_corpus_fuzz_dissect_packet_hoobr_juniper3.pcap', 1] as const,
    ['ntop-ntopng__fuzz_corpus_fuzz_dissect_packet_vtp_asan-3.pcap', 1] as const,
    [
      'seladb-PcapPlusPlus__Fuzzers_RegressionTests_regression_samples_clusterfuzz-testcase-minimized-FuzzTarget-5685520970809344',
      1,
    ] as const,
  ].map(([file, lastack]) => ({
    file,
    tshark: 0,
    lastack,
    reason: 'a link type that tshark 4.0 refuses',
  })),
];

/** The protocol stacks that the decoder claims, as tshark prints them: tunnels in any order, then IP and TCP. */
const AROUND = [
  'eth(:ethertype)?|sll:ethertype|raw|null|(ieee8021ad|vlan|cmd|ieee8021ah|etherip|udp)(:ethertype)?|llc',
  'mpls|pwethheuristic|pwethcw|pwethnocw|gre|erspan|vxlan|vxlan_gpe|geneve|gtp|pppoes|ppp',
  'arcnet|ppi|radiotap|prism|wlan_radio|wlan|wlan_aggregate|fddi|tr|chdlc|nflog|enc|pflog|ipoib|pktap|l2tp|teredo|ayiya',
  'ip|ipv6(:ipv6\\.(hopopts|routing|dstopts|fraghdr))*|ah',
].join('|');
const CLAIMED = new RegExp(`^((${AROUND}):)*(${AROUND}):tcp(:|$)`);

const FIELDS = [
  'frame.number',
  'frame.time_epoch',
  'frame.protocols',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'tcp.srcport',
  'tcp.dstport',
  'tcp.seq_raw',
  'tcp.ack_raw',
  'tcp.flags',
  'tcp.len',
] as const;
type Row = Record<(typeof FIELDS)[number], string>;

const run = promisify(execFile);

async function tshark(path: string): Promise<Row[]> {
  const fields = FIELDS.flatMap((field) => ['-e', field]);
  const preferences = [
    '-o',
    'tcp.relative_sequence_numbers:FALSE',
    '-o',
    'tcp.analyze_sequence_numbers:FALSE',
  ];
  const args = [
    '-n',
    '-r',
    path,
    ...preferences,
    '-T',
    'fields',
    '-E',
    'occurrence=a',
    '-E',
    'aggregator= ',
    ...fields,
  ];
  // It fails at the end of a cut capture, having printed all before.
  const { stdout } = await run('tshark', args, { maxBuffer: 1 << 28 }).catch(
    (error: { stdout?: string }) => ({
      stdout: error.stdout ?? '',
    }),
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(FIELDS.map((field, index) => [field, values[index] ?? ''])) as Row;
    });
}

interface Line {
  nanoseconds: bigint;
  time: number;
  text: string;
}

async function lastack(path: string): Promise<{ frames: number; segments: Map<number, Line> }> {
  const segments = new Map<number, Line>();
  let frames = 0;
  const decoder = new Decoder({
    segment(segment) {
      const { frame, time, sourcePort, destinationPort, seq, ack, flags, length } = segment;
      const text = `${addressText(segment, 'source')} ${sourcePort} > ${addressText(segment, 'destination')} ${destinationPort} seq ${seq >>> 0} ack ${ack >>> 0} flags ${flags} len ${length}`;
      segments.set(frame, { nanoseconds: 0n, time, text });
    },
  });
  const info = await readCapture(openFile(path), {
    record(record) {
      frames = record.frame;
      decoder.record(record);
    },
  });
  for (const line of segments.values()) line.nanoseconds = info.epoch + BigInt(line.time);
  return { frames, segments };
}

/** What the innermost headers say: tshark also reads packets that the payload quotes. */
function textOf(row: Row): string {
  const [before = ''] = row['frame.protocols'].split(':tcp');
  const layers = before.split(':').filter((layer) => layer === 'ip' || layer === 'ipv6');
  const last = layers.at(-1) ?? '';
  const field = (name: keyof Row, place: number): string => row[name].split(' ')[place] ?? '';
  const place = layers.filter((layer) => layer === last).length - 1;
  const [source, destination] =
    last === 'ip'
      ? [field('ip.src', place), field('ip.dst', place)]
      : [inFull(field('ipv6.src', place)), inFull(field('ipv6.dst', place))];
  const tcp = (name: keyof Row): string => field(name, 0);
  const flags = Number.parseInt(tcp('tcp.flags'), 16) & 0xff;
  return `${source} ${tcp('tcp.srcport')} > ${destination} ${tcp('tcp.dstport')} seq ${tcp('tcp.seq_raw')} ack ${tcp('tcp.ack_raw')} flags ${flags} len ${tcp('tcp.len')}`;
}

/** An IPv6 address with all its groups. */
function inFull(address: string): string {
  const [front = '', back] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const missing = 8 - groups(front).length - groups(back ?? '').length;
  return [
    ...groups(front),
    ...new Array<string>(back === undefined ? 0 : missing).fill('0'),
    ...groups(back ?? ''),
  ].join(':');
}

/** Times are doubles of nanoseconds since the first record, exact to 104 days; beyond, to what a double holds. */
function sameTime(line: Line, epoch: string): boolean {
  const [seconds = '', fraction = ''] = epoch.split('.');
  const difference = Number(BigInt(seconds + fraction.padEnd(9, '0')) - line.nanoseconds);
  return Math.abs(difference) <= Math.abs(line.time) / 2 ** 53;
}

/** Frames that differ, with both readings. */
async function compare(path: string): Promise<{ frames: [number, number]; different: Map<number, string> }> {
  const [theirs, ours] = await Promise.all([tshark(path), lastack(path)]);
  const different = new Map<number, string>();
  const seen = new Set<number>();
  for (const row of theirs) {
    const frame = Number(row['frame.number']);
    const line = ours.segments.get(frame);
    // Without these tshark broke off inside the header: cut, or with an impossible length.
    const whole = row['tcp.ack_raw'] !== '' && row['tcp.len'] !== '';
    const claimed = CLAIMED.test(row['frame.protocols']) && whole;
    if (claimed) seen.add(frame);
    if (claimed && line === undefined) different.set(frame, `tshark only: ${textOf(row)}`);
    else if (!claimed && line !== undefined)
      different.set(frame, `lastack only: ${line.text} (${row['frame.protocols']})`);
    else if (line !== undefined && line.text !== textOf(row))
      different.set(frame, `${textOf(row)} | ${line.text}`);
    else if (line !== undefined && !sameTime(line, row['frame.time_epoch']))
      different.set(frame, `time ${row['frame.time_epoch']} | ${line.nanoseconds}`);
  }
  for (const [frame, { text }] of ours.segments) {
    if (!seen.has(frame) && !different.has(frame)) different.set(frame, `lastack only: ${text}`);
  }
  return { frames: [theirs.length, ours.frames], different };
}

function installed(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('tshark and the decoder read the same', () => {
  const files = sampled(recordedCaptures('corpus'));
  const reason = !installed()
    ? 'tshark is not installed'
    : files.length === 0
      ? 'no recorded captures in ../shared/corpus'
      : null;

  test.skipIf(reason !== null)(
    `in every recorded capture${reason === null ? '' : ` (skipped: ${reason})`}`,
    async () => {
      const queue = [...files];
      const problems: string[] = [];
      const worker = async () => {
        for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
          const { name, path } = file;
          const { frames, different } = await compare(path);
          const other = OTHER_FRAMES.find((entry) => entry.file === name);
          if (other !== undefined) {
            if (other.tshark !== frames[0] || other.lastack !== frames[1])
              problems.push(`${name}: ${frames[0]} frames by tshark, ${frames[1]} by lastack`);
            continue;
          }
          if (frames[0] !== frames[1])
            problems.push(`${name}: ${frames[0]} frames by tshark, ${frames[1]} by lastack`);
          const explained = new Set(
            EXPLAINED.filter((entry) => entry.file === name).flatMap((entry) => entry.frames),
          );
          for (const [frame, text] of different)
            if (!explained.delete(frame)) problems.push(`${name}: frame ${frame}: ${text}`);
          for (const frame of explained) problems.push(`${name}: frame ${frame} does not differ any more`);
        }
      };
      await Promise.all(Array.from({ length: 4 }, worker));
      expect(problems).toEqual([]);
    },
  );
});
