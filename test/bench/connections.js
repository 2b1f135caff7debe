// Writes captures of many connections with known endings, the same every time.
import { closeSync, openSync, writeSync } from 'node:fs';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;

/** One segment of a template: who sends, flags, payload bytes; numbers follow from what was sent before. */
const client = (flags, length = 0) => ({ from: 0, flags, length });
const server = (flags, length = 0) => ({ from: 1, flags, length });

const OPEN = [client(SYN), server(SYN | ACK), client(ACK)];
const EXCHANGE = [
  client(PSH | ACK, 120),
  server(ACK),
  server(ACK, 460),
  server(PSH | ACK, 460),
  client(ACK),
  client(PSH | ACK, 140),
  server(PSH | ACK, 460),
  client(ACK),
];

/** Endings with their share in a hundred, and what the summary says of each. */
const ENDINGS = [
  {
    share: 45,
    kind: 'four-way',
    closer: 'client',
    end: [client(FIN | ACK), server(ACK), server(FIN | ACK), client(ACK)],
  },
  {
    share: 20,
    kind: 'four-way',
    closer: 'server',
    end: [server(FIN | ACK), client(ACK), client(FIN | ACK), server(ACK)],
  },
  {
    share: 25,
    kind: 'three-way',
    closer: 'client',
    end: [client(FIN | ACK), server(FIN | ACK), client(ACK)],
  },
  { share: 4, kind: 'abort', closer: 'client', end: [client(RST | ACK)] },
  {
    share: 4,
    kind: 'half-close',
    closer: 'client',
    end: [
      client(FIN | ACK),
      server(ACK),
      server(PSH | ACK, 300),
      client(ACK),
      server(FIN | ACK),
      client(ACK),
    ],
  },
  {
    share: 2,
    kind: 'reset-after-fin',
    closer: 'client',
    end: [client(FIN | ACK), server(ACK), client(RST | ACK)],
  },
].map((ending) => ({ ...ending, segments: [...OPEN, ...EXCHANGE, ...ending.end] }));

const BY_PERCENT = ENDINGS.flatMap((ending) => Array.from({ length: ending.share }, () => ending));

/**
 * Writes a nanosecond pcap of `connections` connections, `open` of them at a time, every fourth over IPv6.
 *
 * @param {string} path
 * @param {{ connections: number, open: number, snaplen?: number, unfinished?: boolean, ipv6?: boolean }} options `unfinished`: none of
 *   them closes
 * @returns {{ packets: number, bytes: number, closes: Record<string, number>, closers: Record<string, number> }} the truth
 */
export function writeConnections(
  path,
  { connections, open, snaplen = 262_144, unfinished = false, ipv6 = true },
) {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(1 << 22);
  let used = 0;
  let bytes = 0;
  const flush = () => {
    writeSync(file, block, 0, used);
    bytes += used;
    used = 0;
  };
  block.writeUInt32LE(0xa1b23c4d, 0);
  block.writeUInt16LE(2, 4);
  block.writeUInt16LE(4, 6);
  block.writeUInt32LE(snaplen, 16);
  block.writeUInt32LE(1, 20);
  used = 24;

  const truth = { packets: 0, bytes: 0, closes: {}, closers: { client: 0, server: 0, both: 0, none: 0 } };
  let time = 0;
  let random = 12_345;
  const next = () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    return random >>> 8;
  };
  const start = (number) => {
    const ending = BY_PERCENT[next() % 100];
    const segments = unfinished ? [...OPEN, ...EXCHANGE.slice(0, 2)] : ending.segments;
    const kind = unfinished ? 'open' : ending.kind;
    const closer = unfinished ? 'none' : ending.closer;
    truth.closes[kind] = (truth.closes[kind] ?? 0) + 1;
    truth.closers[closer] += 1;
    return {
      number,
      ipv6: ipv6 && number % 4 === 3,
      segments,
      step: 0,
      sent: [next(), next()],
      id: [next() & 0x7fff, next() & 0x7fff],
    };
  };

  const live = [];
  let started = 0;
  while (live.length < open && started < connections) live.push(start(started++));
  for (let at = 0; live.length > 0; at++) {
    if (at >= live.length) at = 0;
    const connection = live[at];
    const { from, flags, length } = connection.segments[connection.step++];
    time += 1000;
    if (used + 2048 > block.length) flush();
    used += writePacket(block, used, connection, from, flags, length, time, snaplen);
    truth.packets += 1;
    connection.sent[from] += length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    if (connection.step < connection.segments.length) continue;
    if (started < connections) live[at] = start(started++);
    else {
      live[at] = live.at(-1);
      live.pop();
    }
  }
  flush();
  closeSync(file);
  return { ...truth, bytes };
}

/** One Ethernet frame with its record header; returns its bytes in the file. */
function writePacket(block, at, { number, ipv6, sent, id }, from, flags, length, time, snaplen) {
  const ipHeader = ipv6 ? 40 : 20;
  const original = 14 + ipHeader + 20 + length;
  const captured = Math.min(original, snaplen);
  block.writeUInt32LE(1_750_000_000 + Math.floor(time / 1e9), at);
  block.writeUInt32LE(time % 1e9, at + 4);
  block.writeUInt32LE(captured, at + 8);
  block.writeUInt32LE(original, at + 12);
  const frame = at + 16;
  block.fill(0, frame, frame + original);
  block.writeUInt16BE(ipv6 ? 0x86dd : 0x0800, frame + 12);
  const ip = frame + 14;
  // 40,000 ports a client address, so that no 4-tuple comes twice.
  const host = 1 + Math.floor(number / 40_000);
  const port = 20_000 + (number % 40_000);
  const ends = [host, 65_000 + (number % 16)];
  if (ipv6) {
    block[ip] = 0x60;
    block.writeUInt16BE(20 + length, ip + 4);
    block[ip + 6] = 6;
    block[ip + 7] = 64;
    block.writeUInt32BE(0xfd000000, ip + 8);
    block.writeUInt32BE(ends[from], ip + 20);
    block.writeUInt32BE(0xfd000000, ip + 24);
    block.writeUInt32BE(ends[1 - from], ip + 36);
  } else {
    block[ip] = 0x45;
    block.writeUInt16BE(40 + length, ip + 2);
    block.writeUInt16BE(++id[from] & 0xffff, ip + 4);
    block[ip + 8] = 64;
    block[ip + 9] = 6;
    block.writeUInt32BE(0x0a000000 + ends[from], ip + 12);
    block.writeUInt32BE(0x0a000000 + ends[1 - from], ip + 16);
  }
  const tcp = ip + ipHeader;
  block.writeUInt16BE(from === 0 ? port : 443, tcp);
  block.writeUInt16BE(from === 0 ? 443 : port, tcp + 2);
  block.writeUInt32BE(sent[from] >>> 0, tcp + 4);
  if (flags & ACK) block.writeUInt32BE(sent[1 - from] >>> 0, tcp + 8);
  block[tcp + 12] = 0x50;
  block[tcp + 13] = flags;
  block.writeUInt16BE(60_000, tcp + 14);
  return 16 + captured;
}
