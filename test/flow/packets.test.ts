import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import type { RecordSink } from '../../src/capture/record.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { conversation, OPENING, STEP } from '../support/conversation.ts';
import { compare, type Way, WHOLE } from '../support/in-runs.ts';
import { ladder } from '../support/ladder.ts';
import { concat } from '../support/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';
import fc from '../support/property.ts';
import { recordedCaptures } from '../support/recorded.ts';
import { runs, sampled } from '../support/thorough.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const own = Object.keys(JSON.parse(readFileSync(`${CAPTURES}expected.json`, 'utf8')) as object);

const ADDRESSES = [
  ['10.0.0.1', '10.0.0.2'],
  ['10.0.0.200', '10.0.0.2'],
  ['fd00::7', 'fd00::2'],
  ['fd00::1', 'fd00::2'],
] as const;

const CONVERSATIONS = fc.array(
  fc.record({
    steps: fc.array(STEP, { maxLength: 8 }),
    polite: fc.constantFrom(true, true, true, false),
    ends: fc.constantFrom(...ADDRESSES),
    port: fc.constantFrom(40_000, 40_001, 40_002, 60_000, 79),
    start: fc.constantFrom(0, 0.004, 0.5, 20, 260),
    /** Of the segments in turn. */
    windows: fc.oneof(
      fc.constant(['']),
      fc.array(fc.constantFrom('', '', '', 'win 500'), { minLength: 1, maxLength: 7 }),
    ),
    /** Of the segments in turn: their checksums, and what their payloads begin with. */
    sums: fc.constantFrom([''], [''], ['sum offloaded'], ['sum bad'], ['', '', '', '', 'sum bad']),
    bytes: fc.constantFrom('00', '15030300020100', '1503030002', '1703030013', '1703030014'),
    options: fc.constantFrom(
      'none',
      'usual',
      'usual',
      'unusual',
      'not announced',
      'forgotten',
      'late',
      'signed',
      'signed later',
    ),
  }),
  { minLength: 1, maxLength: 7 },
);

/** What is wrong with one packet: a byte of it, its length, its time, or its place. */
const CHANGE = fc.record({
  kind: fc.constantFrom('byte', 'byte', 'byte', 'cut', 'back', 'jump', 'again', 'lost'),
  which: fc.nat(),
  at: fc.nat({ max: 90 }),
  value: fc.oneof(fc.constantFrom(0, 1, 2, 5, 6, 8, 10, 0x45, 0x50, 0xa0), fc.nat({ max: 255 })),
});
type Change = typeof CHANGE extends fc.Arbitrary<infer T> ? T : never;

interface Packet {
  readonly time: bigint;
  readonly bytes: Uint8Array;
}

type Conversations = typeof CONVERSATIONS extends fc.Arbitrary<infer T> ? T : never;

const TIMESTAMPS = '<nop, nop, TS val 100 ecr 90>';
const ANNOUNCED = '<mss 1460, sackOK, TS val 100 ecr 0, nop, wscale 7>';

/** TCP options of a SYN, of the fourth and fifth segment that is none, and of all others. */
const OPTIONS: Readonly<Record<Conversations[number]['options'], readonly [string, string, string]>> = {
  none: ['', '', ''],
  usual: [ANNOUNCED, TIMESTAMPS, TIMESTAMPS],
  unusual: ['<TS val 100 ecr 0, mptcp 0>', '<TS val 100 ecr 90, nop, nop>', '<TS val 100 ecr 90, nop, nop>'],
  'not announced': ['<mss 1460, wscale 15>', TIMESTAMPS, TIMESTAMPS],
  forgotten: [ANNOUNCED, '', TIMESTAMPS],
  signed: ['<mss 1460, md5>', '<md5>', '<md5>'],
  'signed later': [ANNOUNCED, '<nop, nop, TS val 100 ecr 90, ao>', TIMESTAMPS],
  late: ['<mss 1460>', TIMESTAMPS, ''],
};

/** The packets of several conversations in the order of their times. */
async function packetsOf(conversations: Conversations): Promise<Packet[]> {
  const packets: Packet[] = [];
  for (const { steps, polite, ends, port, start, windows, sums, bytes, options } of conversations) {
    const [ofSyn, ofSome, ofOthers] = OPTIONS[options];
    let count = 0;
    let all = 0;
    const text = conversation(steps, polite).replaceAll(/^\+\S+ [<>] (\S+) .*$/gm, (line, flags: string) => {
      if (!flags.startsWith('S')) count += 1;
      const window = `${sums[all % sums.length]} bytes ${bytes} ${windows[all++ % windows.length]}`;
      return `${line} ${window} ${flags.startsWith('S') ? ofSyn : count === 4 || count === 5 ? ofSome : ofOthers}`;
    });
    const [client, server] = ends.map((end) => (end.includes(':') ? `[${end}]` : end));
    const capture = ladder(text, {
      client: `${client}:${port}`,
      server: `${server}:80`,
      epoch: 1_750_000_000,
    });
    const sink: RecordSink = {
      record: ({ time, bytes, offset, captured }) => {
        const at = 1_750_000_000_000_000_000n + BigInt(Math.round(start * 1e9) + time);
        packets.push({ time: at, bytes: bytes.slice(offset, offset + captured) });
      },
    };
    await readCapture([capture], sink);
  }
  return packets.sort((a, b) => Number(a.time - b.time));
}

