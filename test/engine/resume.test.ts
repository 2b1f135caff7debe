import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { type CheckOptions, check } from '../../src/engine/check.ts';
import { decodeState, encodeState, type RunState } from '../../src/engine/run-state.ts';
import { PROFILES, type Profile } from '../../src/machine/profile.ts';
import type { Report } from '../../src/report/report.ts';
import { captureOf, type Packet, packetsOf } from '../mutation/packets.ts';
import fc from '../support/property.ts';
import { runs, sampled } from '../support/thorough.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const TRUTH = new URL('../../../shared/truth/', import.meta.url).pathname;
const present = existsSync(TRUTH);
if (!present) console.log('skipped: cuts of recordings in ../shared/truth, which are not on this machine');

const own = Object.keys(JSON.parse(readFileSync(`${CAPTURES}expected.json`, 'utf8')) as object);
const recordings = present
  ? readdirSync(TRUTH)
      .filter((name) => existsSync(`${TRUTH}${name}/meta.json`))
      .map(
        (name) => `${TRUTH}${name}/${readdirSync(TRUTH + name).find((file) => file.startsWith('capture.'))}`,
      )
  : [];

const OPTIONS: CheckOptions = {
  profile: PROFILES.smoltcp,
  linger: 60,
  reader: 'lastack',
  connections: 'all',
  toolVersion: '0',
};

let profile: Profile = OPTIONS.profile;

/** Checks parts one after another, each with what the one before it kept; all that they report, put together. */
async function inParts(linkType: number, parts: readonly (readonly Packet[])[]): Promise<Report> {
  const states: RunState[] = [];
  const connections: Report['connections'][number][] = [];
  let last: Report | null = null;
  for (const [index, part] of parts.entries()) {
    const input = { path: 'part.pcap', source: fromBytes(captureOf(linkType, part)) };
    const isLast = index === parts.length - 1;
    const resume = states.at(-1);
    last = await check([input], {
      ...OPTIONS,
      profile,
      ...(resume && { resume }),
      ...(!isLast && {
        onState: (next: RunState) => {
          const state = decodeState(encodeState(next));
          expect(state).not.toBeNull();
          if (state) states.push(state);
        },
      }),
    });
    connections.push(...last.connections);
  }
  if (!last) throw new Error('there is at least one part');
  return { ...last, connections: connections.sort((a, b) => a.id - b.id) };
}

/** The last time that a classic capture can have. */
const LAST = 4_294_967_295n * 1_000_000_000n;

/** Without what names the file that holds the first frame. */
function comparable({ connections }: Report): object[] {
  return connections.map((connection) => ({ ...connection, capture: 0 }));
}

/** Where a clock jumps, and by how many nanoseconds. */
type Jump = readonly [at: number, by: number];

async function compare(file: string, cuts: readonly number[], jumps: readonly Jump[] = []): Promise<void> {
  const { linkType, list: recorded } = await packetsOf(file);
  const list = recorded.map((packet, index) => {
    const by = jumps.reduce((sum, [at, step]) => sum + (index >= at % recorded.length ? step : 0), 0);
    const time = packet.time + BigInt(by);
    return { ...packet, time: time < 0n ? 0n : time > LAST ? LAST : time };
  });
  const at = [...new Set(cuts.map((cut) => 1 + (cut % Math.max(1, list.length - 1))))].sort((a, b) => a - b);
  const bounds = [0, ...at, list.length];
  const parts = bounds.slice(1).map((end, index) => list.slice(bounds[index], end));
  const whole = await check([{ path: 'whole.pcap', source: fromBytes(captureOf(linkType, list)) }], {
    ...OPTIONS,
    profile,
  });
  const put = await inParts(linkType, parts);
  expect(comparable(put)).toEqual(comparable(whole));
  expect(put.captures.reduce((sum, { records }) => sum + records, 0)).toBe(list.length);
}

describe('a check that is resumed', () => {
  it('says of a capture cut anywhere what it says of the whole', async () => {
    const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...own), cuts, (name, at) => compare(CAPTURES + name, at)),
      { numRuns: runs(300) },
    );
  });

  it.each(['lwip', 'smoltcp', 'rfc9293'] as const)(
    'does so where clocks jump, back and forth and by years (%s)',
    async (name) => {
      const cuts = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
      const step = fc.oneof(
        fc.integer({ min: -600_000, max: 600_000 }).map((ms) => ms * 1_000_000),
        fc.integer({ min: -4000, max: 9000 }).map((days) => days * 86_400_000_000_000 + 1),
      );
      const jumps = fc.array(fc.tuple(fc.nat(), step), { minLength: 1, maxLength: 4 });
      profile = PROFILES[name];
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...own), cuts, jumps, (file, at, by) =>
          compare(CAPTURES + file, at, by),
        ),
        { numRuns: runs(150) },
      );
      profile = OPTIONS.profile;
    },
  );

  it.skipIf(!present)('does so for recordings of many incarnations as well', async () => {
    for (const [index, file] of sampled(recordings.entries(), 4))
      await compare(file, [index, 7 * index + 3, 31 * index + 5]);
  });

  it('keeps the same bytes of the same capture', async () => {
    const { linkType, list } = await packetsOf(`${CAPTURES}short-connections-300.pcap`);
    const bytes = captureOf(linkType, list.slice(0, list.length / 2));
    const states: Uint8Array[] = [];
    for (let time = 0; time < 3; time++) {
      await check([{ path: 'x.pcap', source: fromBytes(bytes) }], {
        ...OPTIONS,
        onState: (state) => states.push(encodeState(state)),
      });
    }
    expect(states).toHaveLength(3);
    for (const state of states) expect(Buffer.compare(state, states[0] ?? new Uint8Array(0))).toBe(0);
  });

  it('knows a state that is cut or none', () => {
    const bytes = new TextEncoder().encode('lastack state 1\n{"rows":1}\n');
    expect(decodeState(bytes)).toBeNull();
    expect(decodeState(new Uint8Array(0))).toBeNull();
    expect(decodeState(new TextEncoder().encode('pcap'))).toBeNull();
  });
});
