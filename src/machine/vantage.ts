import { ACK, SYN } from '../decode/segment.ts';
import { has, type LoggedSegment } from './logged-segment.ts';
import type { Side } from './state.ts';

/** One half of the round trip must be this many times the other to say which side is near. */
const CLEARLY = 4;
/** Below this, nanoseconds, the delays of hosts hide those of the path: 1 ms. */
const MEASURABLE = 1e6;

/**
 * Which side the capture was made near to, by the two halves of the opening's round trip: SYN to SYN,ACK goes to the
 * server and back, SYN,ACK to ACK to the client and back. Null where it is between, or too short a path to tell.
 */
export function nearSide(segments: readonly LoggedSegment[]): Side | null {
  const answer = segments.findIndex((s) => has(s, SYN) && has(s, ACK));
  const opened = segments[answer];
  if (!opened) return null;
  const syns = segments.slice(0, answer).filter((s) => has(s, SYN) && s.from !== opened.from);
  const ack = segments.slice(answer).find((s) => !has(s, SYN) && s.from !== opened.from);
  const syn = syns.at(-1);
  if (!syn || !ack || syns.length !== 1) return null;
  const toServer = opened.time - syn.time;
  const toClient = ack.time - opened.time;
  if (Math.max(toServer, toClient) < MEASURABLE) return null;
  if (toServer > CLEARLY * toClient) return 'client';
  return toClient > CLEARLY * toServer ? 'server' : null;
}
