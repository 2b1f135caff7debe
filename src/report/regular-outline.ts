/**
 * What replay says of a regular ending, in terms of its segments: which transitions there are, which segment makes each, and
 * between which two it happened. One outline is filled over and over, and nothing is allocated.
 */
import { FIN } from '../decode/segment.ts';
import { ABORT, OPEN, RESET_AFTER_FIN, THREE_WAY } from '../flow/close-codes.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import { after as isAfter } from '../machine/sequence.ts';
import { peerOf, type Side, type State } from '../machine/state.ts';
import type { Event } from '../machine/table.ts';
import { lastOf, NONE, nextOf, senderOf } from './regular-segments.ts';

/** A transition without what is different in each connection. */
export interface Step {
  readonly side: Side;
  readonly from: State;
  readonly to: State;
  readonly on: Event;
}

const OPENING: readonly Step[] = [
  { side: 'client', from: 'CLOSED', to: 'SYN_SENT', on: 'send SYN' },
  { side: 'server', from: 'LISTEN', to: 'SYN_RCVD', on: 'receive SYN' },
  { side: 'client', from: 'SYN_SENT', to: 'ESTABLISHED', on: 'receive SYN,ACK' },
  { side: 'server', from: 'SYN_RCVD', to: 'ESTABLISHED', on: 'receive ACK of SYN' },
];

type ClosingStep = Omit<Step, 'side'> & { readonly of: 'closer' | 'peer' };

/** The side that closes first is the closer. */
const CLOSING = {
  closes: { of: 'closer', from: 'ESTABLISHED', to: 'FIN_WAIT_1', on: 'send FIN' },
  hearsIt: { of: 'peer', from: 'ESTABLISHED', to: 'CLOSE_WAIT', on: 'receive FIN' },
  isCovered: { of: 'closer', from: 'FIN_WAIT_1', to: 'FIN_WAIT_2', on: 'receive ACK of FIN' },
  follows: { of: 'peer', from: 'CLOSE_WAIT', to: 'LAST_ACK', on: 'send FIN' },
  hearsThat: { of: 'closer', from: 'FIN_WAIT_2', to: 'TIME_WAIT', on: 'receive FIN' },
  hearsBoth: { of: 'closer', from: 'FIN_WAIT_1', to: 'TIME_WAIT', on: 'receive FIN,ACK of FIN' },
  isDone: { of: 'peer', from: 'LAST_ACK', to: 'CLOSED', on: 'receive ACK of FIN' },
  timesOut: { of: 'closer', from: 'TIME_WAIT', to: 'CLOSED', on: 'timeout 2MSL' },
  aborts: { of: 'closer', from: 'ESTABLISHED', to: 'CLOSED', on: 'send RST' },
  isAborted: { of: 'peer', from: 'ESTABLISHED', to: 'CLOSED', on: 'receive RST' },
  resets: { of: 'closer', from: 'FIN_WAIT_2', to: 'CLOSED', on: 'send RST' },
  isReset: { of: 'peer', from: 'CLOSE_WAIT', to: 'CLOSED', on: 'receive RST' },
} as const satisfies Record<string, ClosingStep>;

/** Those of an opening; of a closing by the client; of one by the server. */
export const STEPS: readonly Step[] = [
  ...OPENING,
  ...(['client', 'server'] as const).flatMap((closer) =>
    Object.values(CLOSING).map(({ of, from, to, on }) => {
      return { side: of === 'closer' ? closer : peerOf(closer), from, to, on };
    }),
  ),
];

/** Where a step of a closing by the client stands in {@link STEPS}; one by the server stands that much behind it. */
const AT = Object.fromEntries(
  Object.keys(CLOSING).map((name, index) => [name, OPENING.length + index]),
) as Readonly<Record<keyof typeof CLOSING, number>>;
const BY_SERVER = Object.keys(CLOSING).length;

const MOST_STEPS = 16;

export class Outline {
  /** Transitions. */
  count = 0;
  /** Of each, its place in {@link STEPS}. */
  readonly steps: Uint8Array = new Uint8Array(MOST_STEPS);
  /** The segment that makes it; none where 2MSL have passed behind the last. */
  readonly made: Int8Array = new Int8Array(MOST_STEPS);
  /** The segments of its bracket, either may be none. Where there is no second one, it is assumed, and else proven. */
  readonly after: Int8Array = new Int8Array(MOST_STEPS);
  readonly by: Int8Array = new Int8Array(MOST_STEPS);

  closer: Side = 'client';
  /** The first FIN, or the RST that came without one; the second FIN. */
  first = 0;
  second = 0;
  last = 0;
  /** The closer's TIME_WAIT has ended. */
  timedOut = false;
  /** How the closer and the other side were left. */
  closerState: State = 'CLOSED';
  peerState: State = 'CLOSED';

