import type { Config, PresetName } from './config.ts';

/** What `extends` can name. */
export const PRESETS: Readonly<Record<PresetName, Config>> = {
  /** What holds without any configuration. */
  recommended: { failOn: 'violation', maxFindings: 0 },
  /** Suspicions fail as well, and nothing may be lost. */
  strict: { failOn: 'suspect', maxFindings: 0, services: [{ noLoss: true }] },
  /** Connections end with FINs: no RST at all. */
  graceful: { failOn: 'violation', maxFindings: 0, services: [{ noReset: true }] },
};
