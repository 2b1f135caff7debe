import type { CloseKind, Closer } from '../machine/close.ts';
import type { ProfileName } from '../machine/profile.ts';
import type { Side } from '../machine/state.ts';
import type { Tier } from '../rules/finding.ts';

/** What a rule's findings count as; nothing makes one certain that the capture cannot decide. */
export const RULE_TIERS = ['off', 'note', 'suspect', 'violation'] as const;
export type RuleTier = (typeof RULE_TIERS)[number];

export const PRESET_NAMES = ['recommended', 'strict', 'graceful'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

export const ROLES = ['server', 'client', 'either'] as const;

/** Which connections: everything that is said must hold. */
export interface Selector {
  readonly address?: string;
  /** CIDR: `10.0.0.0/8`, `fd00::/8`. */
  readonly network?: string;
  /** Of the server. */
  readonly port?: number | readonly number[];
  /** Whose address and network: the server's unless said. */
  readonly role?: (typeof ROLES)[number];
}

/** What is expected of a service; `null` takes back what an earlier entry expects. */
export interface ServiceConfig extends Selector {
  readonly closer?: Exclude<Closer, 'none'> | readonly Exclude<Closer, 'none'>[] | null;
  readonly kinds?: readonly CloseKind[] | null;
  /** Seconds. */
  readonly longestClose?: number | null;
  readonly longestCloseWait?: number | null;
  readonly noLoss?: boolean | null;
  readonly noReset?: boolean | null;
  /** Percent. */
  readonly maxResets?: number | null;
}

export interface WaiverConfig extends Selector {
  readonly rule: string;
  readonly side?: Side;
  readonly reason: string;
  /** The last day on which it waives, `2027-01-31`. */
  readonly expires: string;
}

/** A configuration file (`config.schema.json`). */
export interface Config {
  readonly $schema?: string;
  readonly extends?: PresetName | readonly PresetName[];
  readonly profile?: ProfileName;
  /** Seconds. */
  readonly msl?: number;
  readonly linger?: number;
  /** `LOW-HIGH`: the ports that clients have. */
  readonly ports?: string;
  readonly failOn?: Tier | 'never';
  readonly maxFindings?: number;
  readonly rules?: Readonly<Record<string, RuleTier>>;
  readonly services?: readonly ServiceConfig[];
  readonly waivers?: readonly WaiverConfig[];
}
