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
const FIRST_GAP = 1e9;
/** Times the last gap: twice, and a little for a timer that is late. */
const LATEST = 2.5;

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
  for (const { to, on, time, status } of own) {
    // An RST from nowhere, or another connection in its place: it may have been gone long before.
    const silently = on === 'send RST' || on === 'reopen';
    if (isSocket(state) && time > from) {
      if (silently) lives.push(...fading(connection, { side, state, from, to: time, proven }));
      else lives.push({ side, state, from, to: time, proven });
    }
    state = to;
    from = time;
    proven = status === 'proven';
  }
  if (!isSocket(state)) return lives;
  return [...lives, ...fading(connection, { side, state, from, to: Infinity, proven })];
}

/** A state that nothing was seen to end: surely there, then by assumption, then gone. */
function fading(connection: Connection, life: SocketLife): SocketLife[] {
  const { side, state, from } = life;
  const { end } = connection.flow;
  const { doubtful, gone } = fadingOf(connection, side, state, from) ?? STAYS;
  // What is due after the capture may still be there at its end.
  const to = gone > end ? life.to : Math.min(gone, life.to);
  const doubt = doubtful > end ? to : Math.min(to, Math.max(from, doubtful));
  return [
    { ...life, to: doubt },
    { ...life, from: doubt, to, proven: false },
  ].filter((part) => part.to > part.from);
}

/** Until when a silent socket is surely there, and when it is gone at the latest. */
interface Fading {
  readonly doubtful: number;
  readonly gone: number;
}

const STAYS: Fading = { doubtful: Infinity, gone: Infinity };

function isSocket(state: State): boolean {
  return state !== 'CLOSED' && state !== 'LISTEN';
}

/** What silence shows of a side that stays in a state; null where it may stay for ever. */
function fadingOf(
  { flow, replay, profile }: Connection,
  side: Side,
  state: State,
  since: number,
): Fading | null {
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
  return flow.segments.some(({ from, time }) => from === side && time > due)
    ? null
    : { doubtful: due, gone: due };
}

/**
 * Each copy waits twice as long as the one before it (RFC 6298 5.5), or as long (Linux has tcp_syn_linear_timeouts): a socket
 * whose next copy may be late is there by assumption, and gone when it surely is.
 */
function overdue(copies: readonly LoggedSegment[], firstGap: number | null): Fading | null {
  const last = copies.at(-1);
  const before = copies.at(-2);
  const gap = last && before ? last.time - before.time : firstGap;
  return last && gap !== null ? { doubtful: last.time + gap, gone: last.time + LATEST * gap } : null;
}
