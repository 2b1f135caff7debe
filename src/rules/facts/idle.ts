import { RST } from '../../decode/segment.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, atOrAfter } from '../../machine/sequence.ts';
import type { Connection } from '../rule.ts';
import { isNewData } from './facts.ts';

/**
 * Nanoseconds of silence of both sides before a segment, or before its first copy where it was sent again: a run of
 * retransmissions is not idleness. 0 where what came in front of it was not kept.
 */
export function idleBefore(connection: Connection, segment: LoggedSegment): number {
  const { segments } = connection.flow;
  const first = firstCopy(connection, segment);
  if (!first) return 0;
  const before = segments.findLast((s) => s.frame < first.frame);
  if (!before) return 0;
  const heard = segments.findLast((s) => s.frame < first.frame && s.from !== first.from && !has(s, RST));
  // Its sender had sent more, and later than the peer's last, than the segments that were kept.
  const unseen = before.from !== first.from && heard && after(first.highBefore, heard.ack);
  return unseen ? 0 : first.time - before.time;
}

/** The segment that first carried the octets of this one; null where it was not kept. */
function firstCopy({ flow }: Connection, segment: LoggedSegment): LoggedSegment | null {
  const isAgain = segment.unanswered > 0 || (endOf(segment) !== segment.seq && !isNew(segment));
  if (!isAgain) return segment;
  const first = flow.segments.find(
    (s) =>
      s.from === segment.from &&
      s.frame < segment.frame &&
      isNewData(s) &&
      !after(s.highBefore, segment.seq) &&
      atOrAfter(endOf(s), endOf(segment)),
  );
  return first ?? null;
}

function isNew(segment: LoggedSegment): boolean {
  return after(endOf(segment), segment.highBefore);
}
