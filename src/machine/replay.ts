import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { Context, Effect } from './context.ts';
import { type FinReading, readFins } from './fin.ts';
import { endOf, has, hasAny, type LoggedSegment } from './logged-segment.ts';
import { type Profile, twoMslOf } from './profile.ts';
import { type Reception, readSide, type SideReading } from './reception.ts';
import { judgeReset } from './reset.ts';
import { roundTripOf, within } from './round-trip.ts';
import { after, atOrAfter } from './sequence.ts';
import { peerOf, type Side, type State } from './state.ts';
import { type Event, transition } from './table.ts';

/** A change of state of one side, with the bracket in which it really happened (docs/ARCHITECTURE.md). */
export interface Transition {
  readonly side: Side;
  readonly from: State;
  readonly to: State;
  readonly on: Event;
  readonly clause: string;
  /** The frame at which the label changes; null for a timer. */
  readonly frame: number | null;
  /** The frame that brought it about: of a segment that was sent or received; null for a timer. */
  readonly cause: number | null;
  /** Nanoseconds since the capture's first record. */
  readonly time: number;
  /** The earliest it can have happened: its cause. Null where the cause is not on the wire. */
  readonly after: number | null;
  /** The first frame that proves it. Null where nothing does. */
  readonly by: number | null;
  readonly status: 'proven' | 'assumed';
}

/** One incarnation of a 4-tuple, as the connection table hands it to the model. */
export interface History {
  readonly segments: readonly LoggedSegment[];
  /** The capture shows the opening: a SYN or a SYN,ACK of this incarnation. */
  readonly opened: boolean;
  /** Up to when the capture would have shown more of this incarnation, nanoseconds. */
  readonly end: number;
  /** The SYN of the next incarnation, once that was accepted. */
  readonly reopened: Reopening | null;
}

/** The SYN that opened the 4-tuple anew. */
export interface Reopening {
  readonly frame: number;
  readonly time: number;
  /** Time of the answer that accepted it. */
  readonly by: number;
  /** Which side of the old connection sent it. */
  readonly opener: Side;
}

/** What the two state machines made of a connection. */
export interface Replay {
  readonly transitions: readonly Transition[];
  readonly final: Readonly<Record<Side, State>>;
  readonly fins: Readonly<Record<Side, FinReading>>;
  readonly readings: Readonly<Record<Side, SideReading>>;
  /** Nanoseconds; null where the opening was not captured. */
  readonly roundTrip: number | null;
}

/** Replays a connection through the reference state machine, both sides, with hindsight. */
export function replay(history: History, profile: Profile): Replay {
  const segments = beforeReopening(history);
  if (!history.opened && !history.reopened && !hasAny(segments, SYN | FIN | RST)) return quiet(history);
  const fins = { client: readFins(segments, 'client'), server: readFins(segments, 'server') };
  const context: Context = { segments, fins, roundTrip: roundTripOf(segments) };
  const readings = { client: readSide(context, 'client'), server: readSide(context, 'server') };
  const transitions: Transition[] = [];
  const client = new SideReplay(history, context, readings.client, 'client', profile);
  client.run(transitions);
  const server = new SideReplay(history, context, readings.server, 'server', profile);
  server.run(transitions);
  return {
    transitions: inOrder(transitions, history),
    final: { client: client.state, server: server.state },
    fins,
    readings,
    roundTrip: context.roundTrip,
  };
}

/** Labels in the order in which they change; what one segment changes: its sender first. */
function inOrder(transitions: Transition[], { segments }: History): Transition[] {
  if (isRising(transitions)) return transitions;
  const isSender = ({ side, frame }: Transition): boolean => senderOf(segments, frame) === side;
  return transitions.sort(
    (a, b) =>
      a.time - b.time ||
      (a.frame ?? Infinity) - (b.frame ?? Infinity) ||
      Number(isSender(b)) - Number(isSender(a)),
  );
}

/** Each comes later than the one before it. */
function isRising(transitions: readonly Transition[]): boolean {
  for (let at = 1; at < transitions.length; at++) {
    if ((transitions[at]?.time ?? 0) <= (transitions[at - 1]?.time ?? 0)) return false;
  }
  return true;
}

function senderOf(segments: readonly LoggedSegment[], frame: number | null): Side | null {
  return segments.findLast((segment) => segment.frame === frame)?.from ?? null;
}

/** Without SYN, FIN and RST no state changes. */
function quiet(history: History): Replay {
  const { segments } = history;
  const nothing: SideReading = { receptions: [], resets: [], noSocket: null };
  return {
    transitions: [],
    final: { client: initialState(history, 'client'), server: initialState(history, 'server') },
    fins: { client: readFins(segments, 'client'), server: readFins(segments, 'server') },
    readings: { client: nothing, server: nothing },
    roundTrip: null,
  };
}

/** What came for the connection once its 4-tuple had been opened anew met the new one, or nobody. */
function beforeReopening({ segments, reopened }: History): readonly LoggedSegment[] {
  if (reopened === null) return segments;
  const { frame, by } = reopened;
  return segments.filter((segment) => segment.frame < frame || segment.time <= by);
}