function change(packets: Packet[], { kind, which, at, value }: Change): void {
  const index = which % packets.length;
  const packet = packets[index];
  if (!packet) return;
  if (kind === 'byte') {
    const bytes = packet.bytes.slice();
    bytes[at % bytes.length] = value;
    packets[index] = { ...packet, bytes };
  } else if (kind === 'cut') packets[index] = { ...packet, bytes: packet.bytes.subarray(0, at) };
  else if (kind === 'back') packets[index] = { ...packet, time: packet.time - BigInt(value) * 1_000_000n };
  else if (kind === 'jump')
    packets[index] = { ...packet, time: packet.time + BigInt(value) * 1_000_000_000n };
  else if (kind === 'again') packets.splice(index + 1 + (at % 3), 0, packet);
  else packets.splice(index, 1);
}

/** What a link layer puts in front of an IP datagram, by what an EtherType says of that. */
const LINKS: Readonly<Record<number, (etherType: readonly number[]) => readonly number[]>> = {
  1: (type) => [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, ...type],
  101: () => [],
  113: (type) => [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, ...type],
  228: () => [],
  276: (type) => [...type, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0],
};

/** What may be wrong with a pcapng block that is nearly an Enhanced Packet Block. */
const UNUSUAL = ['custom', 'padding not counted', 'too short', 'other trailer', 'longer than its block'];

function hasEtherType(linkType: number): boolean {
  return linkType !== 101 && linkType !== 228;
}

const FORMAT = fc.record({
  format: fc.constantFrom('pcap', 'pcap', 'pcapng'),
  /** VLAN tags, where there is an EtherType. */
  tags: fc.constantFrom(0, 0, 0, 1, 2),
  linkType: fc.constantFrom(1, 1, ...Object.keys(LINKS).map(Number)),
  resolution: fc.constantFrom<'us' | 'ns'>('us', 'ns'),
  littleEndian: fc.constantFrom(true, true, true, false),
  /** Of a pcapng capture: which packets are of its second interface, and which blocks stand between packets. */
  second: fc.constantFrom(0, 0, 2, 7),
  between: fc.constantFrom('nothing', 'nothing', 'nothing', 'statistics', 'simple', 'section', ...UNUSUAL),
});
type Format = typeof FORMAT extends fc.Arbitrary<infer T> ? T : never;

function captureOf(packets: readonly Packet[], format: Format): Uint8Array {
  const { linkType, tags, resolution, littleEndian } = format;
  const linked = packets.map(({ time, bytes }) => {
    const types = [...Array.from({ length: tags }, () => [0x81, 0]), [...bytes.subarray(12, 14)]];
    const head = LINKS[linkType]?.(types[0] ?? []) ?? [];
    // Behind each tag's own number stands what comes next.
    const tagged = hasEtherType(linkType) ? types.slice(1).flatMap((type) => [0, 5, ...type]) : [];
    return { time, bytes: concat(new Uint8Array([...head, ...tagged]), bytes.subarray(14)) };
  });
  if (format.format === 'pcapng') return pcapngOf(linked, format);
  const writer = new PcapWriter({ resolution, littleEndian, linkType });
  for (const packet of linked) writer.write(packet);
  return writer.bytes();
}

function pcapngOf(
  packets: readonly Packet[],
  { linkType, resolution, littleEndian, second, between }: Format,
): Uint8Array {
  const builder = new PcapngBuilder(littleEndian);
  const begin = (): void => {
    builder.section();
    builder.iface(linkType, 0, resolution === 'ns' ? [[9, Uint8Array.of(9)]] : []);
    // Its clock is a second ahead.
    builder.iface(linkType, 90, [[14, new Uint8Array(8).fill(255)]]);
  };
  begin();
  packets.forEach(({ time, bytes }, index) => {
    const isSecond = second > 0 && index % second === 0;
    const ticks = isSecond ? time / 1000n + 1_000_000n : resolution === 'us' ? time / 1000n : time;
    const id = isSecond ? 1 : 0;
    const isNinth = index % 9 === 8;
    if (isNinth && between === 'statistics') builder.block(5, new Uint8Array(12));
    if (isNinth && between === 'simple') builder.simple(bytes);
    if (isNinth && between === 'section') begin();
    if (isNinth && UNUSUAL.includes(between)) unusual(builder, between, bytes, ticks, id);
    else builder.enhanced(bytes, ticks, id);
  });
  return builder.bytes();
}

