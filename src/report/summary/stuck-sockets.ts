import { formatTimestamp } from '../timestamp.ts';
import { PairMap } from './pair-map.ts';
import type { StuckSockets } from './socket-summary.ts';
import type { Tally } from './tally.ts';

/** Seconds in a state, at the end of the capture, from which on a socket counts as left behind. */
const LONG = 10;
/** So many of one kind for so long are a pile. */
const MANY = 10;
const LISTED = 10;
/** Kinds that are counted apart; those that come later are not counted. */
const MOST = 4096;

interface Pile extends Pick<StuckSockets, 'state' | 'side' | 'host' | 'service'> {
  sockets: number;
  /** Those that are there for long. */
  old: number;
  /** Epoch seconds. */
  first: number;
  last: number;
}

/** Counts the sockets that are left in CLOSE_WAIT and FIN_WAIT_2 when their capture ends. */
export class StuckCounter {
  private readonly piles: Pile[] = [];
  private readonly places = new PairMap<Pile>();

  count({ client, server, service, left }: Pick<Tally, 'client' | 'server' | 'service' | 'left'>): void {
    for (const { side, state, since, age } of left) {
      const host = side === 'client' ? client : server.address;
      const key = `${state} ${side} ${host}`;
      let pile = this.places.get(key, service);
      if (!pile) {
        if (this.piles.length >= MOST) continue;
        pile = { state, side, host, service: server, sockets: 0, old: 0, first: Infinity, last: -Infinity };
        this.places.set(key, service, pile);
        this.piles.push(pile);
      }
      pile.sockets += 1;
      if (age >= LONG) pile.old += 1;
      pile.first = Math.min(pile.first, since);
      pile.last = Math.max(pile.last, since);
    }
  }

  /** Most first. */
  summary(): StuckSockets[] {
    return this.piles
      .filter(({ old }) => old >= MANY)
      .sort((a, b) => b.sockets - a.sockets || (a.state < b.state ? -1 : 1))
      .slice(0, LISTED)
      .map(({ first, last, old: _, ...pile }) => ({
        ...pile,
        since: timestamp(first),
        until: timestamp(last),
        perSecond: last - first < 1 ? null : Number(((pile.sockets - 1) / (last - first)).toPrecision(3)),
      }));
  }
}

function timestamp(seconds: number): string {
  return formatTimestamp(0n, Math.round(seconds * 1e6) * 1000);
}