const RECEIVES = {
  SYN: 'receive SYN',
  'SYN,ACK': 'receive SYN,ACK',
  'ACK of SYN': 'receive ACK of SYN',
  'ACK of FIN': 'receive ACK of FIN',
  FIN: 'receive FIN',
  RST: 'receive RST',
} as const satisfies Record<Effect, Event>;

/** When and by what a state changes. */
type Place = Pick<Transition, 'frame' | 'cause' | 'time' | 'after' | 'by'>;

class SideReplay {
  state: State;
  /** Of both sides; those of this side come behind each other. */
  private transitions: Transition[] = [];
  private last: Transition | null = null;
  private readonly history: History;
  private readonly context: Context;
  private readonly reading: SideReading;
  private readonly side: Side;
  private readonly profile: Profile;

  constructor(history: History, context: Context, reading: SideReading, side: Side, profile: Profile) {
    this.history = history;
    this.context = context;
    this.reading = reading;
    this.side = side;
    this.profile = profile;
    this.state = initialState(history, side);
  }

  /** Goes through the timeline of the side: its own segments, and what it received at the segments that label it. */
  run(transitions: Transition[]): void {
    this.transitions = transitions;
    const { segments } = this.context;
    const receptions = this.mergedReceptions();
    let next = 0;
    for (let at = 0; at < segments.length; at++) {
      const segment = segments[at];
      if (!segment) continue;
      const first = next;
      while (receptions[next]?.label === at) next++;
      // What an own segment proves that was captured before its cause had come by then.
      for (let n = first; n < next; n++) this.receive(segment, receptions[n], true);
      if (segment.from === this.side) {
        this.expireTimeWait(segment.time);
        this.send(segment, at);
      }
      for (let n = first; n < next; n++) this.receive(segment, receptions[n], false);
    }
    this.end();
  }

  private end(): void {
    const { reopened, end } = this.history;
    this.expireTimeWait(reopened ? reopened.time : end);
    if (reopened && this.state !== 'CLOSED') {
      // A new incarnation proves that this one is gone, on both sides (MAY-2).
      const { frame, time, by } = reopened;
      this.apply('reopen', { frame, cause: frame, time, after: this.lastTime(), by });
    }
  }

  /** By their labels. Of one segment the ACK is processed before the FIN (RFC 9293 3.10.7.4 steps 5 and 8). */
  private mergedReceptions(): readonly Reception[] {
    const { receptions } = this.reading;
    if (receptions.length < 2) return receptions;
    const rank = (effect: Effect): number => (effect === 'FIN' ? 1 : 0);
    return [...receptions].sort(
      (a, b) => a.label - b.label || a.cause - b.cause || rank(a.effect) - rank(b.effect),
    );
  }

  private send(segment: LoggedSegment, at: number): void {
    const { frame, time } = segment;
    if (has(segment, RST)) {
      if (!this.reading.resets.includes(at)) return;
      const after = this.reading.noSocket?.rst === at ? this.lastOwnTime(at) : null;
      this.apply('send RST', { frame, cause: frame, time, after, by: time });
      return;
    }
    if (has(segment, SYN)) {
      const on = has(segment, ACK) ? 'send SYN,ACK' : 'send SYN';
      this.apply(on, { frame, cause: frame, time, after: null, by: time });
    } else {
      this.catchUp(segment, at);
    }
    // A SYN,ACK may carry the FIN: CLOSE in SYN-RECEIVED (RFC 9293 3.10.4).
    if (this.context.fins[this.side].inForce?.copies[0] === at) {
      // The application may have closed long before a FIN that had to wait behind queued data.
      const after = this.finWaited(segment, at) ? this.lastTime() : null;
      this.apply('send FIN', { frame, cause: frame, time, after, by: time });
    }
  }

  /** A segment that only an open connection sends, where the capture lost what opened it. */
  private catchUp(segment: LoggedSegment, at: number): void {
    const { state } = this;
    if (state !== 'LISTEN' && state !== 'SYN_SENT' && state !== 'SYN_RCVD') return;
    const { frame, time } = segment;
    const place: Place = { frame, cause: frame, time, after: this.lastTime(), by: time };
    if (this.state === 'LISTEN') this.apply('receive SYN', place);
    if (this.state === 'SYN_SENT') this.apply('receive SYN,ACK', place);
    if (this.state === 'SYN_RCVD' && !this.fastOpen(at) && !this.isChallengeAck(segment, at)) {
      this.apply('receive ACK of SYN', place);
    }
  }

  /** RFC 7413 4.2.2: a server that took data with the SYN may send before its SYN is acknowledged. */
  private fastOpen(at: number): boolean {
    const { segments } = this.context;
    for (let index = 0; index < at; index++) {
      const s = segments[index];
      if (s && s.from !== this.side && has(s, SYN) && s.length > 0) return true;
    }
    return false;
  }

