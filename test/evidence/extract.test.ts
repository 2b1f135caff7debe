import { describe, expect, it } from 'vitest';
import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import { type Evidence, extract, type Selection } from '../../src/engine/extract.ts';
import { formatManifest } from '../../src/evidence/manifest.ts';
import { formatIpv4, formatIpv6 } from '../../src/flow/address.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Report } from '../../src/report/report.ts';
import { readAll } from '../support/read-all.ts';
import { isThorough, sampled } from '../support/thorough.ts';
import { latin, runsOf, secretsOf, sourceCaptures, WINDOW } from './sources.ts';

const OPTIONS = { profile: PROFILES.rfc9293, linger: 60, reader: 'lastack', toolVersion: '0.0.0' } as const;
/** Fixed, so that no run finds by chance what another does not. */
const KEY = Uint8Array.from({ length: 32 }, (_, index) => index * 7 + 3);

async function reportOf(source: string | Uint8Array): Promise<Report> {
  const bytes = typeof source === 'string' ? openFile(source) : fromBytes(source);
  return await check([{ path: 'capture.pcap', source: bytes }], { ...OPTIONS, connections: 'all' });
}

const REPORTS = new Map<string, Promise<Report>>();

/** The report of a source, which is made once. */
function reportOn(path: string): Promise<Report> {
  const known = REPORTS.get(path) ?? reportOf(path);
  REPORTS.set(path, known);
  return known;
}

/** The connections of a source that have findings. */
async function connectionsWithFindings(path: string): Promise<number[]> {
  const { connections } = await reportOn(path);
  return (
    connections
      // ICMP errors are left out of an extract, which says so.
      .filter(({ findings, cause }) => findings.length > 0 && cause?.name !== 'unreachable')
      .map(({ id }) => id)
  );
}

async function extractOf(
  path: string,
  selection: Partial<Selection>,
  key: Uint8Array | null,
): Promise<Evidence | null> {
  const { evidence } = await extract(
    [{ path, source: openFile(path) }],
    { connections: [], rules: [], findings: false, ...selection },
    { ...OPTIONS, payload: false, keepComments: false, key },
  );
  return evidence;
}

/** The findings of all connections of a report, or of those given, by what they say and of which frames. */
function findingsOf(
  report: Report,
  ids: readonly (number | null)[] | null,
  toSource: (frame: number) => number,
): string[] {
  return report.connections
    .filter(({ id }) => ids === null || ids.includes(id))
    .flatMap(({ findings, close, final, cause }) =>
      [
        ...findings.map(({ rule, tier, side, frames, evidence, message }) => [
          rule,
          tier,
          side,
          frames.map(toSource),
          evidence,
          message,
        ]),
        [close.kind, close.closer, final, cause?.name, cause?.frames.map(toSource)],
      ].map((facts) => JSON.stringify(facts)),
    )
    .sort();
}

/** What the source says of the selected connections and the extract does not, or the other way round; judged anew. */
async function differencesOf(source: Report, { bytes, manifest }: Evidence): Promise<string[]> {
  const again = await reportOf(bytes);
  const frames = new Map(manifest.frames);
  const selected = manifest.connections.filter(({ why }) => why === 'selected');
  const before = findingsOf(
    source,
    selected.map((connection) => connection.source),
    (frame) => frame,
  );
  const after = findingsOf(
    again,
    selected.map(({ extract: id }) => id),
    (frame) => frames.get(frame) ?? 0,
  );
  const [had, has] = [new Set(before), new Set(after)];
  return [...before.filter((text) => !has.has(text)), ...after.filter((text) => !had.has(text))];
}

