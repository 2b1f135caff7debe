import type { ProfileName } from '../machine/profile.ts';
import type { Config, RuleTier, ServiceConfig, WaiverConfig } from './config.ts';
import type { Placed, Policy } from './policy.ts';
import { PRESETS } from './presets.ts';

/** Where values come from, and what they are. */
export interface Layer {
  /** How the origin of a key is named: `--profile`, `LASTACK_PROFILE`, `lastack.config.json`. */
  readonly from: (key: keyof Config) => string;
  readonly config: Config;
}

export interface Valued<T> {
  readonly value: T;
  readonly from: string;
}

/** A configuration with every value, and where each comes from. */
export interface Resolved {
  readonly profile: Valued<ProfileName>;
  /** Seconds; null for that of the profile. */
  readonly msl: Valued<number | null>;
  readonly linger: Valued<number>;
  /** `LOW-HIGH`; null where nobody says. */
  readonly ports: Valued<string | null>;
  readonly failOn: Valued<NonNullable<Config['failOn']>>;
  readonly maxFindings: Valued<number>;
  readonly rules: Readonly<Record<string, Valued<RuleTier>>>;
  readonly services: readonly Placed<ServiceConfig>[];
  readonly waivers: readonly Placed<WaiverConfig>[];
}

const DEFAULTS = {
  profile: 'rfc9293',
  linger: 60,
  failOn: 'violation',
  maxFindings: 0,
} as const satisfies Config;

/**
 * Puts layers together, the weakest first; single values of a stronger one win, lists are put one behind the other. An
 * `msl` counts only where no stronger layer names another profile.
 */
export function resolve(given: readonly Layer[]): Resolved {
  const layers = given.flatMap((layer) => [...presetsOf(layer.config), layer]);
  const last = <K extends keyof Config>(
    key: K,
  ): { config: Config[K] | undefined; from: string; rank: number } => {
    const rank = layers.findLastIndex(({ config }) => config[key] !== undefined);
    const layer = layers[rank];
    return { config: layer?.config[key], from: layer?.from(key) ?? 'default', rank };
  };
  const valued = <K extends keyof typeof DEFAULTS>(key: K): Valued<NonNullable<Config[K]>> => {
    const { config, from } = last(key);
    return { value: config ?? (DEFAULTS[key] as NonNullable<Config[K]>), from };
  };
  const msl = last('msl');
  const ports = last('ports');
  const keepsMsl = msl.rank >= last('profile').rank && msl.config !== undefined;
  const rules = layers.flatMap(({ config, from }) =>
    Object.entries(config.rules ?? {}).map(([id, value]) => [id, { value, from: from('rules') }] as const),
  );
  return {
    profile: valued('profile'),
    msl: keepsMsl ? { value: msl.config ?? null, from: msl.from } : { value: null, from: 'profile' },
    linger: valued('linger'),
    ports: { value: ports.config ?? null, from: ports.from },
    failOn: valued('failOn'),
    maxFindings: valued('maxFindings'),
    rules: Object.fromEntries(rules),
    services: layers.flatMap(({ config, from }) => placed(config.services, 'services', from)),
    waivers: layers.flatMap(({ config, from }) => placed(config.waivers, 'waivers', from)),
  };
}

/** @param today a day, as waivers have theirs */
export function policyOf(
  { rules, services, waivers }: Resolved,
  config: string | null,
  today: string,
): Policy {
  return {
    config,
    rules: Object.fromEntries(Object.entries(rules).map(([id, { value }]) => [id, value])),
    services,
    waivers: waivers.map((waiver) => ({ ...waiver, expired: waiver.entry.expires < today })),
  };
}

function presetsOf({ extends: names = [] }: Config): Layer[] {
  const list = typeof names === 'string' ? [names] : names;
  return list.map((name) => ({ from: () => `preset ${name}`, config: PRESETS[name] }));
}

function placed<T>(
  entries: readonly T[] = [],
  key: 'services' | 'waivers',
  from: Layer['from'],
): Placed<T>[] {
  return entries.map((entry, index) => ({ where: `${from(key)} ${key}[${index}]`, entry }));
}
