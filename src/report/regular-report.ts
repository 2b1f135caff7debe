/**
 * What replay, rules and report say of a regular ending, written down from its segments: many times faster than asking
 * them. `test/engine/regular-close.test.ts` holds it equal to the plain path, field by field.
 */
import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { ABORT, HALF_CLOSE, OPEN, RESET_AFTER_FIN, THREE_WAY } from '../flow/close-codes.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import { after as isAfter } from '../machine/sequence.ts';
import { peerOf, type Side, type State } from '../machine/state.ts';
import type { Event } from '../machine/table.ts';
import { vantageOfHalves } from '../machine/vantage.ts';
import { type Cause, cause } from '../rules/cause-names.ts';
import { seconds } from '../rules/facts.ts';
import type { Finding } from '../rules/finding.ts';
import { halfClose } from '../rules/half-close.ts';
import { rstAfterFin } from '../rules/rst-after-fin.ts';
import { rstOnClose } from '../rules/rst-on-close.ts';
import type { Fact, Rule } from '../rules/rule.ts';
import { toFinding } from '../rules/run-rules.ts';
import { threeWayClose } from '../rules/three-way-close.ts';
import { displayFilter } from './build-connection.ts';
import type { ReportedConnection, ReportedTransition } from './report.ts';
import type { Tally } from './tally.ts';
import { formatTimestamp } from './timestamp.ts';

/** Where a connection stands in the run. */
export interface RegularPlace {
  /** Index of the capture that holds its first frame. */
  readonly capture: number;
  /** What its times count from, nanoseconds since 1970. */
  readonly epoch: bigint;
  /** Nanoseconds. */
  readonly twoMsl: number;
}

/** @param tally what a summary counts of it */
export function reportRegular(
  close: RegularClose,
  segments: CompactSegments,
  tally: Tally,
  { capture, epoch, twoMsl }: RegularPlace,
): ReportedConnection {
  const { kind } = close;
  const { count, frames, times } = segments;
  const stamps: string[] = [];
  const time = (index: number): string => {
    stamps[index] ??= formatTimestamp(epoch, times[index] ?? 0);
    return stamps[index];
  };
  const client = { address: tally.client, port: segments.clientPort };
  const { server } = tally;
  const ending = endingOf(kind, segments, tally.closer === 'server' ? 'server' : 'client');
  const framesOf = { first: frames[0] ?? 0, last: frames[count - 1] ?? 0, count };
  const transitions = transitionsOf(kind, segments, time, ending);
  const isTimed = kind !== OPEN && kind !== ABORT && kind !== RESET_AFTER_FIN;
  const timedOut = isTimed && close.until > close.end + twoMsl;
  if (timedOut) {
    transitions.push({
      side: ending.closer,
      from: 'TIME_WAIT',
      to: 'CLOSED',
      on: 'timeout 2MSL',
      frame: null,
      time: formatTimestamp(epoch, close.end + twoMsl),
      after: time(count - 1),
      by: null,
      status: 'assumed',
    });
  }
  const closerState: State = kind === OPEN ? 'ESTABLISHED' : isTimed && !timedOut ? 'TIME_WAIT' : 'CLOSED';
  const otherState: State = kind === OPEN ? 'ESTABLISHED' : 'CLOSED';
  return {
    id: close.id,
    incarnation: 1,
    client,
    server,
    roles: 'observed',
    capture,
    frames: framesOf,
    start: time(0),
    end: time(count - 1),
    bytes: { client: bytesOf(segments, 'client'), server: bytesOf(segments, 'server') },
    close: {
      kind: tally.kind,
      closer: tally.closer,
      start: kind === OPEN ? null : time(ending.first),
      duration: tally.duration,
      idle: tally.idle,
    },
    cause: kind === ABORT || kind === RESET_AFTER_FIN ? causeOfAbort(segments, ending) : null,
    final:
      ending.closer === 'client'
        ? { client: closerState, server: otherState }
        : { client: otherState, server: closerState },
    health: {
      midstream: false,
      oneSided: false,
      holes: { client: 0, server: 0 },
      cutHeaders: false,
      duplicates: 0,
      vantage: vantageOfHalves((times[1] ?? 0) - (times[0] ?? 0), (times[2] ?? 0) - (times[1] ?? 0)),
      ttlChanged: { client: false, server: false },
      unexamined: 0,
    },
    history: historyOf(segments),
    verdict: 'conformant',
    transitions,
    findings: findingsOf(kind, segments, ending, server),
    filter: displayFilter(client, server, null),
  };
}

