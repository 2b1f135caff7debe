import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../src/capture/sources.ts';
import { type CheckOptions, check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { writeConnections } from '../bench/connections.js';
import { plainReport } from '../support/plain-report.ts';
import { policyWith } from '../support/with-policy.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastack-worst-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('where more connections than are listed break what is expected', () => {
  it('the worst of all are listed, and all are counted', async () => {
    const path = join(folder, 'many.pcap');
    writeConnections(path, { connections: 1700, open: 300 });
    // Some break two expectations and are worse than what came before them.
    const services = [{ closer: 'server' as const, kinds: ['four-way' as const] }];
    const options: CheckOptions = {
      // Most are handed out while the capture is read.
      profile: { ...PROFILES.linux, msl: 0.2 },
      linger: 60,
      reader: 'lastack',
      toolVersion: '0.0.0-test',
      connections: 'worst',
      policy: policyWith({ services }),
    };
    const plain = await plainReport({ path, source: openFile(path) }, options);
    const report = await check([{ path, source: openFile(path) }], options);
    expect(plain.summary.verdicts.violation).toBeGreaterThan(1050);
    expect(report.connections.map(({ id }) => id)).toEqual(plain.connections.map(({ id }) => id));
    expect(report).toEqual(plain);
  });
});
