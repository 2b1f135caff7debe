import type { Segment } from '../segment.ts';

/** One tunnel: a header that was opened, its identifier, and the addresses of the packets that it travels in. */
export interface Context {
  /** The tunnel around this one, 0 for none. */
  readonly within: number;
  readonly tunnel: string;
  /** Network identifier, key or session; -1 where it has none. */
  readonly id: number;
  /** Both ends as numbers: words of IP addresses, or the halves of Ethernet addresses; empty where they do not count. */
  readonly ends: readonly [readonly number[], readonly number[]] | null;
}

/** Tunnels that are told apart; of any more nothing is opened. */
const MOST = 1 << 16;

/**
 * Numbers for the tunnels in which segments travel. The same 4-tuple in two tunnels is two connections; both directions of one
 * tunnel have one number, so that the ends have no order. Number 0 is no tunnel.
 */
export class Contexts {
  readonly #numbers = new Map<string, number>();
  readonly #list: Context[] = [];

  /** The number of a tunnel; -1 where there are too many. */
  of(within: number, tunnel: string, id: number, ends: Context['ends']): number {
    const pair = ends?.map(String).sort().join(' ') ?? '';
    const key = `${within} ${tunnel} ${id} ${pair}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#list.length >= MOST) return -1;
    this.#list.push({ within, tunnel, id, ends });
    this.#numbers.set(key, this.#list.length);
    return this.#list.length;
  }

  /** The tunnel of a number, null for 0. */
  at(context: number): Context | null {
    return this.#list[context - 1] ?? null;
  }

  save(): readonly Context[] {
    return [...this.#list];
  }

  load(list: readonly Context[]): void {
    for (const { within, tunnel, id, ends } of list) this.of(within, tunnel, id, ends);
  }
}

/** The addresses of the IP header that was read last. */
export function endsOverIp(s: Segment): Context['ends'] {
  if (s.ipVersion === 4) return [[s.source3], [s.destination3]];
  return [
    [s.source0, s.source1, s.source2, s.source3],
    [s.destination0, s.destination1, s.destination2, s.destination3],
  ];
}

/** The addresses of an Ethernet header that stands there. */
export function endsOverEthernet(view: DataView, at: number): Context['ends'] {
  if (at < 0) return null;
  const half = (offset: number): number => view.getUint16(at + offset);
  return [
    [half(6), half(8), half(10)],
    [half(0), half(2), half(4)],
  ];
}
