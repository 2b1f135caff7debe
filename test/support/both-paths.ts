import { readCapture } from '../../src/capture/read-capture.ts';
import type { CaptureInfo } from '../../src/capture/record.ts';
import { fromBytes } from '../../src/capture/sources.ts';
import { Decoder } from '../../src/decode/decoder.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { type ConnectionSink, Timeline } from '../../src/engine/timeline.ts';
import { Endings, readEnding } from '../../src/fast/endings.ts';
import { createRegularClose, type RegularClose } from '../../src/fast/regular-close.ts';
import { RegularLines } from '../../src/fast/report/regular-line.ts';
import { RegularReports } from '../../src/fast/report/regular-report.ts';
import { RegularTally } from '../../src/fast/report/regular-tally.ts';
import { Templates } from '../../src/fast/templates.ts';
import type { FinalOrder } from '../../src/flow/partition.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { buildConnection } from '../../src/report/build-connection.ts';
import { connectionLine } from '../../src/report/formats/format-ndjson.ts';
import { type Tally, tallyOf } from '../../src/report/summary/tally.ts';
import { mustEqual } from './must.ts';

const profile = PROFILES.linux;
const LINGER = 60;
const templates = new Templates(profile, LINGER);

export interface Decoded {
  readonly segments: readonly Segment[];
  readonly info: Pick<CaptureInfo, 'records' | 'end'>;
  readonly epoch: bigint;
}

export async function decode(bytes: Uint8Array): Promise<Decoded> {
  const segments: Segment[] = [];
  const clock = { epoch: 0n, exact: 0n, exactEnd: 0n };
  const decoder = new Decoder({ segment: (segment) => segments.push({ ...segment }) });
  const info = await readCapture(fromBytes(bytes), decoder, {
    onClock: (given) => {
      Object.defineProperty(clock, 'epoch', { get: () => given.epoch });
    },
  });
  return { segments, info, epoch: clock.epoch };
}

export interface Told {
  readonly tallies: readonly Tally[];
  /** When each became final. */
  readonly moments: readonly FinalOrder[];
  /** How many endings the fast path took. */
  readonly regular: number;
  /** Those that it did not take, whole, as text. */
  readonly whole: ReadonlyMap<number, string>;
}

/** Runs segments, which stay as they are, through a timeline. @param moments where it tells when connections become final */
function run({ segments, info, epoch }: Decoded, sink: ConnectionSink, moments: FinalOrder[] = []): void {
  const noting: ConnectionSink = {
    ...sink,
    connection: (...told) => {
      moments.push({ ...timeline.moment });
      sink.connection(...told);
    },
    ...(sink.regular && {
      regular: (...told) => {
        moments.push({ ...timeline.moment });
        return sink.regular?.(...told) === true;
      },
    }),
  };
  const timeline: Timeline = new Timeline({ profile, linger: LINGER }, 0, noting);
  timeline.begin(0, false, { epoch, exact: 0n, exactEnd: 0n });
  for (const segment of segments) timeline.segment({ ...segment });
  timeline.finish(info);
  timeline.end();
}

/**
 * What the summary counts of every connection.
 *
 * @param way whether regular endings are taken one by one, or several at once where that may be
 */
export function talliesOf(decoded: Decoded, way: 'plain' | 'one by one' | 'at once'): Told {
  const tallies: Tally[] = [];
  const moments: FinalOrder[] = [];
  const whole = new Map<number, string>();
  const converter = new RegularTally(templates, profile);
  let regular = 0;
  const take = (close: RegularClose, at: bigint): boolean => {
    regular += 1;
    tallies.push(structuredClone(converter.of(close, at)));
    return true;
  };
  const sink: ConnectionSink = {
    connection: (connection, findings, place) => {
      const reported = buildConnection(connection, findings, place.capture, place.epoch);
      const tally = tallyOf(reported);
      whole.set(reported.id, JSON.stringify(reported));
      tallies.push({
        ...tally,
        findings: tally.findings.map(({ tier, rule, side }) => ({ tier, rule, side })),
      });
    },
    ...(way !== 'plain' && { regular: take }),
    ...(way === 'at once' && {
      endings: (numbers, at) => {
        const endings = new Endings(numbers.slice().buffer);
        endings.length = endings.words.length;
        const close = createRegularClose();
        for (let place = 0; place < endings.length; place = endings.behind(place)) {
          readEnding(endings.words, endings.doubles, place, close);
          moments.push({
            tick: endings.momentAt(place, 'tick'),
            phase: endings.momentAt(place, 'phase'),
            root: endings.momentAt(place, 'root'),
          });
          take(close, at);
        }
      },
    }),
  };
  run(decoded, sink, moments);
  return { tallies, moments, regular, whole };
}

/**
 * Every connection whole, as text, in the order in which they became final; and how many were written down, in both ways.
 */
export function reportsOf(decoded: Decoded): { reports: string[]; listed: number } {
  const reports: string[] = [];
  const converter = new RegularTally(templates, profile);
  const written = new RegularReports(templates, profile, LINGER);
  const lines = new RegularLines(templates, written, profile);
  const decoder = new TextDecoder();
  let listed = 0;
  run(decoded, {
    connection: (connection, findings, place) => {
      reports.push(JSON.stringify(buildConnection(connection, findings, place.capture, place.epoch)));
    },
    listed: (close, compact, { capture, epoch: from }, connection) => {
      listed += 1;
      const tally = converter.of(close, from);
      const ending = { close, segments: compact, tally, capture, epoch: from };
      const reported = written.of(ending);
      reports.push(JSON.stringify(reported));
      mustEqual(decoder.decode(lines.of(ending)), connectionLine(reported));
      if (listed % 2 === 0) mustEqual(connection().flow.id, close.id);
      return true;
    },
  });
  return { reports, listed };
}

/** Both paths over the same segments; returns how many endings the fast one took. */
export function compare(decoded: Decoded): number {
  const fast = talliesOf(decoded, 'one by one');
  const plain = talliesOf(decoded, 'plain');
  mustEqual(fast.tallies, plain.tallies);
  const { tallies, moments } = talliesOf(decoded, 'at once');
  mustEqual(tallies, plain.tallies);
  mustEqual(moments, fast.moments);
  mustEqual(moments, plain.moments);
  for (const [id, reported] of fast.whole) mustEqual(reported, plain.whole.get(id));
  mustEqual(reportsOf(decoded).reports, [...plain.whole.values()]);
  return fast.regular;
}
