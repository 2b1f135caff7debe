import type { FinReading } from './fin.ts';
import type { LoggedSegment } from './logged-segment.ts';
import type { Side } from './state.ts';

/** What a segment can do to the side that receives it. */
export const EFFECTS = ['SYN', 'SYN,ACK', 'ACK of SYN', 'ACK of FIN', 'FIN', 'RST'] as const;
export type Effect = (typeof EFFECTS)[number];

/** What both sides' reading of a connection needs to know of it. */
export interface Context {
  readonly segments: readonly LoggedSegment[];
  readonly fins: Readonly<Record<Side, FinReading>>;
  /** Nanoseconds; null where the opening was not captured. */
  readonly roundTrip: number | null;
}
