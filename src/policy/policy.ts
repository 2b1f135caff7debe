import type { RuleTier, ServiceConfig, WaiverConfig } from './config.ts';

/** What a configuration makes of the findings: plain data. */
export interface Policy {
  /** How the report names the file; null where none was read. */
  readonly config: string | null;
  readonly rules: Readonly<Record<string, RuleTier>>;
  /** Weak to strong. */
  readonly services: readonly Placed<ServiceConfig>[];
  readonly waivers: readonly (Placed<WaiverConfig> & { readonly expired: boolean })[];
}

/** An entry of a configuration, and where it stands: `lastack.config.json services[0]`. */
export interface Placed<T> {
  readonly where: string;
  readonly entry: T;
}

/** Endings without fault, which are only counted where nobody looks at them one by one, have notes of these rules. */
const REGULAR_RULES = ['three-way-close', 'half-close', 'rst-on-close', 'rst-after-fin'];

/** Whether what conforms has to be looked at connection by connection. */
export function judgesRegular({ rules, services, waivers }: Policy): boolean {
  const isWaived = waivers.some(({ entry }) => REGULAR_RULES.includes(entry.rule));
  return services.length > 0 || isWaived || REGULAR_RULES.some((rule) => rule in rules);
}
