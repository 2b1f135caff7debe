import { ACK, FIN, RST } from '../decode/segment.ts';
import { endOf, has, type LoggedSegment } from './logged-segment.ts';
import { atOrAfter } from './sequence.ts';
import { SIDES, type Side } from './state.ts';

/** How far a FIN may be overtaken, nanoseconds: less than the shortest retransmission timer (Linux: 200 ms). */
const OVERTAKEN = 100e6;

/**
 * Segments in the order in which their senders sent them, as far as the numbers show it: the order of the capture, but
 * an ACK with the number behind its sender's FIN (SND.NXT, RFC 9293 3.10.7.4) was sent after that FIN. Where it was
 * captured a little before the FIN, it overtook the FIN on the way, and stands behind it here.
 */
export function inSendingOrder(segments: LoggedSegment[]): LoggedSegment[] {
  for (const side of SIDES) {
    const at = overtakenFin(segments, side);
    if (at !== null) moveBehind(segments, side, at);
  }
  return segments;
}

/** Index of the side's first FIN, where an ACK that was sent behind it stands in front of it. */
function overtakenFin(segments: readonly LoggedSegment[], side: Side): number | null {
  for (let at = 0; at < segments.length; at++) {
    const fin = segments[at];
    if (fin?.from === side && has(fin, FIN) && has(fin, ACK) && !has(fin, RST))
      return hasOvertaking(segments, at, fin) ? at : null;
  }
  return null;
}

function hasOvertaking(segments: readonly LoggedSegment[], at: number, fin: LoggedSegment): boolean {
  for (let index = 0; index < at; index++) {
    const segment = segments[index];
    if (segment && wasSentBehind(segment, fin)) return true;
  }
  return false;
}

function wasSentBehind(segment: LoggedSegment, fin: LoggedSegment): boolean {
  return (
    segment.from === fin.from &&
    segment.seq === endOf(segment) &&
    !has(segment, RST) &&
    atOrAfter(segment.seq, endOf(fin)) &&
    fin.time - segment.time <= OVERTAKEN
  );
}

function moveBehind(segments: LoggedSegment[], side: Side, at: number): void {
  const fin = segments[at];
  if (!fin) return;
  const early = segments.filter((s, index) => index < at && s.from === side && wasSentBehind(s, fin));
  const rest = segments.filter((s) => !early.includes(s));
  rest.splice(rest.indexOf(fin) + 1, 0, ...early);
  segments.splice(0, segments.length, ...rest);
}
