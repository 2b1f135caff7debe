import type { Drawing } from '../diagram/drawing.ts';
import { flagNames } from '../diagram/sequence-svg.ts';
import { element, text } from '../diagram/svg.ts';
import type { ReportedConnection } from '../report.ts';
import { timeOfDay, UTC } from '../text/clock.ts';

const HEADS = [
  'frame',
  'time',
  'from',
  'flags',
  'seq',
  'ACK',
  'bytes',
  'window',
  'options',
  'client',
  'server',
];
/** Columns of numbers. */
const NUMBERS = new Set([0, 4, 5, 6, 7]);

/** The segments of a diagram as a table, for who reads and for screen readers. */
export function segmentTable({ connection, rungs }: Drawing): string {
  const rows = rungs.map((rung) => {
    if (rung.kind === 'note')
      return element('tr', {}, `<td colspan="${HEADS.length}">${text(rung.text)}</td>`);
    const { segment, states, gap } = rung;
    const { frame, from, relativeSeq, relativeAck, len, window, options } = segment;
    return cells([
      String(frame),
      gap,
      from,
      flagNames(segment),
      String(relativeSeq),
      relativeAck === null ? '' : String(relativeAck),
      String(len),
      String(window),
      options.join(', '),
      states?.client ?? '',
      states?.server ?? '',
    ]);
  });
  return table(`Segments of connection ${connection.id}`, HEADS, rows);
}

/** The changes of state of a connection whose segments are not at hand. */
export function transitionTable({ id, transitions }: ReportedConnection): string {
  const rows = transitions.map(({ side, from, to, on, frame, time, status }) =>
    cells([frame === null ? 'timer' : String(frame), timeOfDay(time, UTC, 6), side, from, to, on, status]),
  );
  return table(
    `States of connection ${id}`,
    ['frame', 'time (UTC)', 'side', 'from', 'to', 'on', 'status'],
    rows,
  );
}

function cells(words: readonly string[]): string {
  return element(
    'tr',
    {},
    words
      .map((one, index) =>
        element('td', { class: NUMBERS.has(index) && words.length > 7 ? 'n' : null }, text(one)),
      )
      .join(''),
  );
}

function table(name: string, heads: readonly string[], rows: readonly string[]): string {
  const head = heads.map((one) => element('th', { scope: 'col' }, text(one))).join('');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${text(name)}"><table class="mono"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
