import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { type CheckOptions, check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Config } from '../../src/policy/config.ts';
import type { Report } from '../../src/report/report.ts';
import { plainReport } from '../support/plain-report.ts';
import { isThorough, sampled } from '../support/thorough.ts';
import { policyWith } from '../support/with-policy.ts';

const CAPTURES = fileURLToPath(new URL('../../captures/', import.meta.url));
const WAIVER = { reason: 'The pool is being rewritten', expires: '2026-12-15' };

/** Configurations that say something of endings by the book: of all, of some, of their durations, of whose they are. */
const CONFIGS: Readonly<Record<string, Config>> = {
  'a preset': { extends: 'graceful' },
  closers: { services: [{ closer: 'server' }] },
  kinds: { services: [{ kinds: ['four-way'], noReset: true, noLoss: true }] },
  durations: { services: [{ longestClose: 0.05, longestCloseWait: 0.02 }] },
  'durations that none reaches': { services: [{ longestClose: 1e6, longestCloseWait: 1e6 }] },
  resets: { services: [{ network: '10.0.0.0/8', maxResets: 1 }] },
  'clients of a network': { services: [{ network: '0.0.0.0/0', role: 'client', closer: 'client' }] },
  'rules with other tiers': { rules: { 'three-way-close': 'violation', 'rst-on-close': 'off' } },
  waivers: {
    rules: { 'rst-on-close': 'violation' },
    waivers: [
      { ...WAIVER, rule: 'rst-on-close' },
      { ...WAIVER, rule: 'half-close', side: 'server' },
    ],
  },
};

/** It has a capture of its own. */
const isWanted = (name: string): boolean => /\.pcap(ng)?$/.test(name) && !name.startsWith('short-');

describe('regular endings under a configuration', () => {
  const captures = sampled(readdirSync(CAPTURES, { recursive: true, encoding: 'utf8' }).filter(isWanted), 6)
    .concat('short-connections-300.pcap')
    .map((name) => readFileSync(CAPTURES + name));

  it.each(Object.keys(CONFIGS))('are what the plain path makes of them: %s', async (name) => {
    const policy = policyWith(CONFIGS[name] ?? {});
    let changed = 0;
    for (const bytes of captures) {
      for (const connections of isThorough ? (['worst', 'all', 'none'] as const) : (['worst'] as const)) {
        const options: CheckOptions = {
          profile: PROFILES.linux,
          linger: 60,
          reader: 'lastack',
          toolVersion: '0.0.0-test',
          connections,
          policy,
        };
        const input = { path: 'x.pcap', source: fromBytes(bytes) };
        const plain = await plainReport(input, options);
        expect(await check([input], options)).toEqual(plain);
        changed += changesOf(plain);
      }
    }
    expect(changed > 0).toBe(name !== 'durations that none reaches');
  });
});

/** Findings that the configuration made, or changed. */
function changesOf({ summary, policy }: Report): number {
  const made = Object.keys(summary.findings).filter((rule) => rule.startsWith('expected-')).length;
  const waived = policy?.waivers.reduce((sum, { findings }) => sum + findings, 0) ?? 0;
  return made + waived + (policy?.findings.length ?? 0) + summary.tiers.violation;
}
