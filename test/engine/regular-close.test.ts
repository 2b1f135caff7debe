import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCapture } from '../../src/capture/read-capture.ts';
import type { CaptureInfo } from '../../src/capture/record.ts';
import { fromBytes } from '../../src/capture/sources.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { Timeline } from '../../src/engine/timeline.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import { RegularTally } from '../../src/report/regular-tally.ts';
import { type Tally, tallyOf } from '../../src/report/tally.ts';
import { mutantsOf } from '../mutation/mutants.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import fc from '../support/property.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const TRUTH = new URL('../../../shared/truth/', import.meta.url).pathname;
const CORPUS = new URL('../../../shared/corpus/', import.meta.url).pathname;
const present = existsSync(TRUTH) && existsSync(CORPUS);
if (!present) console.log('skipped: the captures in ../shared are not on this machine');

const own = Object.keys(JSON.parse(readFileSync(`${CAPTURES}expected.json`, 'utf8')) as object);
const profile = PROFILES.linux;

interface Decoded {
  readonly segments: readonly Segment[];
  readonly info: CaptureInfo;
  readonly epoch: bigint;
}

async function decode(bytes: Uint8Array): Promise<Decoded> {
  const segments: Segment[] = [];
  const clock = { epoch: 0n };
  const decoder = new Decoder({ segment: (segment) => segments.push({ ...segment }) });
  const info = await readCapture(fromBytes(bytes), decoder, {
    onClock: (given) => {
      Object.defineProperty(clock, 'epoch', { get: () => given.epoch });
    },
  });
  return { segments, info, epoch: clock.epoch };
}

/** What the summary counts of every connection, and how many endings the fast path took. */
function talliesOf({ segments, info, epoch }: Decoded, fast: boolean): { tallies: Tally[]; regular: number } {
  const tallies: Tally[] = [];
  const converter = new RegularTally(2 * profile.msl * 1e9);
  let regular = 0;
  const timeline = new Timeline({ profile, linger: 60 }, 0, {
    connection: (connection, findings, place) => {
      const tally = tallyOf(buildConnection(connection, findings, place.capture, place.epoch));
      tallies.push({ ...tally, findings: tally.findings.map(({ tier, rule }) => ({ tier, rule })) });
    },
    ...(fast && {
      regular: (close, at) => {
        regular += 1;
        tallies.push(structuredClone(converter.of(close, at)));
      },
    }),
  });
  timeline.begin(0, false, { epoch });
  for (const segment of segments) timeline.segment({ ...segment });
  timeline.finish(info);
  timeline.end();
  return { tallies, regular };
}

/** Both paths over the same segments; returns how many endings the fast one took. */
function compare(decoded: Decoded): number {
  const fast = talliesOf(decoded, true);
  expect(fast.tallies).toEqual(talliesOf(decoded, false).tallies);
  return fast.regular;
}

describe('the fast path of regular endings', () => {
  it('counts what replay and rules count: the project’s own captures and their mutants', async () => {
    let regular = 0;
    for (const name of own) {
      regular += compare(await decode(readFileSync(CAPTURES + name)));
      const { linkType, list } = await packetsOf(CAPTURES + name);
      if (list.length > 60) continue;
      for (const mutant of mutantsOf(list))
        regular += compare(await decode(captureOf(linkType, mutant.list)));
    }
    expect(regular).toBeGreaterThan(1000);
  }, 120_000);

  it.skipIf(!present)(
    'counts what replay and rules count: recordings and public captures',
    async () => {
      const recordings = readdirSync(TRUTH, { recursive: true, encoding: 'utf8' }).map(
        (name) => TRUTH + name,
      );
      const found = readdirSync(CORPUS, { recursive: true, encoding: 'utf8' }).map((name) => CORPUS + name);
      const files = [...recordings, ...found].filter((name) => /\.(pcap|pcapng|cap)$/.test(name));
      let regular = 0;
      for (const file of files) regular += compare(await decode(readFileSync(file)));
      console.log(`${regular} regular endings in ${files.length} captures`);
      expect(regular).toBeGreaterThan(100);
    },
    120_000,
  );

  it('counts what replay and rules count when any number of any segment is another', async () => {
    const captures = await Promise.all(own.map((name) => decode(readFileSync(CAPTURES + name))));
    const short = captures.filter(({ segments }) => segments.length > 4 && segments.length <= 60);
    const changes = {
      flags: fc.integer({ min: 0, max: 255 }),
      seq: fc.constantFrom(-2, -1, 1, 2, 100, 70_000),
      ack: fc.constantFrom(-2, -1, 1, 2, 100, 70_000),
      length: fc.constantFrom(0, 1, 100),
      window: fc.constantFrom(0, 1, 500),
      ttl: fc.constantFrom(1, 63, 255),
      time: fc.constantFrom(-1e9, 1e6, 1e9, 70e9),
    };
    const change = fc.oneof(
      ...Object.entries(changes).map(([field, value]) => fc.record({ field: fc.constant(field), value })),
    );
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.tuple(fc.nat(), change), { maxLength: 2 }), (which, edits) => {
        const chosen = short[which % short.length];
        if (!chosen) return;
        const { segments, info, epoch } = chosen;
        const edited: Segment[] = segments.map((segment) => ({ ...segment }));
        for (const [place, { field, value }] of edits) {
          const segment = edited[place % edited.length];
          if (!segment) continue;
          const absolute = field === 'flags' || field === 'length' || field === 'window' || field === 'ttl';
          const from = segment[field as keyof typeof changes];
          const to = absolute ? value : from + value;
          Object.assign(segment, { [field]: field === 'seq' || field === 'ack' ? to | 0 : to });
        }
        compare({ segments: edited, info, epoch });
      }),
      { numRuns: 3000 },
    );
  }, 120_000);
});