  /** @param twoMsl nanoseconds */
  fill(close: RegularClose, segments: CompactSegments, twoMsl: number): this {
    const { kind } = close;
    const last = segments.count - 1;
    this.count = 0;
    this.closer = close.byServer && kind !== OPEN ? 'server' : 'client';
    this.first = last;
    this.second = last;
    this.last = last;
    this.timedOut = false;
    this.closerState = kind === OPEN ? 'ESTABLISHED' : 'CLOSED';
    this.peerState = this.closerState;
    this.opening(segments);
    if (kind === ABORT) this.abort(segments);
    else if (kind !== OPEN) this.closing(kind, segments);
    if (kind === OPEN || kind === ABORT || kind === RESET_AFTER_FIN) return this;
    this.timedOut = close.until > close.end + twoMsl;
    if (this.timedOut) this.add(this.place(AT.timesOut), NONE, last, NONE);
    else this.closerState = 'TIME_WAIT';
    return this;
  }

  private opening(segments: CompactSegments): void {
    this.sends(0, 0);
    this.receives(1, 0, nextOf(segments, 'server', 0));
    this.receives(2, 1, nextOf(segments, 'client', 1));
    this.receives(3, 2, nextOf(segments, 'server', 2));
  }

  private abort(segments: CompactSegments): void {
    const { closer, last } = this;
    this.sends(this.place(AT.aborts), last);
    this.receives(this.place(AT.isAborted), last, nextOf(segments, peerOf(closer), last));
  }

  private closing(kind: number, segments: CompactSegments): void {
    const { closer, last } = this;
    const peer = peerOf(closer);
    this.second = last - 1;
    let first = last;
    while (first > 0 && !((segments.flags[first] ?? 0) & FIN && senderOf(segments, first) === closer)) {
      first--;
    }
    this.first = first;
    // The application may have closed long before a FIN that had to wait behind data.
    const opened = closer === 'client' ? 1 : 2;
    this.sends(this.place(AT.closes), first, hasWaited(segments, first) ? opened : NONE);
    this.receives(this.place(AT.hearsIt), first, nextOf(segments, peer, first));
    if (kind !== THREE_WAY) {
      this.receives(this.place(AT.isCovered), first + 1, provenBy(segments, closer, first + 1));
    }
    if (kind === RESET_AFTER_FIN) {
      this.sends(this.place(AT.resets), last);
      this.receives(this.place(AT.isReset), last, nextOf(segments, peer, last));
      return;
    }
    const { second } = this;
    this.sends(this.place(AT.follows), second, hasWaited(segments, second) ? first : NONE);
    const hears = kind === THREE_WAY ? AT.hearsBoth : AT.hearsThat;
    this.receives(this.place(hears), second, nextOf(segments, closer, second));
    this.receives(this.place(AT.isDone), last, nextOf(segments, peer, last));
  }

  private place(step: number): number {
    return this.closer === 'server' ? step + BY_SERVER : step;
  }

  private sends(step: number, segment: number, earliest = NONE): void {
    this.add(step, segment, earliest, segment);
  }

  /** What a side has received shows in what it sends next. */
  private receives(step: number, segment: number, shown: number): void {
    this.add(step, segment, segment, shown);
  }

  private add(step: number, made: number, after: number, by: number): void {
    const { count } = this;
    this.steps[count] = step;
    this.made[count] = made;
    this.after[count] = after;
    this.by[count] = by;
    this.count += 1;
  }
}

/** A FIN with data, or behind data that had not been acknowledged. */
function hasWaited(segments: CompactSegments, fin: number): boolean {
  const { lengths, seqs, acks } = segments;
  if (lengths[fin] !== 0) return true;
  const answer = lastOf(segments, peerOf(senderOf(segments, fin)), fin);
  return isAfter(seqs[fin] ?? 0, acks[answer] ?? 0);
}

/** The closer's segment that acknowledges octets sent with the ACK of its FIN or behind it; none where there is none. */
function provenBy(segments: CompactSegments, closer: Side, covered: number): number {
  const { count, seqs, acks, lengths, flags } = segments;
  let fresh = covered;
  while (
    fresh < count &&
    !(senderOf(segments, fresh) !== closer && (lengths[fresh] || (flags[fresh] ?? 0) & FIN))
  )
    fresh++;
  for (let next = nextOf(segments, closer, fresh); next >= 0; next = nextOf(segments, closer, next)) {
    if (isAfter(acks[next] ?? 0, seqs[fresh] ?? 0)) return next;
  }
  return NONE;
}
