// Writes captures of many connections with known endings, the same every time.
import { closeSync, openSync, writeSync } from 'node:fs';

const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;

/** One segment of a template: who sends, flags, payload bytes; numbers follow from what was sent before. */
const client = (flags, length = 0) => ({ from: 0, flags, length, pause: false });
const server = (flags, length = 0) => ({ from: 1, flags, length, pause: false });
/** What comes after the connection has rested. */
const later = (segment) => ({ ...segment, pause: true });

const OPEN = [client(SYN), server(SYN | ACK), client(ACK)];
const EXCHANGE = [
  client(PSH | ACK, 120),
  server(ACK),
  server(ACK, 700),
  server(PSH | ACK, 700),
  client(ACK),
  later(client(PSH | ACK, 140)),
  server(PSH | ACK, 660),
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
].map(({ end, ...ending }) => ({
  ...ending,
  segments: [...OPEN, ...EXCHANGE, later(end[0]), ...end.slice(1)],
}));

const BY_PERCENT = ENDINGS.flatMap((ending) => Array.from({ length: ending.share }, () => ending));
const UNFINISHED = { kind: 'open', closer: 'none', segments: [...OPEN, ...EXCHANGE.slice(0, 2)] };
/** Full-size segments from the server, acknowledged two by two. */
const BULK = [server(ACK, 1448), server(ACK, 1448), client(ACK)];

/** Nanoseconds between two segments of a connection, and while it rests, about. */
const STEP = 5e6;
const REST = 20e9;

/**
 * Writes a nanosecond pcap of `connections` connections, `open` of them at a time, every fourth over IPv6.
 *
 * @param {string} path
 * @param {{ connections: number, open: number, snaplen?: number, unfinished?: boolean, ipv6?: boolean, exchanges?: number }} options
 *   `unfinished`: none of them closes; `exchanges`: bulk, so many pairs of full segments each
 * @returns {{ packets: number, bytes: number, closes: Record<string, number>, closers: Record<string, number> }} the truth
 */
export function writeConnections(
  path,
  { connections, open, snaplen = 262_144, unfinished = false, ipv6 = true, exchanges = 0 },
) {
  const out = new Output(path, snaplen);
  const truth = { packets: 0, bytes: 0, closes: {}, closers: { client: 0, server: 0, both: 0, none: 0 } };
  const next = randoms(12_345);
  const start = (number) => {
    const ending = unfinished ? UNFINISHED : BY_PERCENT[next() % 100];
    truth.closes[ending.kind] = (truth.closes[ending.kind] ?? 0) + 1;
    truth.closers[ending.closer] += 1;
    return {
      number,
      ipv6: ipv6 && number % 4 === 3,
      segments: ending.segments,
      step: 0,
      bulk: exchanges * BULK.length,
      sent: [next(), next()],
      id: [next() & 0x7fff, next() & 0x7fff],
    };
  };
  const agenda = new Agenda();
  let started = 0;
  // Their first segments spread over the time that one of them takes, so that all phases are there at any moment.
  const spread = exchanges > 0 ? STEP : 2 * REST;
  for (; started < Math.min(open, connections); started++) {
    agenda.add(Math.floor((spread / open) * started), start(started));
  }
  for (let due = agenda.take(); due; due = agenda.take()) {
    const { time, item } = due;
    const bulk = item.step === OPEN.length && item.bulk > 0;
    const { from, flags, length } = bulk ? BULK[--item.bulk % BULK.length] : item.segments[item.step++];
    out.packet(item, from, flags, length, time);
    truth.packets += 1;
    item.sent[from] += length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    const following = item.segments[item.step];
    if (following) {
      const wait = item.bulk > 0 ? STEP / 100 : following.pause ? REST + (next() % 1000) * 1e6 : STEP;
      agenda.add(time + wait + (next() % 1000), item);
    } else if (started < connections) {
      agenda.add(time + STEP, start(started++));
    }
  }
  return { ...truth, bytes: out.end() };
}

/** What is due when: a binary heap by time. */
class Agenda {
  #heap = [];

  add(time, item) {
    const heap = this.#heap;
    let at = heap.length;
    const entry = { time, item };
    heap.push(entry);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].time <= time) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  take() {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].time < heap[child].time) child += 1;
      if (heap[child].time >= last.time) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

/** A pcap file that is written in large blocks. */
class Output {
  #file;
  #block = Buffer.alloc(1 << 22);
  #used = 24;
  #bytes = 0;
  #snaplen;

  constructor(path, snaplen) {
    this.#file = openSync(path, 'w');
    this.#snaplen = snaplen;
    this.#block.writeUInt32LE(0xa1b23c4d, 0);
    this.#block.writeUInt16LE(2, 4);
    this.#block.writeUInt16LE(4, 6);
    this.#block.writeUInt32LE(snaplen, 16);
    this.#block.writeUInt32LE(1, 20);
  }

  packet(connection, from, flags, length, time) {
    if (this.#used + 2048 > this.#block.length) this.#flush();
    this.#used += writePacket(this.#block, this.#used, connection, from, flags, length, time, this.#snaplen);
  }

  /** Returns the bytes of the file. */
  end() {
    this.#flush();
    closeSync(this.#file);
    return this.#bytes;
  }

  #flush() {
    writeSync(this.#file, this.#block, 0, this.#used);
    this.#bytes += this.#used;
    this.#used = 0;
  }
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

/** 23-bit numbers, the same on every machine. */
function randoms(seed) {
  let random = seed;
  return () => {
    random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff;
    return random >>> 8;
  };
}
