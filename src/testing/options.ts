import { isIP } from 'node:net';
import { CLOSE_KINDS, CLOSERS, type CloseKind, type Closer } from '../machine/close.ts';
import { PROFILES, type Profile, type ProfileName } from '../machine/profile.ts';
import { SIDES, type Side } from '../machine/state.ts';
import { nearest } from '../report/nearest.ts';
import { enumerate } from '../report/wording.ts';
import { CAPTURE_RULES } from '../rules/capture-rules.ts';
import { TIERS, type Tier } from '../rules/finding.ts';
import { RULES } from '../rules/index.ts';
import { UsageError } from './usage-error.ts';

/** Which connections an assertion is about, all unless said, and how they are checked. */
export interface AssertionOptions {
  /** The server's port. Of a connection whose roles are a guess (the capture starts in its middle), that of either side. */
  readonly port?: number;
  /** The server's address; where roles are a guess, that of either side. */
  readonly address?: string;
  /** The client's port, as `socket.localPort` has it. */
  readonly clientPort?: number;
  /** How many connections there have to be. At least one unless said: an assertion about none never holds. */
  readonly connections?: number;
  /** Timers of which stack: `rfc9293` unless said. Not with a report, which was checked already, nor the next two. */
  readonly profile?: ProfileName | Profile;
  /** Seconds that a side may take to close before it counts as leaking: 60 unless said. */
  readonly linger?: number;
  /** Leave out segments whose TCP checksum is wrong. */
  readonly verifyChecksums?: boolean;
  /** Be content with what can be read of a damaged capture. Otherwise no assertion about one holds. */
  readonly allowDamaged?: boolean;
}

export interface CloseCleanlyOptions extends AssertionOptions {
  /** Judge what this side did, whatever the other did. */
  readonly side?: Side;
  /** Kinds of closes that are let through besides: `open` and `incomplete` for what the end of the capture cut off. */
  readonly allow?: readonly CloseKind[];
  /** Rules whose findings do not count. */
  readonly ignore?: readonly string[];
}

export interface FindingOptions extends AssertionOptions {
  /** The side that the finding blames. */
  readonly side?: Side;
  readonly tier?: Tier;
}

type AnyOptions = AssertionOptions & CloseCleanlyOptions & FindingOptions;

interface Check {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
}

const RULE_NAMES: readonly string[] = [...RULES.map(({ meta }) => meta), ...CAPTURE_RULES].map(
  ({ id }) => id,
);

const port: Check = {
  wanted: 'a whole number from 1 to 65535',
  holds: (value) => isWhole(value, 1) && value <= 65_535,
};
const boolean: Check = { wanted: 'true or false', holds: (value) => typeof value === 'boolean' };

const COMMON: Readonly<Record<keyof AssertionOptions, Check>> = {
  port,
  address: {
    wanted: 'an IPv4 or IPv6 address',
    holds: (value) => typeof value === 'string' && isIP(value) > 0,
  },
  clientPort: port,
  connections: { wanted: 'a whole number from 1', holds: (value) => isWhole(value, 1) },
  profile: {
    wanted: `${enumerate(Object.keys(PROFILES), 'or')}, or a Profile`,
    holds: (value) => (typeof value === 'string' ? value in PROFILES : typeof value === 'object'),
  },
  linger: {
    wanted: 'a number of seconds above 0',
    holds: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
  },
  verifyChecksums: boolean,
  allowDamaged: boolean,
};
const side = oneOf(SIDES);

const CLOSE_CLEANLY: Readonly<Record<keyof CloseCleanlyOptions, Check>> = {
  ...COMMON,
  side,
  allow: { wanted: `a list of ${enumerate(CLOSE_KINDS, 'or')}`, holds: listOf(oneOf(CLOSE_KINDS).holds) },
  ignore: { wanted: 'a list of rules', holds: listOf((value) => typeof value === 'string') },
};
const FINDING: Readonly<Record<keyof FindingOptions, Check>> = { ...COMMON, side, tier: oneOf(TIERS) };

/** @throws {UsageError} where an option is unknown or has a value that it cannot have */
export function checkCloseCleanlyOptions(options: CloseCleanlyOptions): void {
  checkOptions(options, CLOSE_CLEANLY);
  for (const rule of options.ignore ?? []) checkRule(rule);
}

/** @throws {UsageError} where the rule or an option is unknown, or has a value that it cannot have */
export function checkFindingOptions(rule: string, options: FindingOptions): void {
  checkRule(rule);
  checkOptions(options, FINDING);
}

/** @throws {UsageError} where the closer or an option is unknown, or has a value that it cannot have */
export function checkClosedByOptions(closer: Closer, options: AssertionOptions): void {
  const { holds, wanted } = oneOf(CLOSERS);
  if (!holds(closer))
    throw new UsageError('invalid-value', `The closer must be ${wanted}, not ${shown(closer)}.`);
  checkOptions(options, COMMON);
}

/** The address as reports write it. */
export function canonicalAddress(address: string): string {
  return isIP(address) === 6 ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}

function checkOptions(options: AnyOptions, checks: Readonly<Partial<Record<keyof AnyOptions, Check>>>): void {
  const known = new Map<string, Check>(Object.entries(checks));
  for (const [name, value] of Object.entries(options)) {
    const check = known.get(name);
    if (check === undefined) {
      const hint = didYouMean(name, [...known.keys()], `There are ${enumerate([...known.keys()])}.`);
      throw new UsageError('unknown-option', `There is no option ${name}. ${hint}`);
    }
    if (value !== undefined && !check.holds(value)) {
      throw new UsageError('invalid-value', `${name} must be ${check.wanted}, not ${shown(value)}.`);
    }
  }
}

function checkRule(rule: string): void {
  if (RULE_NAMES.includes(rule)) return;
  const hint = didYouMean(String(rule), RULE_NAMES, 'lastack rules lists them.');
  throw new UsageError('unknown-rule', `There is no rule ${rule}. ${hint}`);
}

function didYouMean(wanted: string, names: readonly string[], otherwise: string): string {
  const meant = nearest(wanted, names);
  return meant.length > 0 ? `Did you mean ${enumerate(meant, 'or')}?` : otherwise;
}

function oneOf(names: readonly string[]): Check {
  return {
    wanted: enumerate(names, 'or'),
    holds: (value) => typeof value === 'string' && names.includes(value),
  };
}

function listOf(holds: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => Array.isArray(value) && value.every(holds);
}

function isWhole(value: unknown, from: number): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= from;
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