/** A block that is nearly an Enhanced Packet Block. */
function unusual(
  builder: PcapngBuilder,
  kind: Format['between'],
  packet: Uint8Array,
  ticks: bigint,
  id: number,
): void {
  const padding = new Uint8Array(-packet.length & 3);
  const captured = packet.length + (kind === 'longer than its block' ? 40 : 0);
  const words = [id, Number(ticks >> 32n), Number(ticks & 0xffffffffn), captured, packet.length];
  const body = concat(...words.map((word) => builder.u32(word)), packet, padding);
  const total = body.length + 12;
  const said = kind === 'padding not counted' ? total - padding.length : kind === 'too short' ? 28 : total;
  const type = builder.u32(kind === 'custom' ? 0xbad : 6);
  const trailer = builder.u32(kind === 'other trailer' ? said + 4 : said);
  builder.raw(concat(type, builder.u32(said), body, trailer));
}

/** Ways that each capture goes. */
const WAYS: readonly Partial<Way>[] = [
  {},
  { chunk: 777 },
  { chunk: 'in place' },
  { prepared: true },
  { prepared: true, chunk: 777 },
];

/** What is taken in runs: formats, link types, and how many VLAN tags. */
const TAKEN = (['pcap', 'pcapng'] as const).flatMap((format) =>
  (
    [
      [1, 0],
      [1, 1],
      [101, 0],
      [113, 0],
      [113, 1],
      [276, 0],
      [276, 1],
    ] as const
  ).map(([linkType, tags]) => ({ format, linkType, tags })),
);
/** What is not. */
const OTHERS = (['pcap', 'pcapng'] as const).flatMap((format) =>
  (
    [
      [1, 2],
      [113, 2],
      [228, 0],
      [276, 2],
    ] as const
  ).map(([linkType, tags]) => ({ format, linkType, tags })),
);

/** Conversations of which some packets are wrong, so many times; returns how many packets were taken in runs. */
async function compareAny(
  format: Pick<Format, 'format' | 'linkType' | 'tags'>,
  numRuns: number,
): Promise<number> {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(
      CONVERSATIONS,
      fc.array(CHANGE, { maxLength: 4 }),
      fc.record({
        handling: fc.constantFrom('counted', 'listed', 'saved'),
        partition: fc.constantFrom(WHOLE, WHOLE, { index: 0, of: 2 }, { index: 1, of: 2 }),
        chunk: fc.constantFrom<Way['chunk']>(1 << 20, 1000, 100, 33, 'in place', 'in place'),
        prepared: fc.boolean(),
      }),
      FORMAT,
      async (conversations, changes, way, rest) => {
        const packets = await packetsOf(conversations);
        for (const one of changes) change(packets, one);
        taken += await compare(captureOf(packets, { ...rest, ...format }), way);
      },
    ),
    { numRuns },
  );
  return taken;
}

describe('packets taken in runs', () => {
  describe('of own captures', () => {
    let taken = 0;

    it.each(
      own.flatMap((name, at) =>
        (['counted', 'listed', 'saved'] as const).map((handling, index) => ({
          name,
          handling,
          from: at + index,
        })),
      ),
    )('come to the same as one by one, $handling: $name', async ({ name, handling, from }) => {
      const bytes = readFileSync(CAPTURES + name);
      for (const way of sampled(WAYS, 3, from)) taken += await compare(bytes, { handling, ...way });
    });

    it('are many', () => expect(taken).toBeGreaterThan(3000));
  });

  it.each(sampled([...recordedCaptures('truth'), ...recordedCaptures('corpus')]))(
    'come to the same as one by one: $name',
    async ({ path }) => {
      for (const way of [{}, { chunk: 'in place' }, { prepared: true }] as const)
        await compare(readFileSync(path), way);
    },
  );

  it('come to the same as one by one where an RST follows windows that vary', async () => {
    const both = '+.1 > P. 1:101(100) ack 1\n+.1 < P. 1:101(100) ack 101\n+.1 > . 101:101(0) ack 101\n';
    const texts = [
      `${both.replaceAll(/>.*/g, '$& win 500')}+.1 > R. 101:101(0) ack 101 win 500\n`,
      `${both}+.1 < P. 101:201(100) ack 101 win 500\n+.1 > . 101:101(0) ack 201\n+.1 > R. 101:101(0) ack 201\n`,
      `${both}+.1 > F. 101:101(0) ack 101\n+.1 < . 101:101(0) ack 102 win 500\n+.1 > R. 102:102(0) ack 101\n`,
      `${both}+.1 > F. 101:101(0) ack 101 win 500\n+.1 < . 101:101(0) ack 102\n+.1 > R. 102:102(0) ack 101\n`,
    ];
    for (const text of texts) {
      for (const way of [{ chunk: 'in place' }, { prepared: true }] as const) {
        expect(await compare(ladder(OPENING + text), way)).toBeGreaterThan(3);
      }
    }
  });

  it.each(TAKEN)(
    'come to the same as one by one, whatever is wrong with some: $format of link type $linkType, $tags tags',
    async (format) => {
      expect(await compareAny(format, runs(150))).toBeGreaterThan(runs(5));
    },
  );

  it.each(OTHERS)(
    'come to the same as one by one, and hardly any is taken: $format of link type $linkType, $tags tags',
    async (format) => {
      expect(await compareAny(format, runs(50))).toBeLessThanOrEqual(runs(5));
    },
  );
});
