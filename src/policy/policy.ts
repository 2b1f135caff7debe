import { REGULAR_RULES } from '../report/regular-tally.ts';
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

/** Whether endings without fault, which are only counted or listed as they are otherwise, have to be judged one by one. */
export function judgesRegular({ rules, services, waivers }: Policy): boolean {
  const isWaived = waivers.some(({ entry }) => REGULAR_RULES.includes(entry.rule));
  return services.length > 0 || isWaived || REGULAR_RULES.some((rule) => rule in rules);
}