/** Indexes of the segments that close. */
interface Ending {
  readonly closer: Side;
  /** The first FIN, or the RST that came without one. */
  readonly first: number;
  /** The second FIN. */
  readonly second: number;
  readonly last: number;
}

function endingOf(kind: number, segments: CompactSegments, closer: Side): Ending {
  const last = segments.count - 1;
  if (kind === OPEN || kind === ABORT) return { closer, first: last, second: last, last };
  let first = last;
  while (first > 0 && !((segments.flags[first] ?? 0) & FIN && senderOf(segments, first) === closer)) first--;
  return { closer, first, second: last - 1, last };
}

function transitionsOf(
  kind: number,
  segments: CompactSegments,
  time: (index: number) => string,
  { closer, first, second, last }: Ending,
): ReportedTransition[] {
  const transitions: ReportedTransition[] = [];
  const { frames } = segments;
  const sends = (side: Side, from: State, to: State, on: Event, index: number, earliest = -1): void => {
    const frame = frames[index] ?? 0;
    const after = earliest < 0 ? null : time(earliest);
    const by = time(index);
    transitions.push({ side, from, to, on, frame, time: by, after, by, status: 'proven' });
  };
  // What a side has received shows in what it sends next.
  const receives = (
    side: Side,
    from: State,
    to: State,
    on: Event,
    index: number,
    shown = nextOf(segments, side, index),
  ): void => {
    const frame = frames[index] ?? 0;
    const by = shown < 0 ? null : time(shown);
    const status = by === null ? 'assumed' : 'proven';
    transitions.push({ side, from, to, on, frame, time: time(index), after: time(index), by, status });
  };
  sends('client', 'CLOSED', 'SYN_SENT', 'send SYN', 0);
  receives('server', 'LISTEN', 'SYN_RCVD', 'receive SYN', 0);
  receives('client', 'SYN_SENT', 'ESTABLISHED', 'receive SYN,ACK', 1);
  receives('server', 'SYN_RCVD', 'ESTABLISHED', 'receive ACK of SYN', 2);
  const peer = peerOf(closer);
  if (kind === OPEN) return transitions;
  if (kind === ABORT) {
    sends(closer, 'ESTABLISHED', 'CLOSED', 'send RST', last);
    receives(peer, 'ESTABLISHED', 'CLOSED', 'receive RST', last);
    return transitions;
  }
  // The application may have closed long before a FIN that had to wait behind data.
  const waited = (index: number, since: number): number => (hasWaited(segments, index) ? since : -1);
  const opened = closer === 'client' ? 1 : 2;
  sends(closer, 'ESTABLISHED', 'FIN_WAIT_1', 'send FIN', first, waited(first, opened));
  receives(peer, 'ESTABLISHED', 'CLOSE_WAIT', 'receive FIN', first);
  const covered = first + 1;
  if (kind !== THREE_WAY) {
    const shown = provenBy(segments, closer, covered);
    receives(closer, 'FIN_WAIT_1', 'FIN_WAIT_2', 'receive ACK of FIN', covered, shown);
  }
  if (kind === RESET_AFTER_FIN) {
    sends(closer, 'FIN_WAIT_2', 'CLOSED', 'send RST', last);
    receives(peer, 'CLOSE_WAIT', 'CLOSED', 'receive RST', last);
    return transitions;
  }
  sends(peer, 'CLOSE_WAIT', 'LAST_ACK', 'send FIN', second, waited(second, first));
  if (kind === THREE_WAY) receives(closer, 'FIN_WAIT_1', 'TIME_WAIT', 'receive FIN,ACK of FIN', second);
  else receives(closer, 'FIN_WAIT_2', 'TIME_WAIT', 'receive FIN', second);
  receives(peer, 'LAST_ACK', 'CLOSED', 'receive ACK of FIN', last);
  return transitions;
}

/** A FIN with data, or behind data that had not been acknowledged. */
function hasWaited(segments: CompactSegments, fin: number): boolean {
  const { lengths, seqs, acks } = segments;
  if (lengths[fin] !== 0) return true;
  const answer = lastOf(segments, peerOf(senderOf(segments, fin)), fin);
  return isAfter(seqs[fin] ?? 0, acks[answer] ?? 0);
}

