import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, fromBytes, openFile, PROFILES, show, VERSION } from '../src/index.ts';

const FOUR_WAY = new URL('../captures/four-way-client-first.pcap', import.meta.url).pathname;

describe('the library', () => {
  it('has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });

  it('checks a file', async () => {
    const report = await check([{ path: FOUR_WAY, source: openFile(FOUR_WAY) }], { profile: PROFILES.linux });
    expect(report.profile).toEqual({ name: 'linux', msl: 30 });
    expect(report.connections.map(({ close }) => close.kind)).toEqual(['four-way']);
  });

  it('checks bytes, with the defaults of the command line', async () => {
    const report = await check([{ path: 'memory', source: fromBytes(readFileSync(FOUR_WAY)) }]);
    expect(report.profile).toEqual({ name: 'rfc9293', msl: 120 });
    expect(report.summary.verdicts.conformant).toBe(1);
  });

  it('shows a connection segment by segment', async () => {
    const shown = await show({ path: FOUR_WAY, source: openFile(FOUR_WAY) }, 0);
    expect(shown?.segments.at(-1)).toMatchObject({ client: 'TIME_WAIT', server: 'CLOSED' });
    expect(await show({ path: FOUR_WAY, source: openFile(FOUR_WAY) }, 7)).toBeNull();
  });
});
