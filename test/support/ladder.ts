import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { peerOf, type Side } from '../../src/machine/state.ts';
import { encodeOptions } from './ladder-options.ts';
import {
  type LadderDirective,
  LadderError,
  type LadderNumber,
  type LadderSegment,
  parseLadder,
} from './ladder-parse.ts';
import { buildTcpPacket, internetChecksum } from './packets.ts';

export interface LadderOptions {
  /** `address:port`; 10.0.0.1:40000 unless said. */
  readonly client?: string;
  /** 10.0.0.2:80 unless said. */
  readonly server?: string;
  /** Initial sequence numbers: 1000000 and 5000000 unless said. */
  readonly isn?: Partial<Record<Side, number>>;
  /** Time 0 of the ladder in seconds since 1970; 1750000000 unless said. */
  readonly epoch?: number;
  /** The window field of segments that say none: 64240. */
  readonly window?: number;
}

interface Endpoint {
  address: string;
  port: number;
  isn: number;
}

type Ends = Record<Side, Endpoint>;

const SECOND = 1_000_000_000n;
const IPV6: Readonly<Record<Side, string>> = { client: 'fd00::1', server: 'fd00::2' };

/**
 * A capture (nanosecond pcap) out of the ladder notation: one segment a line.
 *
 * ```
 * +0     > S   0:0(0) <mss 1460, wscale 7>     // time since the line before, client to server
 * +.01   < S.  0:0(0) ack 1 win 65535          // numbers relative to each side's initial sequence number
 * 12 +0  > .   1:1(0) ack 1                    // a frame number in front is a label, as `show` prints it
 * 5.25   < R.  =0:0(0) ack =1000001            // time since the start; raw numbers
 * +0     > F.  1:1(0) ack 1 ttl 33 ipid 7 cut 60
 * +0     > F.  1:1(0) ack 1 sum bad            // a wrong checksum; `sum offloaded`: left to the network card
 * +0     < P.  1:8(7) ack 1 bytes 15030300020100
 * ```
 *
 * Directives, valid from there on: `@ isn client N` (numbers are relative to N, say before the SYN of a later
 * incarnation), `@ port client N`, `@ client ADDRESS:PORT [isn N]`, `@ server …`, `@ ipv6`, and `@ connection N`: the
 * lines that follow belong to the Nth connection, whose client port is N-1 above and whose numbers are its own. `@ repeat N`:
 * the next line stands there N times.
 */
export function ladder(text: string, options: LadderOptions = {}): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter({ resolution: 'ns' });
  const epoch = BigInt(options.epoch ?? 1_750_000_000) * SECOND;
  const connections = new Map<number, Ends>([[1, endsFrom(options)]]);
  const ipIds: Record<Side, number> = { client: 1, server: 20_001 };
  let current = 1;
  let time = 0n;
  const ends = () => connectionAt(connections, current);

  for (const item of repeated(parseLadder(text))) {
    if (item.kind === 'directive') {
      current = follow(item, ends(), current);
      continue;
    }
    time = item.absolute ? item.time : time + item.time;
    if (epoch + time < 0n) throw new LadderError(item.line, 'the time is before 1970');
    const whole = packet(item, ends(), ipIds[item.from]++, options.window ?? 64_240);
    writer.write({ time: epoch + time, bytes: whole.subarray(0, item.cut), original: whole.length });
  }
  return writer.bytes();
}

/** Writes the line behind each `@ repeat N` out. */
function repeated(items: readonly (LadderSegment | LadderDirective)[]): (LadderSegment | LadderDirective)[] {
  return items.flatMap((item, index) => {
    if (isRepeat(item)) return [];
    const before = items[index - 1];
    return new Array<typeof item>(before && isRepeat(before) ? wholeNumber(before.words[1]) : 1).fill(item);
  });
}

function isRepeat(item: LadderSegment | LadderDirective): item is LadderDirective {
  return item.kind === 'directive' && item.words[0] === 'repeat';
}

function packet(segment: LadderSegment, ends: Ends, nextIpId: number, window: number): Uint8Array {
  const own = ends[segment.from];
  const peer = ends[peerOf(segment.from)];
  const bytes = buildTcpPacket({
    src: own.address,
    dst: peer.address,
    sport: own.port,
    dport: peer.port,
    seq: raw(segment.seq, own),
    ack: segment.ack ? raw(segment.ack, peer) : 0,
    flags: segment.flags,
    window: segment.window ?? window,
    urgent: segment.urgent ?? 0,
    payload: payloadOf(segment),
    options: optionsOf(segment, peer),
    ttl: segment.ttl ?? 64,
    ipId: (segment.ipId ?? nextIpId) & 0xffff,
  });
  if (segment.sum !== undefined) setChecksum(bytes, segment.sum);
  return bytes;
}

