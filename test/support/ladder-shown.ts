import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { show } from '../../src/engine/show.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Report, ShownConnection } from '../../src/report/report.ts';

const OPTIONS = {
  profile: PROFILES.rfc9293,
  linger: 60,
  reader: 'lastack',
  toolVersion: '0.0.0-test',
} as const;

/** The report of a capture in memory, under the default options. */
export function reportOf(bytes: Uint8Array): Promise<Report> {
  return check([{ path: 'test.pcap', source: fromBytes(bytes) }], { ...OPTIONS, connections: 'all' });
}

/** One connection of a capture in memory with all its segments. */
export async function shownOf(bytes: Uint8Array, id = 0): Promise<ShownConnection> {
  const shown = await show({ path: 'test.pcap', source: fromBytes(bytes) }, id, OPTIONS);
  if (shown === null) throw new Error(`no connection ${id}`);
  return shown;
}
