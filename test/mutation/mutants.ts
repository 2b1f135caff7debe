import type { Packet } from './packets.ts';

/** What may happen to a capture while it is made: packets get lost, come twice, in another order, cut, or too late. */
export interface Mutant {
  readonly name: string;
  readonly list: readonly Packet[];
}

/** How many pairs of lost packets are drawn for each capture. */
const PAIRS = 150;
const SNAP_LENGTHS = [54, 58, 62, 66, 70, 74, 78, 86, 96];

/** Every mutant of a capture; those that are drawn are the same each time. */
export function* mutantsOf(list: readonly Packet[]): Generator<Mutant> {
  const count = list.length;
  const random = generator(count);
  const lacking = (lost: ReadonlySet<number>): Packet[] => list.filter((_, at) => !lost.has(at));
  for (let at = 0; at < count; at++) {
    yield { name: `frame ${at + 1} lost`, list: lacking(new Set([at])) };
  }
  const pairs = new Set<string>();
  for (let n = 0; n < PAIRS; n++) {
    const [a, b] = [random(count), random(count)];
    if (a < b) pairs.add(`${a} ${b}`);
  }
  for (const pair of pairs) {
    const [a = 0, b = 0] = pair.split(' ').map(Number);
    yield { name: `frames ${a + 1}, ${b + 1} lost`, list: lacking(new Set([a, b])) };
  }
  for (let from = 1; from < count - 2; from++) {
    for (let to = from + 2; to < count && to <= from + 8; to++) {
      const rest = [...list.slice(0, from), ...list.slice(to)];
      yield { name: `frames ${from + 1} to ${to} lost`, list: rest };
    }
  }
  for (const [at, packet] of list.entries()) {
    const twice = [...list.slice(0, at + 1), later(packet, 20_000n), ...list.slice(at + 1)];
    yield { name: `frame ${at + 1} twice`, list: twice };
  }
  for (let at = 0; at + 1 < count; at++) {
    yield { name: `frames ${at + 1} and ${at + 2} swapped`, list: swapped(list, at) };
  }
  for (let at = 1; at < count; at++) {
    yield { name: `begins at frame ${at + 1}`, list: list.slice(at) };
    yield { name: `ends behind frame ${at}`, list: list.slice(0, at) };
  }
  for (const length of SNAP_LENGTHS) {
    const cut = list.map((packet) => ({ ...packet, bytes: packet.bytes.subarray(0, length) }));
    yield { name: `cut to ${length} bytes`, list: cut };
  }
}

function later(packet: Packet, nanoseconds: bigint): Packet {
  return { ...packet, time: packet.time + nanoseconds };
}

/** Two neighbours in the other order, each with its time: buffers of two interfaces or processors do that. */
function swapped(list: readonly Packet[], at: number): Packet[] {
  return list.map((packet, n) => (n === at ? list[at + 1] : n === at + 1 ? list[at] : packet) ?? packet);
}

/** Numbers below a bound, the same each time: a linear congruence (Numerical Recipes). */
function generator(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** A capture with more packets is taken apart, and so many parts of it are looked at. */
const WHOLE = 60;
const PARTS = 8;
const PART = 30;

/** A capture whole, or parts of it where it has many packets. */
export function partsOf(list: readonly Packet[]): (readonly Packet[])[] {
  if (list.length <= WHOLE) return [list];
  return Array.from({ length: PARTS }, (_, n) => {
    const from = Math.floor((n * (list.length - PART)) / (PARTS - 1));
    return list.slice(from, from + PART);
  });
}
