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
import { reportRegular } from '../../src/report/regular-report.ts';
import { RegularTally } from '../../src/report/regular-tally.ts';
import { type Tally, tallyOf } from '../../src/report/tally.ts';
import { mutantsOf } from '../mutation/mutants.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { ladder } from '../support/ladder.ts';
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

interface Told {
  readonly tallies: readonly Tally[];
  /** How many endings the fast path took. */
  readonly regular: number;
  /** Those that it did not take, whole, as text. */
  readonly whole: ReadonlyMap<number, string>;
}

/** What the summary counts of every connection. */
function talliesOf({ segments, info, epoch }: Decoded, fast: boolean): Told {
  const tallies: Tally[] = [];
  const whole = new Map<number, string>();
  const converter = new RegularTally(2 * profile.msl * 1e9);
  let regular = 0;
  const timeline = new Timeline({ profile, linger: 60 }, 0, {
    connection: (connection, findings, place) => {
      const reported = buildConnection(connection, findings, place.capture, place.epoch);
      const tally = tallyOf(reported);
      whole.set(reported.id, JSON.stringify(reported));
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
  return { tallies, regular, whole };
}

/** Every connection whole, as text, in the order in which they became final; and how many were written down. */
function reportsOf({ segments, info, epoch }: Decoded): { reports: string[]; listed: number } {
  const reports: string[] = [];
  const twoMsl = 2 * profile.msl * 1e9;
  const converter = new RegularTally(twoMsl);
  let listed = 0;
  const timeline = new Timeline({ profile, linger: 60 }, 0, {
    connection: (connection, findings, place) => {
      reports.push(JSON.stringify(buildConnection(connection, findings, place.capture, place.epoch)));
    },
    listed: (close, compact, { capture, epoch: from }, connection) => {
      listed += 1;
      const tally = converter.of(close, from);
      reports.push(JSON.stringify(reportRegular(close, compact, tally, { capture, epoch: from, twoMsl })));
      if (listed % 2 === 0) expect(connection().flow.id).toBe(close.id);
    },
  });
  timeline.begin(0, false, { epoch });
  for (const segment of segments) timeline.segment({ ...segment });
  timeline.finish(info);
  timeline.end();
  return { reports, listed };
}

/** Both paths over the same segments; returns how many endings the fast one took. */
function compare(decoded: Decoded): number {
  const fast = talliesOf(decoded, true);
  const plain = talliesOf(decoded, false);
  expect(fast.tallies).toEqual(plain.tallies);
  for (const [id, reported] of fast.whole) expect(reported).toBe(plain.whole.get(id));
  expect(reportsOf(decoded).reports).toEqual([...plain.whole.values()]);
  return fast.regular;
}

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n';
const EXCHANGE = '+.1 > P. 1:101(100) ack 1\n+.01 < P. 1:201(200) ack 101\n+.01 > . 101:101(0) ack 201\n';
/** Endings that no capture of ours has as they are here: each at least by one path, and near the border of the other. */
const LADDERS: Readonly<Record<string, string>> = {
  'a reset behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 > R. 102:102(0) ack 201\n',
  'a reset long behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+1.2 > R. 102:102(0) ack 201\n',
  'a reset of the other behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 < R. 201:201(0) ack 102\n',
  'a reset behind a FIN with data between':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:301(100) ack 102\n+.01 > R. 102:102(0) ack 201\n',
  'data that covers the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < P. 201:301(100) ack 102\n+.01 < F. 301:301(0) ack 102\n+.01 > . 102:102(0) ack 302\n',
  'data behind the FIN, acknowledged':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 < P. 201:301(100) ack 102\n+.01 > . 102:102(0) ack 301\n+.01 < F. 301:301(0) ack 102\n+.01 > . 102:102(0) ack 302\n',
  'a FIN with data':
    '+1 < FP. 201:301(100) ack 101\n+.01 > F. 101:101(0) ack 302\n+.01 < . 302:302(0) ack 102\n',
  'a quiet abort': '+1 < R. 201:201(0) ack 101\n',
  'a second look at the window': '+1 > . 101:101(0) ack 201\n+1 > R. 101:101(0) ack 201\n',
};

describe('the fast path of regular endings', () => {
  it.each(Object.entries(LADDERS))('counts what replay and rules count: %s', async (_name, text) => {
    compare(await decode(ladder(OPENING + EXCHANGE + text)));
  });

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

  it('takes each of the endings that it knows', async () => {
    const kinds = new Set<string>();
    for (const text of Object.values(LADDERS)) {
      const decoded = await decode(ladder(OPENING + EXCHANGE + text));
      const { tallies, whole } = talliesOf(decoded, true);
      for (const { id, kind } of tallies) if (!whole.has(id)) kinds.add(kind);
    }
    expect([...kinds].sort()).toEqual(['abort', 'half-close', 'reset-after-fin', 'three-way']);
  });

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
    for (const text of Object.values(LADDERS)) {
      captures.push(await decode(ladder(OPENING + EXCHANGE + text)));
    }
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

  it('counts what replay and rules count: any conversation that is in order', async () => {
    const step = fc.record({
      from: fc.constantFrom<0 | 1>(0, 1),
      flags: fc.constantFrom('', '', '', '', '', '', 'F', 'R'),
      length: fc.constantFrom(0, 0, 1, 100, 1460),
      /** Acknowledges everything that was sent, or no more than before. */
      acknowledges: fc.constantFrom(true, true, false),
      wait: fc.constantFrom(0, 0.01, 0.01, 0.2, 0.2, 5, 70, 130),
    });
    let listed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), fc.boolean(), async (steps, polite) => {
        const decoded = await decode(ladder(conversation(steps, polite)));
        compare(decoded);
        listed += reportsOf(decoded).listed;
      }),
      { numRuns: 1500 },
    );
    expect(listed).toBeGreaterThan(300);
  }, 120_000);
});

interface Step {
  readonly from: 0 | 1;
  readonly flags: string;
  readonly length: number;
  readonly acknowledges: boolean;
  readonly wait: number;
}

/** A ladder of an opening and these segments; a polite one goes on until both have closed. */
function conversation(steps: readonly Step[], polite: boolean): string {
  const next: [number, number] = [1, 1];
  const acknowledged: [number, number] = [1, 1];
  const closed = [false, false];
  let text = OPENING;
  const send = ({ from, flags, length, acknowledges, wait }: Step): void => {
    const peer = from === 0 ? 1 : 0;
    const carried = closed[from] || flags === 'R' ? 0 : length;
    const flag = closed[from] && flags === 'F' ? '' : flags;
    if (acknowledges || flag === 'R') acknowledged[from] = next[peer];
    const seq = next[from];
    const arrow = from === 0 ? '>' : '<';
    text += `+${wait} ${arrow} ${flag}. ${seq}:${seq + carried}(${carried}) ack ${acknowledged[from]}\n`;
    next[from] += carried + (flag === 'F' ? 1 : 0);
    if (flag === 'F') closed[from] = true;
  };
  for (const step of steps) send(step);
  if (polite) {
    const answer = { flags: '', length: 0, acknowledges: true, wait: 0.01 };
    if (acknowledged[1] !== next[0]) send({ ...answer, from: 1 });
    if (acknowledged[0] !== next[1]) send({ ...answer, from: 0 });
    if (!closed[0]) send({ ...answer, from: 0, flags: 'F' });
    if (!closed[1]) send({ ...answer, from: 1, flags: 'F' });
    if (acknowledged[0] !== next[1]) send({ ...answer, from: 0 });
  }
  return text;
}
