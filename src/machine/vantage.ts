import type { LoggedSegment } from './logged-segment.ts';
import { readOpening } from './round-trip.ts';
import type { Side } from './state.ts';

/** Where on the path a capture was made: next to one side, or so far from both that neither half is small. */
export type Vantage = Side | 'middle';

/** One half of the round trip must be this many times the other to say which side is near. */
const CLEARLY = 4;
/** Below this, nanoseconds, the delays of hosts hide those of the path: 1 ms. */
const MEASURABLE = 1e6;

/**
 * Where the capture was made, by the two halves of the opening's round trip: SYN to SYN,ACK goes to the server and
 * back, SYN,ACK to ACK to the client and back. Null where the path is too short to tell, or the opening was not
 * captured, or a SYN was sent again.
 */
export function vantageOf(segments: readonly LoggedSegment[]): Vantage | null {
  const opening = readOpening(segments);
  if (!opening?.syn || !opening.ack || opening.syns !== 1) return null;
  const { syn, answer, ack } = opening;
  return vantageOfHalves(answer.time - syn.time, ack.time - answer.time);
}

/** The same of the two halves of the round trip, nanoseconds: to the server and back, to the client and back. */
export function vantageOfHalves(toServer: number, toClient: number): Vantage | null {
  if (Math.max(toServer, toClient) < MEASURABLE) return null;
  if (toServer > CLEARLY * toClient) return 'client';
  if (toClient > CLEARLY * toServer) return 'server';
  return Math.min(toServer, toClient) < MEASURABLE ? null : 'middle';
}

/** The side that the capture was made next to; null where it was made between them, or cannot be told. */
export function nearSide(segments: readonly LoggedSegment[]): Side | null {
  const vantage = vantageOf(segments);
  return vantage === 'middle' ? null : vantage;
}