const { own, beside } = sourceCaptures();
const captures = [...own, ...sampled(beside)];
const named = captures.map((path) => ({ name: path.split('/').slice(-2).join('/'), path }));
/** Letters, and the signs of sentences and of JSON. */
const PROSE = /^[a-z\s",.:;(){}_-]+$/i;

/** Connections of each capture that are extracted by themselves, too. */
const ALONE = isThorough ? 3 : 1;

describe('an extract of the connections with findings', () => {
  it('is there of many captures', async () => {
    let count = 0;
    for (const path of captures) {
      const ids = await connectionsWithFindings(path);
      if (ids.length > 0) count += 1;
    }
    expect(count).toBeGreaterThan(15);
  });

  describe.each([
    ['as it is', null],
    ['anonymous', KEY],
  ])('%s', (_, key) => {
    it.each(named)('is judged as its source is, rule by rule, frame by frame: $name', async ({ path }) => {
      const source = await reportOn(path);
      const connections = await connectionsWithFindings(path);
      if (connections.length === 0) return;
      // All at once, and by themselves, where neighbours have to be brought along.
      for (const wanted of [connections, ...connections.slice(0, ALONE).map((id) => [id])]) {
        const evidence = await extractOf(path, { connections: wanted }, key);
        if (!evidence) throw new Error(`nothing was extracted from ${path}`);
        const selected = evidence.manifest.connections.filter(({ why }) => why === 'selected');
        expect(selected.map((connection) => connection.source)).toEqual(wanted);
        const differences = await differencesOf(source, evidence);
        // What could not be made anonymous is missing, and the manifest says so.
        const isWhole = Object.keys(evidence.manifest.removed.dropped).length === 0;
        expect(evidence.manifest.verification.equal || !isWhole || differences.length > 0).toBe(true);
        if (!isWhole) continue;
        expect(differences, `${wanted}`).toEqual([]);
        expect(evidence.manifest.verification.equal, `${wanted}`).toBe(true);
      }
    });
  });

  it.each(named)(
    'anonymous has no address and no payload of its source, in any byte of the file or the manifest: $name',
    async ({ path }) => {
      const evidence = await extractOf(path, { findings: true }, KEY);
      const { connections } = await reportOn(path);
      const tiers = connections.flatMap(({ findings }) => findings.map(({ tier }) => tier));
      expect(evidence !== null).toBe(tiers.some((tier) => tier !== 'note'));
      if (!evidence) return;
      const leaks: string[] = [];
      const text = formatManifest(evidence.manifest);
      const whole = Buffer.concat([evidence.bytes, Buffer.from(text)]);
      const secrets = await secretsOf(path);
      const runs = new Map([4, 6, WINDOW, 16].map((length) => [length, runsOf(whole, length)]));
      const { records } = await readAll(evidence.bytes);
      const packets = runsOf(Buffer.concat(records.map(({ bytes }) => bytes)), WINDOW);
      const words = new Set(latin(whole).split(/[^0-9a-f.:]+/));
      for (const kind of ['addresses', 'hardware', 'payload'] as const) {
        for (const secret of secrets[kind]) {
          const isWritten = kind === 'addresses' && words.has(written(secret));
          const isRun = runs.get(secret.length)?.has(secret) === true;
          // English words and JSON of payload may stand in sentences and in the manifest, not in packets.
          const isProse = kind === 'payload' && PROSE.test(secret) && !packets.has(secret);
          if (isWritten || (isRun && !isProse))
            leaks.push(`${kind} ${Buffer.from(secret, 'latin1').toString('hex')}`);
        }
      }
      if (text.includes(path)) leaks.push('its path');
      expect(leaks).toEqual([]);
    },
  );

  it('has no payload unless asked, and then all of it', async () => {
    const path = captures.find((name) => name.endsWith('abort-unread-data.pcap')) ?? '';
    const { payload } = await secretsOf(path);
    const run = async (keep: boolean): Promise<number> => {
      const { evidence } = await extract(
        [{ path, source: openFile(path) }],
        { connections: [0], rules: [], findings: false },
        { ...OPTIONS, payload: keep, keepComments: false, key: null },
      );
      const runs = runsOf(evidence?.bytes ?? new Uint8Array(0), WINDOW);
      return [...payload].filter((window) => runs.has(window)).length;
    };
    expect(payload.size).toBeGreaterThan(20);
    expect(await run(false)).toBe(0);
    expect(await run(true)).toBe(payload.size);
  });
});

/** An address as people write it. */
function written(address: string): string {
  const view = new DataView(Uint8Array.from(Buffer.from(address, 'latin1')).buffer);
  if (address.length === 4) return formatIpv4(view.getInt32(0));
  return formatIpv6([view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)]);
}
