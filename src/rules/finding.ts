import type { Side } from '../machine/state.ts';

/** How far a finding goes; the worst first. */
export const TIERS = ['violation', 'suspect', 'inconclusive', 'note'] as const;
export type Tier = (typeof TIERS)[number];

/** One thing a rule reports about a connection, with the frames that prove it. */
export interface Finding {
  readonly rule: string;
  readonly tier: Tier;
  /** The side it blames; null where it blames neither. */
  readonly side: Side | null;
  readonly message: string;
  readonly clause: string;
  readonly frames: readonly number[];
  /** The numbers that were compared; sequence numbers are absolute. */
  readonly evidence: Readonly<Record<string, number | string | boolean | null>>;
  /** What packet would overturn it. */
  readonly refutedBy: string;
  /** Stable over runs: made of the rule, the service, the side and the message, never of frames, times or client ports. */
  readonly fingerprint: string;
  /** What a configuration changed; not there where it changed nothing. */
  readonly policy?: Changed;
}

/** The tier that a rule gave to its finding before a configuration gave it another, or waived it. */
export interface Changed {
  readonly tier: Tier;
  /** The place in the configuration: `lastack.config.json waivers[0]`. */
  readonly by: string;
  /** Of a waiver: why, and the last day on which it waives; else null. */
  readonly reason: string | null;
  readonly expires: string | null;
}
