// What may happen to the packets of a capture. Each mutator takes the list, draws, and another list of the same link type.
import { headersOf, mend, read16, read32, write16, write32 } from './headers.js';

/** Numbers at which comparisons turn around. */
const EXTREMES = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const TIMES = [
  0n,
  1n,
  1000n,
  10_000_000n,
  250_000_000n,
  61_000_000_000n,
  300_000_000_000n,
  9_000_000_000_000_000n,
];
const SNAP_LENGTHS = [14, 34, 38, 48, 54, 58, 66, 78];
/** More packets than that are not made. */
const MOST_PACKETS = 400;

/** Mutators of one packet's TCP and IP: they change the bytes where the headers are. */
const FIELDS = {
  flags: (bytes, { tcp }, draw) => {
    bytes[tcp + 13] ^= draw.of([1, 2, 4, 16, 17, 18, 20, 32, 5, 64, 128]);
  },
  seq: (bytes, { tcp }, draw) => number(bytes, tcp + 4, draw),
  ack: (bytes, { tcp }, draw) => number(bytes, tcp + 8, draw),
  window: (bytes, { tcp }, draw) => write16(bytes, tcp + 14, draw.of([0, 1, 0xffff, draw.below(0x10000)])),
  options: (bytes, { tcp, payload }, draw) => {
    if (payload > tcp + 20)
      bytes[tcp + 20 + draw.below(payload - tcp - 20)] = draw.of([
        0,
        1,
        2,
        3,
        4,
        5,
        8,
        10,
        19,
        30,
        draw.below(256),
      ]);
    else bytes[tcp + 12] = (draw.below(16) << 4) | (bytes[tcp + 12] & 15);
  },
  offset: (bytes, { tcp }, draw) => {
    bytes[tcp + 12] = (draw.below(16) << 4) | (bytes[tcp + 12] & 15);
  },
  length: (bytes, { version, ip, end }, draw) => {
    const at = version === 4 ? ip + 2 : ip + 4;
    const length = end - ip - (version === 4 ? 0 : 40);
    write16(bytes, at, draw.of([0, length - 1, length + 1, length - 20, 0xffff, draw.below(length + 40)]));
  },
  fragment: (bytes, { version, ip }, draw) => {
    if (version === 4) write16(bytes, ip + 6, draw.of([0x2000, 0x4000, 1, 0x2001, 185, draw.below(0x10000)]));
    else bytes[ip + 6] = draw.of([44, 0, 43, 60, 51]);
  },
  ttl: (bytes, { version, ip }, draw) => {
    bytes[version === 4 ? ip + 8 : ip + 7] = draw.of([0, 1, 63, 64, 127, 128, 255]);
  },
  turned: (bytes, { version, ip, tcp }) => {
    const [from, size] = version === 4 ? [ip + 12, 4] : [ip + 8, 16];
    swap(bytes, from, from + size, size);
    swap(bytes, tcp, tcp + 2, 2);
  },
  port: (bytes, { tcp }, draw) => write16(bytes, tcp + 2 * draw.below(2), draw.of([0, 1, 80, 443, 65535])),
};

function number(bytes, at, draw) {
  const now = read32(bytes, at);
  const step = draw.of([1, -1, 1460, -1460, 0x10000, -0x10000, 0x7fff_ffff]);
  write32(bytes, at, draw.once(3) ? draw.of(EXTREMES) : (now + step) >>> 0);
}

function swap(bytes, a, b, size) {
  const kept = bytes.slice(a, a + size);
  bytes.copyWithin(a, b, b + size);
  bytes.set(kept, b);
}

/** Headers to be put around what an Ethernet frame holds, which is IPv4 or IPv6. */
const AROUND = {
  vlan: () => [0x81, 0x00, 0x00, 0x07],
  qinq: () => [0x88, 0xa8, 0x00, 0x05, 0x81, 0x00, 0x00, 0x07],
  mpls: () => [0x88, 0x47, 0x00, 0x01, 0x01, 0x40],
};

