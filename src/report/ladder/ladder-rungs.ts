import { SIDES, type Side, type State } from '../../machine/state.ts';
import type { ReportedTransition, ShownConnection, ShownSegment, Timestamp } from '../report.ts';
import { nanosecondsBetween, secondsBetween } from '../time-span.ts';
import { duration, plural } from '../wording.ts';

/** Quiet segments in a row that are still shown one by one, and how many stay at either end of a folded stretch. */
const FOLD_ABOVE = 16;
const FOLD_KEEPS = 4;
const FLAG_LETTERS: Readonly<Record<string, string>> = { A: '.', C: 'W' };
/** A line of the notation, not laid out yet. */
export interface Segment {
  readonly kind: 'segment';
  readonly frame: number;
  readonly segment: ShownSegment;
  readonly gap: string;
  readonly body: string;
  /** `<mss 1460>` where it stands on a line of its own. */
  readonly options: string;
  /** The states that change here, each with `?` while assumed; null where none does. */
  readonly states: Readonly<Record<Side, string>> | null;
}
export interface Note {
  readonly kind: 'note';
  readonly gap: '';
  readonly body: '';
  readonly states: null;
  readonly text: string;
  /** The timer that it tells of; null where it tells of something else. */
  readonly timer: ReportedTransition | null;
}
export type Rung = Segment | Note;

/** What a ladder is drawn from. */
export interface Drawable extends Pick<ShownConnection, 'connection' | 'segments'> {
  /** Remarks to stand before a frame; none unless said. */
  readonly remarks?: ReadonlyMap<number, string>;
}

/** What the ladder of a connection consists of, from top to bottom. */
export function rungsOf({ segments, connection, remarks }: Drawable, full: boolean): Rung[] {
  const fraction = segments.some(({ time }) => !time.endsWith('000')) ? 9 : 6;
  const timers = connection.transitions.filter(({ frame }) => frame === null);
  const found = new Set(connection.findings.flatMap(({ frames }) => [...frames]));
  const folded = full ? new Map<number, number>() : folds(segments, found);
  const labels: Record<Side, State> = { client: 'CLOSED', server: 'CLOSED' };
  const rungs: Rung[] = [];
  let last: Timestamp | null = null;
  let nextTimer = 0;

  const runTimers = (until: Timestamp | null): void => {
    for (let timer = timers[nextTimer]; timer; timer = timers[++nextTimer]) {
      if (until !== null && nanosecondsBetween(timer.time, until) < 0n) return;
      rungs.push(noteRung(timerText(timer, last), timer));
      labels[timer.side] = timer.to;
    }
  };

  for (let index = 0; index < segments.length; index++) {
    const segment = segments[index];
    if (!segment) break;
    runTimers(segment.time);
    const remark = remarks?.get(segment.frame);
    if (remark !== undefined) rungs.push(noteRung(remark));
    const skipped = folded.get(index);
    if (skipped !== undefined) {
      rungs.push(noteRung(foldText(segments, index, skipped)));
      index += skipped - 1;
      continue;
    }
    const states = statesOf(segment, labels, connection.transitions, index === 0);
    rungs.push({
      kind: 'segment',
      frame: segment.frame,
      segment,
      gap: gapText(last, segment.time, fraction),
      ...bodyOf(segment, full),
      states,
    });
    labels.client = segment.client;
    labels.server = segment.server;
    last = segment.time;
  }
  runTimers(null);
  return rungs;
}

export function noteRung(text: string, timer: ReportedTransition | null = null): Note {
  return { kind: 'note', gap: '', body: '', states: null, text, timer };
}

/** Where quiet stretches begin that are not shown, and how many segments of each. */
function folds(segments: readonly ShownSegment[], found: ReadonlySet<number>): Map<number, number> {
  const result = new Map<number, number>();
  let from = 0;
  const close = (to: number): void => {
    if (to - from > FOLD_ABOVE) result.set(from + FOLD_KEEPS, to - from - 2 * FOLD_KEEPS);
  };
  segments.forEach((segment, index) => {
    const before = segments[index - 1];
    const quiet =
      before?.client === segment.client &&
      before.server === segment.server &&
      !/[SFR]/.test(segment.flags) &&
      !found.has(segment.frame);
    if (quiet) return;
    close(index);
    from = index + 1;
  });
  close(segments.length);
  return result;
}

function foldText(segments: readonly ShownSegment[], from: number, count: number): string {
  const run = segments.slice(from, from + count);
  const bytes = SIDES.map((side) => run.reduce((sum, s) => sum + (s.from === side ? s.len : 0), 0));
  const frames = `frames ${run[0]?.frame} to ${run.at(-1)?.frame}`;
  const sent = `${plural(bytes[0] ?? 0, 'byte')} from the client, ${plural(bytes[1] ?? 0, 'byte')} from the server`;
  return `… ${plural(count, 'segment')} left out (${frames}): ${sent}, no change of state`;
}

function statesOf(
  segment: ShownSegment,
  before: Readonly<Record<Side, State>>,
  transitions: readonly ReportedTransition[],
  first: boolean,
): Segment['states'] {
  const changes = SIDES.map((side) => {
    const here = transitions.filter((t) => t.frame === segment.frame && t.side === side).at(-1);
    if (!first && here === undefined && segment[side] === before[side]) return '';
    return `${segment[side]}${here?.status === 'assumed' ? '?' : ''}`;
  });
  const [client = '', server = ''] = changes;
  return client === '' && server === '' ? null : { client, server };
}

function timerText({ side, from, to, on, time }: ReportedTransition, last: Timestamp | null): string {
  const later = last === null ? '' : `${duration(secondsBetween(last, time))} later: `;
  return `${later}${side} ${from} -> ${to} (${on})`;
}

function bodyOf(segment: ShownSegment, full: boolean): Pick<Segment, 'body' | 'options'> {
  const { from, flags, relativeSeq, seq, relativeAck, ack, len, window } = segment;
  const letters = [...flags].map((letter) => FLAG_LETTERS[letter] ?? letter).join('') || '-';
  const parts = [
    from === 'client' ? '>' : '<',
    letters.padEnd(3),
    `${numberText(relativeSeq, seq, len)}(${len})`,
  ];
  if (ack !== null && relativeAck !== null) parts.push(`ack ${numberText(relativeAck, ack)}`);
  parts.push(`win ${window}`);
  const kept = full ? segment.options : segment.options.filter((option) => !/^(TS|nop|eol)\b/.test(option));
  const options = kept.length === 0 ? '' : `<${kept.join(', ')}>`;
  return { body: parts.join(' '), options };
}

/** A number below the initial one has no relative form that reads well: it is written raw, `=0`. */
function numberText(relative: number, raw: number, length?: number): string {
  const isRelative = relative >= 0 && relative < 2 ** 31;
  const first = isRelative ? relative : raw;
  const mark = isRelative ? '' : '=';
  return length === undefined ? `${mark}${first}` : `${mark}${first}:${first + length}`;
}

function gapText(last: Timestamp | null, time: Timestamp, fraction: number): string {
  if (last === null) return '+0';
  const gap = nanosecondsBetween(last, time);
  const absolute = gap < 0n ? -gap : gap;
  const digits = String(absolute % 1_000_000_000n)
    .padStart(9, '0')
    .slice(0, fraction);
  return `${gap < 0n ? '-' : '+'}${absolute / 1_000_000_000n}.${digits}`;
}