function findingsOf(
  kind: number,
  segments: CompactSegments,
  { closer, first, second, last }: Ending,
  server: ReportedConnection['server'],
): Finding[] {
  const frames = (...indexes: number[]): number[] => indexes.map((index) => segments.frames[index] ?? 0);
  const note = (rule: Rule, fact: Omit<Fact, 'tier'>): Finding[] => [
    toFinding(server, rule.meta, { tier: 'note', ...fact }),
  ];
  const peer = peerOf(closer);
  if (kind === THREE_WAY) {
    return note(threeWayClose, {
      message: 'three',
      side: peer,
      frames: frames(first, second, last),
      evidence: {},
    });
  }
  if (kind === HALF_CLOSE) return note(halfClose, halfClosed(segments, peer, first, last));
  const lost = { lostPeer: 0, lostOwn: 0, gap: null, cause: 'application-abort' };
  if (kind === ABORT) {
    return note(rstOnClose, { message: 'clean', side: closer, frames: frames(last), evidence: lost });
  }
  if (kind === RESET_AFTER_FIN) {
    return note(rstAfterFin, { message: 'clean', side: closer, frames: frames(first, last), evidence: lost });
  }
  return [];
}

/** What the peer sent behind the first FIN. */
function halfClosed(segments: CompactSegments, side: Side, first: number, last: number): Omit<Fact, 'tier'> {
  const { frames, times, lengths } = segments;
  let bytes = 0;
  let begin = last;
  let end = first;
  for (let index = first + 1; index < last; index++) {
    if (senderOf(segments, index) !== side || lengths[index] === 0) continue;
    bytes += lengths[index] ?? 0;
    begin = Math.min(begin, index);
    end = index;
  }
  return {
    message: 'half',
    side,
    frames: [frames[first + 1] ?? 0, frames[begin] ?? 0, frames[end] ?? 0],
    evidence: { bytes, duration: seconds((times[end] ?? 0) - (times[first + 1] ?? 0)) },
  };
}

/**
 * Whether data may have been unread when the closer aborted: the peer's last was not answered with data. Looks at what the
 * plain path keeps: the opening, the last of each side before the closing, and the closing.
 */
function causeOfAbort(segments: CompactSegments, { closer, first, last }: Ending): Cause {
  const { lengths, times } = segments;
  const opened = nextOf(segments, 'server', 2);
  const before = [lastOf(segments, 'client', first), lastOf(segments, 'server', first)];
  const kept = (index: number): boolean => index <= opened || index >= first || before.includes(index);
  let data = last - 1;
  while (data >= 0 && !(kept(data) && senderOf(segments, data) !== closer && lengths[data] !== 0)) data--;
  let answered = data < 0;
  for (let index = data + 1; data >= 0 && index < last; index++) {
    const isOwn = kept(index) && senderOf(segments, index) === closer && lengths[index] !== 0;
    if (isOwn && (times[index] ?? 0) > (times[data] ?? 0)) answered = true;
  }
  return cause('application-abort', closer, [segments.frames[last] ?? 0], {
    unreadData: answered ? 'none' : 'possible',
  });
}

/** Zeek's history, as `flow/history.ts` has it. */
function historyOf(segments: CompactSegments): string {
  let text = '';
  for (let index = 0; index < segments.count; index++) {
    const flags = segments.flags[index] ?? 0;
    const letter =
      flags & SYN
        ? flags & ACK
          ? 'h'
          : 's'
        : flags & FIN
          ? 'f'
          : flags & RST
            ? 'r'
            : segments.lengths[index]
              ? 'd'
              : 'a';
    const cased = segments.fromServer[index] ? letter : letter.toUpperCase();
    if (!text.includes(cased)) text += cased;
  }
  return text;
}

function bytesOf(segments: CompactSegments, side: Side): number {
  let bytes = 0;
  for (let index = 0; index < segments.count; index++) {
    if (senderOf(segments, index) === side) bytes += segments.lengths[index] ?? 0;
  }
  return bytes;
}

function senderOf(segments: CompactSegments, index: number): Side {
  return segments.fromServer[index] ? 'server' : 'client';
}

/** The side's next segment that shows what it knows: any but an RST; -1 where there is none. */
function nextOf(segments: CompactSegments, side: Side, index: number): number {
  for (let next = index + 1; next < segments.count; next++) {
    if (senderOf(segments, next) === side && ((segments.flags[next] ?? 0) & RST) === 0) return next;
  }
  return -1;
}

/** The closer's segment that acknowledges octets sent with the ACK of its FIN or behind it; -1 where there is none. */
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
  return -1;
}

function lastOf(segments: CompactSegments, side: Side, before: number): number {
  let index = before - 1;
  while (index > 0 && senderOf(segments, index) !== side) index--;
  return index;
}
