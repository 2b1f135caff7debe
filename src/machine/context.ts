import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import type { FinReading } from './fin.ts';
import type { LoggedSegment } from './logged-segment.ts';
import type { Side } from './state.ts';

/** What a segment can do to the side that receives it. */
export const EFFECTS = ['SYN', 'SYN,ACK', 'ACK of SYN', 'ACK of FIN', 'FIN', 'RST'] as const;
export type Effect = (typeof EFFECTS)[number];

/** The flags without which no segment has the effect; a copy of a FIN may stand behind what fills the hole in front of it. */
export const FLAGS: Readonly<Record<Effect, number>> = {
  SYN,
  'SYN,ACK': SYN | ACK,
  'ACK of SYN': ACK,
  'ACK of FIN': ACK,
  FIN,
  RST,
};

/** What both sides' reading of a connection needs to know of it. */
export interface Context {
  readonly segments: readonly LoggedSegment[];
  readonly fins: Readonly<Record<Side, FinReading>>;
  /** Nanoseconds; null where the opening was not captured. */
  readonly roundTrip: number | null;
}
