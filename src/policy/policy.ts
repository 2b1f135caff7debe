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