  /** RFC 5961 3.2, 4.2: what a SYN or an RST draws in SYN-RECEIVED as well. */
  private isChallengeAck(segment: LoggedSegment, at: number): boolean {
    const before = this.context.segments[at - 1];
    const isPure = endOf(segment) === segment.seq;
    return (
      isPure && before !== undefined && before.from !== this.side && (has(before, RST) || has(before, SYN))
    );
  }

  private finWaited(segment: LoggedSegment, at: number): boolean {
    if (segment.length > 0) return true;
    // Data in flight, or a window without room: the queue may have held the FIN back.
    for (let index = at - 1; index >= 0; index--) {
      const s = this.context.segments[index];
      if (s && s.from !== this.side && has(s, ACK) && !has(s, RST))
        return s.window === 0 || after(segment.seq, s.ack);
    }
    return false;
  }

  /** @param early whether this is the turn of what is labelled in front of its cause */
  private receive(segment: LoggedSegment, reception: Reception | undefined, early: boolean): void {
    if (!reception || reception.label < reception.cause !== early) return;
    this.expireTimeWait(segment.time);
    const { effect, after: bound, by, cause } = reception;
    if (effect === 'RST' && this.state === 'TIME_WAIT' && this.ignoresResets(cause)) return;
    const both = effect === 'ACK of FIN' && this.state === 'FIN_WAIT_1' && this.hasFinWith(reception);
    const { frame, time } = segment;
    const causeFrame = this.context.segments[cause]?.frame ?? frame;
    this.apply(both ? 'receive FIN,ACK of FIN' : RECEIVES[effect], {
      frame,
      cause: causeFrame,
      time,
      after: bound,
      by,
    });
  }

  /** The FIN came with the same segment. */
  private hasFinWith({ cause, label }: Reception): boolean {
    return this.reading.receptions.some((r) => r.effect === 'FIN' && r.cause === cause && r.label === label);
  }

  /** In TIME_WAIT: by its profile (RFC 1337), or since it had ignored an exact RST before the one at `cause`. */
  private ignoresResets(cause: number): boolean {
    if (this.profile.rstInTimeWaitIgnored) return true;
    const { segments, roundTrip } = this.context;
    const since = this.lastTime() ?? 0;
    return segments.some(
      (reset, index) =>
        index < cause &&
        reset.from !== this.side &&
        reset.time >= since &&
        has(reset, RST) &&
        judgeReset(this.context, this.side, index) === 'exact' &&
        segments.some(
          (s, at) =>
            at > index &&
            at < cause &&
            s.from === this.side &&
            !has(s, RST) &&
            s.time - reset.time > within(roundTrip, 2),
        ),
    );
  }

  private apply(on: Event, place: Place): void {
    const { to, clause } = transition(this.state, on);
    if (to === this.state) return;
    const { cause, after, by } = place;
    // What was captured in front of its turn is labelled where its turn came.
    const { frame, time } = this.last && this.last.time > place.time ? this.last : place;
    const status = by === null ? 'assumed' : 'proven';
    const { side, state: from } = this;
    this.last = { side, from, to, on, clause, frame, cause, time, after, by, status };
    this.transitions.push(this.last);
    this.state = to;
  }

  /** TIME_WAIT ends after 2MSL; each acknowledged copy of the peer's FIN starts it anew (RFC 9293 3.10.7.4 step 8). */
  private expireTimeWait(now: number): void {
    const entered = this.last;
    if (this.state !== 'TIME_WAIT' || !entered) return;
    const twoMsl = twoMslOf(this.profile);
    const peersFin = this.context.fins[peerOf(this.side)].inForce;
    let start = entered.time;
    for (const segment of this.context.segments) {
      if (segment.time < start || segment.time > start + twoMsl || segment.time >= now) continue;
      if (
        segment.from === this.side &&
        has(segment, ACK) &&
        !has(segment, RST) &&
        peersFin &&
        atOrAfter(segment.ack, peersFin.end)
      ) {
        start = segment.time;
      }
    }
    if (now <= start + twoMsl) return;
    this.apply('timeout 2MSL', { frame: null, cause: null, time: start + twoMsl, after: start, by: null });
  }

  private lastTime(): number | null {
    return this.last?.time ?? null;
  }

  private lastOwnTime(before: number): number | null {
    for (let at = before - 1; at >= 0; at--) {
      const segment = this.context.segments[at];
      if (segment?.from === this.side) return segment.time;
    }
    return null;
  }
}

/** A capture that begins mid-stream shows a connection that is established as far as one can say. */
function initialState({ segments, opened }: History, side: Side): State {
  if (!opened) return 'ESTABLISHED';
  if (side === 'client') return 'CLOSED';
  for (const s of segments) {
    const isOwn = s.from === side && !has(s, RST);
    if (isOwn && (has(s, SYN) || endOf(s) !== s.seq || has(s, ACK))) return 'LISTEN';
  }
  return 'CLOSED';
}
