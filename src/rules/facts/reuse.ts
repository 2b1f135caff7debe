import { ACK, SYN } from '../../decode/segment.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { twoMslOf } from '../../machine/profile.ts';
import { after, distance } from '../../machine/sequence.ts';
import type { Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { sideInPrevious } from './facts.ts';
import { askedOnce } from './memo.ts';

/** A 4-tuple that was opened again while one side should have been in TIME_WAIT. Sides are those of the new connection. */
export interface Reuse {
  readonly previous: Connection;
  /** The side that held the TIME_WAIT; the acceptor where both did. */
  readonly holder: Side;
  /** Nanoseconds from the entry into TIME_WAIT to the new SYN. */
  readonly interval: number;
  readonly syn: LoggedSegment;
  readonly answer: LoggedSegment;
  /** Frame of the old connection's last segment. */
  readonly lastFrame: number;
  /** How far the new initial sequence numbers stand above the last number of the old connection; negative: below. */
  readonly isnAhead: Readonly<Record<Side, number>>;
  /** How far the SYN's timestamp stands above the newest of the old connection; null where one of the two has none. */
  readonly timestampAhead: number | null;
}

/** Reads the reuse of a TIME_WAIT out of a connection and the incarnation before it; null where there is none. */
export const reuseOf: (connection: Connection) => Reuse | null = askedOnce(readReuse);

function readReuse(connection: Connection): Reuse | null {
  const { flow, previous } = connection;
  if (!previous?.flow.reopened) return null;
  const syn = flow.segments.find((s) => s.from === 'client' && has(s, SYN) && !has(s, ACK));
  const answer = flow.segments.find((s) => s.from === 'server' && has(s, SYN) && has(s, ACK));
  if (!syn || !answer) return null;
  const oldSide = (side: Side): Side => sideInPrevious(connection, previous, side);
  const held = previous.replay.transitions.filter((t) => t.on === 'reopen' && t.from === 'TIME_WAIT');
  const holder = (['server', 'client'] as const).find((side) => held.some((t) => t.side === oldSide(side)));
  if (!holder) return null;
  const entered = previous.replay.transitions.findLast(
    (t) => t.side === oldSide(holder) && t.to === 'TIME_WAIT',
  );
  if (!entered) return null;
  const ahead = (side: Side, isn: number): number =>
    distance(previous.replay.fins[oldSide(side)].sentEnd, isn);
  return {
    previous,
    holder,
    interval: syn.time - entered.time,
    syn,
    answer,
    lastFrame: previous.flow.frames.last,
    isnAhead: { client: ahead('client', syn.seq), server: ahead('server', answer.seq) },
    timestampAhead: timestampAhead(previous, oldSide('client'), syn),
  };
}

/**
 * Which condition of RFC 9293 MAY-2 or RFC 6191 2 allowed the reuse; null where none did: a newer timestamp, or a SYN
 * above the last number of the old connection. MAY-2 also asks an acceptor for a higher number of its own, but RFC 6191
 * does not, and FreeBSD answers with an unrelated one: that is in the evidence and blames nobody.
 */
export function allowedBy({ isnAhead, timestampAhead: newer }: Reuse): 'timestamp' | 'isn' | null {
  if (newer !== null && newer > 0) return 'timestamp';
  return isnAhead.client >= 0 ? 'isn' : null;
}

/** Within 2MSL of the profile. */
export function isWithinTimeWait({ interval }: Reuse, { profile }: Connection): boolean {
  return interval <= twoMslOf(profile);
}

function timestampAhead(previous: Connection, side: Side, syn: LoggedSegment): number | null {
  let newest: number | null = null;
  for (const segment of previous.flow.segments) {
    if (
      segment.from === side &&
      segment.timestamp !== null &&
      (newest === null || after(segment.timestamp, newest))
    )
      newest = segment.timestamp;
  }
  return newest === null || syn.timestamp === null ? null : distance(newest, syn.timestamp);
}
