import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { Context, Effect } from './context.ts';
import { type FinReading, readFins } from './fin.ts';
import { endOf, has, type LoggedSegment } from './logged-segment.ts';
import { type Profile, twoMslOf } from './profile.ts';
import { type Reception, readSide, type SideReading } from './reception.ts';
import { judgeReset } from './reset.ts';
import { roundTripOf, within } from './round-trip.ts';
import { after, atOrAfter } from './sequence.ts';
import { peerOf, SIDES, type Side, type State } from './state.ts';
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
  if (!history.opened && !history.reopened && segments.every((s) => !has(s, SYN | FIN | RST)))
    return quiet(history);
  const fins = { client: readFins(segments, 'client'), server: readFins(segments, 'server') };
  const context: Context = { segments, fins, roundTrip: roundTripOf(segments) };
  const readings = { client: readSide(context, 'client'), server: readSide(context, 'server') };
  const sides = {
    client: new SideReplay(history, context, readings.client, 'client', profile),
    server: new SideReplay(history, context, readings.server, 'server', profile),
  };
  const transitions = SIDES.flatMap((side) => sides[side].run());
  // Labels in the order in which they change; what one segment changes: its sender first.
  const order = new Map(transitions.map((t, index) => [t, index]));
  const senders = new Map<number | null, Side>(history.segments.map(({ frame, from }) => [frame, from]));
  transitions.sort(
    (a, b) =>
      a.time - b.time ||
      (a.frame ?? Infinity) - (b.frame ?? Infinity) ||
      Number(senders.get(a.frame) !== a.side) - Number(senders.get(b.frame) !== b.side) ||
      (order.get(a) ?? 0) - (order.get(b) ?? 0),
  );
  return {
    transitions,
    final: { client: sides.client.state, server: sides.server.state },
    fins,
    readings,
    roundTrip: context.roundTrip,
  };
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

/** One step of a side's timeline: an own segment, or something it received, at the segment that labels it. */
type Step =
  | { readonly kind: 'send'; readonly at: number }
  | { readonly kind: 'receive'; readonly at: number; readonly reception: Reception };

class SideReplay {
  state: State;
  private readonly transitions: Transition[] = [];
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

  run(): Transition[] {
    for (const step of this.steps()) {
      const segment = this.context.segments[step.at];
      if (!segment) continue;
      this.expireTimeWait(segment.time);
      if (step.kind === 'send') this.send(segment, step.at);
      else this.receive(segment, step.reception);
    }
    const { reopened, end } = this.history;
    this.expireTimeWait(reopened ? reopened.time : end);
    if (reopened && this.state !== 'CLOSED') {
      // A new incarnation proves that this one is gone, on both sides (MAY-2).
      const { frame, time, by } = reopened;
      this.apply('reopen', { frame, cause: frame, time, after: this.lastTime(), by });
    }
    return this.transitions;
  }

  private steps(): Step[] {
    const steps: Step[] = [];
    this.context.segments.forEach((segment, at) => {
      if (segment.from === this.side) steps.push({ kind: 'send', at });
    });
    // Sorting is stable: what is labelled at an own segment comes behind it, several in the order of their causes.
    for (const reception of this.mergedReceptions()) {
      steps.push({ kind: 'receive', at: reception.label, reception });
    }
    // What an own segment proves that was captured before its cause had come by then.
    const place = (step: Step): number =>
      step.kind === 'receive' && step.reception.label < step.reception.cause ? step.at - 0.5 : step.at;
    return steps.sort((a, b) => place(a) - place(b));
  }

  /** Of one segment the ACK is processed before the FIN (RFC 9293 3.10.7.4 steps 5 and 8). */
  private mergedReceptions(): Reception[] {
    const rank = (effect: Effect): number => (effect === 'FIN' ? 1 : 0);
    return [...this.reading.receptions].sort(
      (a, b) => a.label - b.label || a.cause - b.cause || rank(a.effect) - rank(b.effect),
    );
  }

