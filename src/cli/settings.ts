import { DEFAULT_MEMORY } from '../engine/run-capture.ts';
import { PROFILES, type Profile } from '../machine/profile.ts';
import type { Config } from '../policy/config.ts';
import { CONFIG_SCHEMA } from '../policy/config-schema.ts';
import type { Policy } from '../policy/policy.ts';
import { parsePorts } from '../policy/ports.ts';
import { type Layer, policyOf, type Resolved, resolve } from '../policy/resolve.ts';
import { schemaFaults } from '../policy/validate.ts';
import { ALL_RULES, BUILT_IN } from '../rules/all-rules.ts';
import { EXPECTATION_RULES, EXPECTATIONS } from '../rules/expectation-rules.ts';
import type { RuleMeta } from '../rules/rule.ts';
import type { PortRange } from '../rules/time-wait/time-wait-pressure.ts';
import { type FoundConfig, findConfig, loadConfig, sentenceOf } from './config-file.ts';
import { DEFAULT_LINGER, type EngineFlags } from './engine-flags.ts';
import { Failure } from './failure.ts';

/** Flags that a configuration knows as well. */
export interface PolicyFlags extends EngineFlags {
  readonly failOn?: NonNullable<Config['failOn']>;
  readonly maxFindings?: number;
}

/** What a run goes by, from flags, the environment, a configuration file and presets. */
export interface Settings {
  readonly profile: Profile;
  readonly linger: number;
  /** Null where nobody says. */
  readonly ports: PortRange | null;
  readonly reader: 'lastack' | 'pcap-parser';
  readonly verifyChecksums: boolean;
  readonly maxMemory: number;
  readonly failOn: NonNullable<Config['failOn']>;
  readonly maxFindings: number;
  /** Null where no configuration says anything. */
  readonly policy: Policy | null;
  /** The rules that the run goes by. */
  readonly rules: readonly RuleMeta[];
  /** What else was chosen, as it was typed. */
  readonly options: readonly string[];
  readonly resolved: Resolved;
}

/** Flags before the environment before the file before its presets. */
export async function settingsOf(flags: PolicyFlags): Promise<Settings> {
  const found = await configOf(flags);
  const { msl, linger, ports, profile, failOn, maxFindings } = flags;
  const given: Config = {
    ...(profile !== undefined && { profile }),
    ...(msl !== undefined && { msl }),
    ...(linger !== undefined && { linger }),
    ...(ports !== undefined && { ports }),
    ...(failOn !== undefined && { failOn }),
    ...(maxFindings !== undefined && { maxFindings }),
  };
  const layers: Layer[] = [
    ...(found ? [{ from: () => found.path, config: found.config }] : []),
    { from: (key) => ENVIRONMENT[key] ?? key, config: environment() },
    { from: (key) => `--${dashed(key)}`, config: given },
  ];
  const resolved = resolve(layers);
  const policy = found === null ? null : policyOf(resolved, found.path, today());
  const timers = PROFILES[resolved.profile.value];
  return {
    profile: resolved.msl.value === null ? timers : { ...timers, msl: resolved.msl.value },
    linger: resolved.linger.value,
    ports: resolved.ports.value === null ? null : parsePorts(resolved.ports.value),
    reader: flags.reader,
    verifyChecksums: flags.verifyChecksums === true,
    maxMemory: flags.maxMemory ?? DEFAULT_MEMORY,
    failOn: resolved.failOn.value,
    maxFindings: resolved.maxFindings.value,
    policy,
    rules: policy === null ? BUILT_IN : rulesOf(policy),
    options: optionsOf(flags, resolved, found !== null),
    resolved,
  };
}

/** What `check`, `show` and others hand to the engine. */
export function runOptionsOf({
  profile,
  linger,
  ports,
  reader,
  verifyChecksums,
  maxMemory,
  policy,
}: Settings): Pick<Settings, 'profile' | 'linger' | 'reader' | 'verifyChecksums' | 'maxMemory'> & {
  policy?: Policy;
  ports?: PortRange;
} {
  return {
    ...(ports && { ports }),
    profile,
    linger,
    reader,
    verifyChecksums,
    maxMemory,
    ...(policy && { policy }),
  };
}

const ENVIRONMENT: Readonly<Partial<Record<keyof Config, string>>> = {
  profile: 'LASTACK_PROFILE',
  msl: 'LASTACK_MSL',
  linger: 'LASTACK_LINGER',
  failOn: 'LASTACK_FAIL_ON',
  maxFindings: 'LASTACK_MAX_FINDINGS',
};

function environment(): Config {
  const entries = Object.entries(ENVIRONMENT).flatMap(([key, variable]) => {
    const text = process.env[variable];
    const schema = CONFIG_SCHEMA.properties?.[key];
    if (text === undefined || text === '' || !schema) return [];
    const value = schema.type === 'string' || Number.isNaN(Number(text)) ? text : Number(text);
    const [fault] = schemaFaults(value, schema, variable);
    if (fault) throw new Failure('invalid-value', sentenceOf(fault));
    return [[key, value] as const];
  });
  return Object.fromEntries(entries) as Config;
}

async function configOf({ config, allowConfigCode }: PolicyFlags): Promise<FoundConfig | null> {
  if (config === false) return null;
  const named = config ?? process.env['LASTACK_CONFIG'];
  if (named !== undefined && named !== '') return await loadConfig(named);
  return await findConfig('.', allowConfigCode === true);
}

/** Built-in rules that are not off, and what is expected somewhere. */
function rulesOf({ rules, services }: Policy): RuleMeta[] {
  const expected = EXPECTATIONS.filter((key) => services.some(({ entry }) => entry[key]));
  const ids = new Set(
    expected.concat(services.some(({ entry }) => entry.maxResets === 0) ? ['maxResets'] : []),
  );
  const metas = [...BUILT_IN, ...[...ids].map((key) => EXPECTATION_RULES[key])];
  return ALL_RULES.filter((meta) => metas.includes(meta) && rules[meta.id] !== 'off');
}

function optionsOf(
  { reader, verifyChecksums, config, allowConfigCode, profile }: PolicyFlags,
  { linger }: Resolved,
  isConfigured: boolean,
): string[] {
  return [
    ...(linger.value === DEFAULT_LINGER ? [] : ['--linger', String(linger.value)]),
    ...(reader === 'lastack' ? [] : ['--reader', reader]),
    ...(verifyChecksums ? ['--verify-checksums'] : []),
    ...(typeof config === 'string' ? ['--config', config] : config === false ? ['--no-config'] : []),
    ...(allowConfigCode ? ['--allow-config-code'] : []),
    // Elsewhere it is left out, as the default that it is; the configuration may have another.
    ...(profile === 'rfc9293' && isConfigured ? ['--profile', profile] : []),
  ];
}

function dashed(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** By the clock and the time zone of whoever runs it. */
function today(): string {
  const now = new Date();
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}
