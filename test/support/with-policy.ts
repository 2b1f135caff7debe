import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Config } from '../../src/policy/config.ts';
import type { Policy } from '../../src/policy/policy.ts';
import { policyOf, resolve } from '../../src/policy/resolve.ts';
import type { Report } from '../../src/report/report.ts';
import { ladder } from './ladder.ts';

/** What a configuration file says, on a day. */
export function policyWith(config: Config, today = '2026-06-15'): Policy {
  return policyOf(resolve([{ from: () => 'lastack.config.json', config }]), 'lastack.config.json', today);
}

/** The report of a ladder under a configuration. */
export function reportUnder(config: Config, text: string, linger = 60): Promise<Report> {
  return check([{ path: 'ladder.pcap', source: fromBytes(ladder(text)) }], {
    profile: PROFILES.rfc9293,
    linger,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    connections: 'all',
    policy: policyWith(config),
  });
}

/** Its findings, `tier rule side`, of all connections. */
export async function findingsUnder(config: Config, text: string, linger = 60): Promise<string[]> {
  const { connections } = await reportUnder(config, text, linger);
  return connections.flatMap(({ findings }) =>
    findings.map(({ tier, rule, side }) => `${tier} ${rule} ${side ?? '-'}`),
  );
}