  private send(segment: LoggedSegment, at: number): void {
    const { frame, time } = segment;
    const place = { frame, cause: frame, time, after: null, by: time };
    if (has(segment, RST)) {
      if (!this.reading.resets.includes(at)) return;
      const noSocket = this.reading.noSocket?.rst === at;
      this.apply('send RST', { ...place, after: noSocket ? this.lastOwnTime(at) : null });
      return;
    }
    if (has(segment, SYN)) {
      this.apply(has(segment, ACK) ? 'send SYN,ACK' : 'send SYN', place);
    } else {
      this.catchUp(segment, at);
    }
    // A SYN,ACK may carry the FIN: CLOSE in SYN-RECEIVED (RFC 9293 3.10.4).
    if (this.context.fins[this.side].inForce?.copies[0] === at) {
      // The application may have closed long before a FIN that had to wait behind queued data.
      this.apply('send FIN', { ...place, after: this.finWaited(segment, at) ? this.lastTime() : null });
    }
  }

  /** A segment that only an open connection sends, where the capture lost what opened it. */
  private catchUp(segment: LoggedSegment, at: number): void {
    const { frame, time } = segment;
    const place = { frame, cause: frame, time, after: this.lastTime(), by: time };
    if (this.state === 'LISTEN') this.apply('receive SYN', place);
    if (this.state === 'SYN_SENT') this.apply('receive SYN,ACK', place);
    if (this.state === 'SYN_RCVD' && !this.fastOpen(at) && !this.isChallengeAck(segment, at)) {
      this.apply('receive ACK of SYN', place);
    }
  }

  /** RFC 7413 4.2.2: a server that took data with the SYN may send before its SYN is acknowledged. */
  private fastOpen(at: number): boolean {
    const { segments } = this.context;
    return segments.some((s, index) => index < at && s.from !== this.side && has(s, SYN) && s.length > 0);
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
    const acknowledged = this.context.segments.findLast(
      (s, index) => index < at && s.from !== this.side && has(s, ACK) && !has(s, RST),
    );
    return acknowledged !== undefined && (acknowledged.window === 0 || after(segment.seq, acknowledged.ack));
  }

  private receive(segment: LoggedSegment, { effect, after: bound, by, cause }: Reception): void {
    const { frame, time } = segment;
    const place = { frame, cause: this.context.segments[cause]?.frame ?? frame, time, after: bound, by };
    if (effect === 'RST' && this.state === 'TIME_WAIT' && this.ignoresResets(cause)) return;
    const finOfSame = this.reading.receptions.find((r) => r.effect === 'FIN' && r.cause === cause);
    if (
      effect === 'ACK of FIN' &&
      finOfSame &&
      this.state === 'FIN_WAIT_1' &&
      finOfSame.label === this.labelOf(effect)
    ) {
      this.apply('receive FIN,ACK of FIN', place);
      return;
    }
    this.apply(RECEIVES[effect], place);
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

  private labelOf(effect: Effect): number | undefined {
    return this.reading.receptions.find((r) => r.effect === effect)?.label;
  }

  private apply(on: Event, place: Pick<Transition, 'frame' | 'cause' | 'time' | 'after' | 'by'>): void {
    const { to, clause } = transition(this.state, on);
    if (to === this.state) return;
    const status = place.by === null ? 'assumed' : 'proven';
    const last = this.transitions.at(-1);
    // What was captured in front of its turn is labelled where its turn came.
    const { frame, time } = last && last.time > place.time ? last : place;
    this.transitions.push({
      side: this.side,
      from: this.state,
      to,
      on,
      clause,
      ...place,
      frame,
      time,
      status,
    });
    this.state = to;
  }

  /** TIME_WAIT ends after 2MSL; each acknowledged copy of the peer's FIN starts it anew (RFC 9293 3.10.7.4 step 8). */
  private expireTimeWait(now: number): void {
    const entered = this.transitions.at(-1);
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
    return this.transitions.at(-1)?.time ?? null;
  }

  private lastOwnTime(before: number): number | null {
    return this.context.segments.findLast((s, index) => index < before && s.from === this.side)?.time ?? null;
  }
}

/** A capture that begins mid-stream shows a connection that is established as far as one can say. */
function initialState({ segments, opened }: History, side: Side): State {
  if (!opened) return 'ESTABLISHED';
  if (side === 'client') return 'CLOSED';
  const answers = segments.some(
    (s) => s.from === side && !has(s, RST) && (has(s, SYN) || endOf(s) !== s.seq || has(s, ACK)),
  );
  return answers ? 'LISTEN' : 'CLOSED';
}
