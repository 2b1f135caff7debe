/** What rules and causes say of a regular ending. */
import { ABORT, HALF_CLOSE, RESET_AFTER_FIN, THREE_WAY } from '../flow/close-codes.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { Endpoint } from '../flow/flow.ts';
import { peerOf, type Side } from '../machine/state.ts';
import { type Cause, cause } from '../rules/cause-names.ts';
import { seconds } from '../rules/facts.ts';
import type { Finding } from '../rules/finding.ts';
import { halfClose } from '../rules/half-close.ts';
import { rstAfterFin } from '../rules/rst-after-fin.ts';
import { rstOnClose } from '../rules/rst-on-close.ts';
import type { Fact, Rule } from '../rules/rule.ts';
import { toFinding } from '../rules/run-rules.ts';
import { threeWayClose } from '../rules/three-way-close.ts';
import type { Outline } from './regular-outline.ts';
import { lastOf, nextOf, senderOf } from './regular-segments.ts';

/** Null where nothing was reset. */
export function causeOfRegular(kind: number, segments: CompactSegments, outline: Outline): Cause | null {
  return kind === ABORT || kind === RESET_AFTER_FIN ? causeOfAbort(segments, outline) : null;
}

/** What a rule says of a regular ending: that it is of its kind. */
export interface Note {
  readonly rule: Rule;
  readonly fact: Fact;
}

/** Frames are in their order. */
export function noteOf(
  kind: number,
  segments: CompactSegments,
  { closer, first, second, last }: Outline,
): Note | null {
  const peer = peerOf(closer);
  const frames = (...indexes: number[]): number[] => indexes.map((index) => segments.frames[index] ?? 0);
  if (kind === THREE_WAY) {
    return note(threeWayClose, 'three', peer, frames(first, second, last), {});
  }
  if (kind === HALF_CLOSE) return note(halfClose, 'half', peer, ...halfClosed(segments, peer, first, last));
  if (kind === ABORT) return note(rstOnClose, 'clean', closer, frames(last), NOTHING_LOST);
  if (kind === RESET_AFTER_FIN) return note(rstAfterFin, 'clean', closer, frames(first, last), NOTHING_LOST);
  return null;
}

const NOTHING_LOST = { lostPeer: 0, lostOwn: 0, gap: null, cause: 'application-abort' };

function note(
  rule: Rule,
  message: string,
  side: Side,
  frames: readonly number[],
  evidence: Fact['evidence'],
): Note {
  return { rule, fact: { tier: 'note', message, side, frames, evidence } };
}

/** As findings at the service whose address and port the server has. */
export function findingsOf(noted: Note | null, server: Endpoint): Finding[] {
  return noted === null ? [] : [toFinding(server, noted.rule.meta, noted.fact)];
}

/** Frames and evidence of what the peer sent behind the first FIN. */
function halfClosed(
  segments: CompactSegments,
  side: Side,
  first: number,
  last: number,
): [frames: number[], evidence: Fact['evidence']] {
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
  return [
    [frames[first + 1] ?? 0, frames[begin] ?? 0, frames[end] ?? 0],
    { bytes, duration: seconds((times[end] ?? 0) - (times[first + 1] ?? 0)) },
  ];
}

/**
 * Whether data may have been unread when the closer aborted: the peer's last was not answered with data. Looks at what the
 * plain path keeps: the opening, the last of each side before the closing, and the closing.
 */
function causeOfAbort(segments: CompactSegments, { closer, first, last }: Outline): Cause {
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