function payloadOf({ length, bytes = '' }: LadderSegment): Uint8Array {
  const payload = new Uint8Array(length);
  payload.set(Buffer.from(bytes, 'hex').subarray(0, length));
  return payload;
}

function setChecksum(frame: Uint8Array, sum: 'bad' | 'offloaded'): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const isIpv6 = view.getUint16(12) === 0x86dd;
  const tcp = isIpv6 ? 54 : 34;
  if (sum === 'bad') {
    view.setUint16(tcp + 16, view.getUint16(tcp + 16) ^ 0x5aa5);
    return;
  }
  const length = frame.length - tcp;
  const addresses = frame.subarray(isIpv6 ? 22 : 26, tcp);
  // The sum itself, not its complement.
  const pseudo = internetChecksum([addresses, Uint8Array.of(0, 6, length >> 8, length)]) ^ 0xffff;
  view.setUint16(tcp + 16, pseudo);
}

function optionsOf({ options, line }: LadderSegment, peer: Endpoint): Uint8Array {
  if (options === undefined) return new Uint8Array(0);
  try {
    return encodeOptions(options, (value) => raw({ value, raw: false }, peer));
  } catch (error) {
    throw new LadderError(line, error instanceof Error ? error.message : String(error));
  }
}

function raw({ value, raw }: LadderNumber, { isn }: Endpoint): number {
  return (raw ? value : value + isn) >>> 0;
}

type Follow = (ends: Ends, words: readonly string[], current: number) => number | undefined;

const DIRECTIVES: Readonly<Record<string, Follow>> = {
  isn: (ends, [side, value], current) => {
    endAt(ends, side).isn = wholeNumber(value);
    return current;
  },
  port: (ends, [side, value], current) => {
    endAt(ends, side).port = wholeNumber(value);
    return current;
  },
  client: (ends, words, current) => place(ends.client, words, current),
  server: (ends, words, current) => place(ends.server, words, current),
  ipv6: (ends, _, current) => {
    ends.client.address = IPV6.client;
    ends.server.address = IPV6.server;
    return current;
  },
  connection: (_, [value]) => wholeNumber(value),
};

/** Applies a directive and returns the number of the connection that the next lines belong to. */
function follow({ words, line }: LadderDirective, ends: Ends, current: number): number {
  const [name = '', ...rest] = words;
  const directive = DIRECTIVES[name];
  const known = Object.keys(DIRECTIVES).join(', ');
  if (directive === undefined) throw new LadderError(line, `no directive "${name}": there are ${known}`);
  try {
    return directive(ends, rest, current) ?? current;
  } catch (error) {
    throw new LadderError(line, `@ ${words.join(' ')}: ${error instanceof Error ? error.message : error}`);
  }
}

function place(end: Endpoint, [at = '', word, isn]: readonly string[], current: number): number {
  Object.assign(end, splitEndpoint(at), word === 'isn' ? { isn: wholeNumber(isn) } : {});
  return current;
}

function endAt(ends: Ends, side: string | undefined): Endpoint {
  if (side !== 'client' && side !== 'server') throw new Error('say client or server');
  return ends[side];
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) throw new Error('a whole number is missing');
  return Number(text);
}

function splitEndpoint(text: string): { address: string; port: number } {
  const match = /^\[?([^[\]]+?)\]?:(\d+)$/.exec(text);
  if (!match?.[1]) throw new Error(`"${text}" is not address:port`);
  return { address: match[1], port: Number(match[2]) };
}

function endsFrom({ client = '10.0.0.1:40000', server = '10.0.0.2:80', isn = {} }: LadderOptions): Ends {
  return {
    client: { ...splitEndpoint(client), isn: isn.client ?? 1_000_000 },
    server: { ...splitEndpoint(server), isn: isn.server ?? 5_000_000 },
  };
}

/** The Nth connection; a new one takes everything of the first but has its own client port. */
function connectionAt(connections: Map<number, Ends>, number: number): Ends {
  const known = connections.get(number);
  if (known) return known;
  const first = connectionAt(connections, 1);
  const created = {
    client: { ...first.client, port: first.client.port + number - 1 },
    server: { ...first.server },
  };
  connections.set(number, created);
  return created;
}
