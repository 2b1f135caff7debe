import { RST, SYN } from '../decode/segment.ts';
import { isSelfConnected } from '../flow/flow.ts';
import { has, type LoggedSegment } from '../machine/logged-segment.ts';
import { SIDES, type Side, type State } from '../machine/state.ts';
import type { Connection } from '../rules/rule.ts';

/** A socket in one state, from `from` until before `to`, nanoseconds; `to` is infinite where the capture shows no end. */
export interface SocketLife {
  readonly side: Side;
  readonly state: State;
  readonly from: number;
  readonly to: number;
  readonly proven: boolean;
}

/** A SYN is sent again after a second (RFC 6298 2.1), after 3 s in older stacks. */
const FIRST_GAP = 1.5e9;

/** The states of both sides one after another, but for CLOSED and LISTEN, which are no connection's. */
export function livesOf(connection: Connection): SocketLife[] {
  const { flow, close } = connection;
  // A socket connected to itself is one, and the model has two.
  if (isSelfConnected(flow)) return [];
  // Stray segments are no socket; what goes to and fro without an opening and a close is one on both sides.
  if (close.kind === 'partial' && (flow.oneSided || flow.segments.some((s) => has(s, RST)))) return [];
  return SIDES.flatMap((side) => livesOfSide(connection, side));
}

function livesOfSide(connection: Connection, side: Side): SocketLife[] {
  const { flow, replay } = connection;
  const own = replay.transitions.filter((transition) => transition.side === side);
  const lives: SocketLife[] = [];
  // A capture that begins mid-stream: the socket was there before it.
  let state: State = own[0]?.from ?? replay.final[side];
  let from = flow.opened ? flow.started : 0;
  let proven = false;
  for (const { to, time, status } of own) {
    if (isSocket(state) && time > from) lives.push({ side, state, from, to: time, proven });
    state = to;
    from = time;
    proven = status === 'proven';
  }
  if (!isSocket(state)) return lives;
  const gone = goneBy(connection, side, state, from) ?? Infinity;
  // What is due after the capture may still be there at its end.
  const to = gone > flow.end ? Infinity : gone;
  if (to > from) lives.push({ side, state, from, to, proven });
  return lives;
}

function isSocket(state: State): boolean {
  return state !== 'CLOSED' && state !== 'LISTEN';
}

/** When a side that stays in a state has given up, as far as silence shows; null where it may stay for ever. */
function goneBy(connection: Connection, side: Side, state: State, since: number): number | null {
  const { flow, replay, profile } = connection;
  if (state === 'SYN_SENT' || state === 'SYN_RCVD') {
    return overdue(
      flow.segments.filter((segment) => segment.from === side && has(segment, SYN)),
      FIRST_GAP,
    );
  }
  if (state === 'FIN_WAIT_1' || state === 'CLOSING' || state === 'LAST_ACK') {
    const copies = replay.fins[side].inForce?.copies ?? [];
    return overdue(
      copies.flatMap((at) => flow.segments[at] ?? []),
      null,
    );
  }
  if (state !== 'FIN_WAIT_2' || profile.finWait2 === null) return null;
  // Linux: tcp_fin_timeout. Whoever sends later had not closed its socket, only half of it.
  const due = since + profile.finWait2 * 1e9;
  return flow.segments.some(({ from, time }) => from === side && time > due) ? null : due;
}

/** When the next copy would have come, since each waits twice as long as the one before it (RFC 6298 5.5). */
function overdue(copies: readonly LoggedSegment[], firstGap: number | null): number | null {
  const last = copies.at(-1);
  const before = copies.at(-2);
  if (!last) return null;
  if (before) return last.time + 2 * (last.time - before.time);
  return firstGap === null ? null : last.time + 2 * firstGap;
}
