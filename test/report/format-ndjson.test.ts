import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { connectionLine } from '../../src/report/formats/format-ndjson.ts';

const FOLDERS = ['../../captures/', '../violations/'].map(
  (folder) => new URL(folder, import.meta.url).pathname,
);

describe('the line of a connection', () => {
  it('is what JSON.stringify makes of it', async () => {
    const inputs = FOLDERS.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.pcap(ng)?$/.test(name))
        .map((name) => ({ path: name, source: fromBytes(readFileSync(folder + name)) })),
    );
    const { connections } = await check(inputs, {
      profile: PROFILES.linux,
      linger: 60,
      reader: 'lastack',
      connections: 'all',
      toolVersion: '0',
    });
    expect(connections.length).toBeGreaterThan(40);
    expect(connections.some(({ cause }) => cause !== null)).toBe(true);
    expect(connections.some(({ close }) => close.start === null)).toBe(true);
    for (const connection of connections) {
      expect(connectionLine(connection)).toBe(`${JSON.stringify({ type: 'connection', ...connection })}\n`);
    }
  });
});
