import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { releaseCore, takeCore } from '../../src/fast/compact-core.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { writeConnections } from '../bench/connections.js';
import { isThorough } from '../support/thorough.ts';

const folder = mkdtempSync(join(tmpdir(), 'lastack-memory-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Bytes that the compact rows have for a capture of so many connections, 500 of which are open at once. */
async function memoryFor(connections: number, which: 'counted' | 'listed'): Promise<number> {
  const path = join(folder, 'many.pcap');
  writeConnections(path, { connections, open: 500 });
  // What tests before this one left is as large as they made it: the check gets one of its own.
  takeCore();
  const { summary } = await check([{ path, source: openFile(path) }], {
    profile: { ...PROFILES.rfc9293, msl: 1 },
    linger: 60,
    reader: 'lastack',
    connections: 'none',
    toolVersion: '0.0.0',
    ...(which === 'listed' && { onConnection: () => {} }),
  });
  expect(summary.connections).toBe(connections);
  const core = takeCore();
  if (core === null) throw new Error('there is no WebAssembly');
  releaseCore(core);
  return core.memory.buffer.byteLength;
}

/** Far more than are open at once. */
const COUNT = isThorough ? 15_000 : 2500;

describe('the memory of a check', () => {
  it.each(['counted', 'listed'] as const)(
    'follows what is open, not what has passed: connections that are %s',
    async (which) => {
      const once = await memoryFor(COUNT, which);
      expect(await memoryFor(3 * COUNT, which)).toBe(once);
    },
  );
});