const MUTATORS = {
  lose: (list, draw) => list.toSpliced(draw.below(list.length), 1 + (draw.once(4) ? draw.below(4) : 0)),
  double: (list, draw) => {
    const packet = draw.of(list);
    return list.toSpliced(draw.below(list.length + 1), 0, { ...packet, bytes: packet.bytes.slice() });
  },
  swap: (list, draw) => {
    const at = draw.below(list.length - 1);
    return list.toSpliced(at, 2, list[at + 1] ?? list[at], list[at]);
  },
  move: (list, draw) => {
    const from = draw.below(list.length);
    return list.toSpliced(from, 1).toSpliced(draw.below(list.length), 0, list[from]);
  },
  begin: (list, draw) => list.slice(draw.below(list.length)),
  stop: (list, draw) => list.slice(0, 1 + draw.below(list.length)),
  wait: (list, draw) => {
    const from = draw.below(list.length);
    const by = draw.of(TIMES) * (draw.once(5) ? -1n : 1n);
    return list.map((packet, at) => (at < from ? packet : { ...packet, time: packet.time + by }));
  },
  same: (list, draw) => {
    const from = draw.below(list.length);
    const to = from + 1 + draw.below(5);
    return list.map((packet, at) => (at > from && at <= to ? { ...packet, time: list[from].time } : packet));
  },
  hasten: (list, draw) => {
    const [first] = list;
    const by = draw.of([2n, 10n, 1000n]);
    return list.map((packet) => ({ ...packet, time: first.time + (packet.time - first.time) / by }));
  },
  cut: (list, draw) => {
    const most = draw.of(SNAP_LENGTHS);
    const isAll = draw.once(2);
    const one = draw.below(list.length);
    return list.map((packet, at) =>
      isAll || at === one ? { ...packet, bytes: packet.bytes.slice(0, most) } : packet,
    );
  },
  /** The same connections once more, later, with other numbers: 4-tuples are used again. */
  again: (list, draw) => {
    const first = list[0].time;
    const by = list.at(-1).time - first + draw.of(TIMES);
    const shift = draw.of([1, 100_000, -100_000, 0x4000_0000, 0x9000_0000]);
    const later = list.map((packet) => {
      const bytes = packet.bytes.slice();
      const headers = headersOf(bytes);
      if (headers) {
        write32(bytes, headers.tcp + 4, (read32(bytes, headers.tcp + 4) + shift) >>> 0);
        write32(bytes, headers.tcp + 8, (read32(bytes, headers.tcp + 8) + shift) >>> 0);
        mend(bytes, headers);
      }
      return { ...packet, time: packet.time + by, bytes };
    });
    return [...list, ...later];
  },
  splice: (list, draw, other) => {
    const from = draw.below(other.length);
    const some = other.slice(from, from + 1 + draw.below(12));
    const at = draw.below(list.length + 1);
    const time = (list[at] ?? list.at(-1)).time;
    const start = some[0]?.time ?? 0n;
    return list.toSpliced(at, 0, ...some.map((packet) => ({ ...packet, time: time + packet.time - start })));
  },
  /** Packets of other connections, as if they were this one's: its addresses and ports, and numbers beside its own. */
  adopt: (list, draw, other) => {
    const at = draw.below(list.length);
    const own = headersOf(list[at].bytes);
    const guest = draw.of(other);
    const headers = guest && headersOf(guest.bytes);
    if (!own || !headers || own.version !== headers.version) return list;
    const bytes = guest.bytes.slice();
    const [offset, size] = own.version === 4 ? [12, 8] : [8, 32];
    bytes.set(list[at].bytes.subarray(own.ip + offset, own.ip + offset + size), headers.ip + offset);
    bytes.set(list[at].bytes.subarray(own.tcp, own.tcp + 12), headers.tcp);
    mend(bytes, headers);
    return list.toSpliced(at + 1, 0, { ...list[at], bytes, original: bytes.length });
  },
  field: (list, draw) =>
    changed(list, draw, (bytes) => {
      const headers = headersOf(bytes);
      if (!headers) return;
      for (let n = draw.below(3); n >= 0; n--) draw.of(Object.values(FIELDS))(bytes, headers, draw);
      if (!draw.once(5)) mend(bytes, { ...headers, end: Math.min(headers.end, bytes.length) });
    }),
  bytes: (list, draw) =>
    changed(list, draw, (bytes) => {
      for (let n = draw.below(4); n >= 0; n--)
        bytes[draw.below(Math.min(bytes.length, 100))] = draw.below(256);
    }),
  around: (list, draw) => {
    const header = draw.of(Object.values(AROUND))();
    const from = draw.once(2) ? 0 : draw.below(list.length);
    return list.map((packet, at) => {
      const type = packet.bytes.length >= 34 ? read16(packet.bytes, 12) : 0;
      if (at < from || (type !== 0x0800 && type !== 0x86dd)) return packet;
      const isTag = header[0] !== 0x88 || header[1] === 0xa8;
      const rest = packet.bytes.subarray(isTag ? 12 : 14);
      const bytes = Uint8Array.from([...packet.bytes.subarray(0, 12), ...header, ...rest]);
      return { ...packet, bytes, original: packet.original + header.length };
    });
  },
};

/** One packet of a list changed. */
function changed(list, draw, change) {
  const at = draw.below(list.length);
  const bytes = list[at].bytes.slice();
  if (bytes.length > 0) change(bytes);
  return list.with ? list.with(at, { ...list[at], bytes }) : list;
}

/** A list with one to six changes. */
export function mutatePackets(list, draw, other) {
  let mutant = list;
  for (let n = draw.below(6); n >= 0; n--) {
    if (mutant.length === 0) return mutant;
    mutant = draw.of(Object.values(MUTATORS))(mutant, draw, other).slice(0, MOST_PACKETS);
  }
  return mutant;
}
