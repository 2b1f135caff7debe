import { peerOf, SIDES, type Side } from '../../machine/state.ts';
import type { Finding } from '../../rules/finding.ts';
import { findingsByFrame } from '../ladder/findings-by-frame.ts';
import type { ReportedConnection, ShownSegment } from '../report.ts';
import { storyOf } from '../text/story.ts';
import { cut, duration, endpoint, frameList, plural, shortEndpoint, wrap } from '../wording.ts';
import type { Drawing } from './drawing.ts';
import { FATE_WORDS, type Fate } from './fates.ts';
import { type Band, type Layout, layOut, type NoteRow, type SegmentRow } from './layout.ts';
import { element, label, text } from './svg.ts';
import { type SocketState, standaloneRules, stateColour } from './theme.ts';

/** Widths: the two life lines, the bands outside of them, and where findings are marked. */
const WIDTH = 720;
const LINE: Readonly<Record<Side, number>> = { client: 232, server: 532 };
const BAND = 12;
const OUT: Readonly<Record<Side, -1 | 1>> = { client: -1, server: 1 };
const MARKS = 690;
const MIDDLE = (LINE.client + LINE.server) / 2;
/** Characters of a line of a finding, and its height. */
const BOX_COLUMNS = 40;
const BOX_LINE = 14;

export interface SequenceOptions {
  /** Begins the names of elements, which are unique within a page: `c17`. */
  readonly id: string;
  /** A file by itself: its own colours, and findings in words beside their marks. */
  readonly isAlone: boolean;
}

/** A connection as a sequence diagram: both life lines, each side's states beside its line, findings at their frames. */
export function sequenceSvg(drawing: Drawing, { id, isAlone }: SequenceOptions): string {
  const { connection, rungs } = drawing;
  const found = findingsByFrame(connection, rungs);
  const boxes = rungs.map((rung) =>
    isAlone && rung.kind === 'segment' ? (found.get(rung.frame) ?? []).map(boxLines) : [],
  );
  const heightOf = (lines: readonly string[]): number => lines.length * BOX_LINE + 22;
  const layout = layOut(drawing, (index) =>
    (boxes[index] ?? []).reduce((sum, one) => sum + heightOf(one), 0),
  );
  const rest = (found.get(null) ?? []).map(boxLines);
  const restHeight = rest.reduce((sum, one) => sum + heightOf(one), 0);
  const height = layout.bottom + restHeight + 34;
  const marks = new Map(connection.findings.map((finding, index) => [finding, index + 1]));
  const parts = [
    ...layout.bands.map((band) => bandOf(band, id)),
    ...SIDES.map((side) => lifeLine(side, connection, layout.bottom)),
    ...layout.rows.flatMap((row, index) => {
      if (!('arrival' in row)) return [noteOf(row)];
      const here = found.get(row.rung.frame) ?? [];
      return [
        segmentOf(row),
        ...here.map((finding, n) =>
          markOf(finding, marks.get(finding) ?? 0, row.y - 4 + 18 * n, id, isAlone),
        ),
        ...boxesOf(boxes[index] ?? [], here, row.arrival + 12),
      ];
    }),
    ...boxesOf(rest, found.get(null) ?? [], layout.bottom + 4),
    ...legend(layout, height - 20),
  ];
  const style = isAlone ? `<style>${standaloneRules()}</style>` : '';
  const ground = isAlone ? element('rect', { class: 'back', width: WIDTH, height }) : '';
  const [opening, closing] = storyOf(connection);
  const ends = `${endpoint(connection.client)} > ${endpoint(connection.server)}`;
  return element(
    'svg',
    {
      ...(isAlone && { xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height }),
      class: 'lk',
      viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`,
      role: isAlone ? 'img' : 'group',
      'aria-labelledby': `${id}-title ${id}-desc`,
    },
    `${element('title', { id: `${id}-title` }, text(`Sequence diagram of connection ${connection.id}, ${ends}`))}
${element('desc', { id: `${id}-desc` }, text(`${opening} ${closing} ${findingsText(connection)}`))}
${style}<defs>${hatchesOf(layout.bands, id)}</defs>${ground}
${parts.join('\n')}
`,
  );
}

function findingsText({ findings }: ReportedConnection): string {
  if (findings.length === 0) return 'Nothing was found.';
  const all = findings.map(({ tier, rule, frames }) => `${tier} ${rule} (${frameList(frames)})`);
  return `${plural(findings.length, 'finding')}: ${all.join(', ')}.`;
}

/** Stripes for states that no packet proves, one pattern for each state that needs it. */
function hatchesOf(bands: readonly Band[], id: string): string {
  const states = new Set(bands.flatMap((band) => (band.isAssumed ? (socketStateOf(band) ?? []) : [])));
  return [...states]
    .map((state) =>
      element(
        'pattern',
        {
          id: `${id}-h-${stateColour(state)}`,
          width: 6,
          height: 6,
          patternUnits: 'userSpaceOnUse',
          patternTransform: 'rotate(45)',
        },
        element('path', { class: `h-${stateColour(state)}`, d: 'M0 0V6' }),
      ),
    )
    .join('');
}

function socketStateOf({ state }: Band): SocketState | null {
  return state === 'CLOSED' || state === 'LISTEN' ? null : state;
}

function bandOf(band: Band, id: string): string {
  const { side, state, from, to, isAssumed } = band;
  const inner = LINE[side] + OUT[side] * 5;
  const x = Math.min(inner, inner + OUT[side] * BAND);
  const own = socketStateOf(band);
  const name = `${state}${isAssumed ? '?' : ''}`;
  const box = { x, y: from, width: BAND, height: to - from };
  const fill =
    own === null
      ? ''
      : element(
          'rect',
          isAssumed
            ? { ...box, fill: `url(#${id}-h-${stateColour(own)})` }
            : { ...box, class: `s-${stateColour(own)}` },
        );
  const anchor = side === 'client' ? 'end' : 'start';
  const edge = inner + OUT[side] * (BAND + 5);
  const title = element('title', {}, text(`${side}: ${state}${isAssumed ? ', assumed' : ', proven'}`));
  const names = label(edge, from + 10, name, { 'text-anchor': anchor, ...(own === null && { class: 'q' }) });
  return element('g', {}, `${title}${fill}${names}`);
}

function lifeLine(side: Side, connection: ReportedConnection, bottom: number): string {
  const x = LINE[side];
  const name = side === 'client' || connection.roles === 'observed' ? side : `${side} (guessed)`;
  return [
    label(x, 16, name, { 'text-anchor': 'middle', class: 'b' }),
    label(x, 32, shortEndpoint(connection[side], 38), { 'text-anchor': 'middle' }),
    element('line', { class: 'life', x1: x, x2: x, y1: 40, y2: bottom }),
  ].join('');
}

function segmentOf({ rung, y, arrival, fate, gap }: SegmentRow): string {
  const { segment, frame } = rung;
  const to = peerOf(segment.from);
  const way = OUT[to];
  const x1 = LINE[segment.from] + way * 2;
  const whole = LINE[to] - way * 3;
  // What was lost ends on its way.
  const x2 = fate === 'lost' ? x1 + (whole - x1) * 0.62 : whole;
  const y2 = fate === 'lost' ? y + (arrival - y) * 0.62 : arrival;
  const word = fate === null ? '' : ` ${FATE_WORDS[fate]}`;
  const head =
    fate === 'lost'
      ? element('path', { class: 'cross', d: crossAt(x2, y2) })
      : element('path', { class: 'head', d: headAt(x2, y2, x1, y) });
  const time = gap === null ? '' : `+${duration(gap)}`;
  const told = tellSegment(segment, gap, fate);
  return element(
    'g',
    {
      class: ['seg', fate].filter(Boolean).join(' '),
      'data-frame': frame,
      role: 'img',
      'aria-label': told,
    },
    [
      element('title', {}, text(told)),
      element('rect', { class: 'hit', x: 0, y: y - 14, width: WIDTH, height: 24 }),
      label(4, y + 4, String(frame), { class: 'b' }),
      label(50, y + 4, time, { class: 'q' }),
      element('line', { class: 'arrow', x1, y1: y, x2, y2 }),
      head,
      label(MIDDLE, (y + arrival) / 2 - 5, `${cut(`${flagNames(segment)} ${numbers(segment)}`, 42)}${word}`, {
        class: 'halo',
        'text-anchor': 'middle',
      }),
    ].join(''),
  );
}

/** What a reader without the picture gets, and what hovering shows. */
function tellSegment(segment: ShownSegment, gap: number | null, fate: Fate | null): string {
  const { frame, from, relativeSeq, seq, relativeAck, ack, len, window, options, client, server } = segment;
  const parts = [
    `frame ${frame}`,
    ...(gap === null ? [] : [`${duration(gap)} later`]),
    `${from} to ${peerOf(from)}: ${flagNames(segment)}`,
    `sequence ${relativeSeq} (${seq})`,
    ...(ack === null ? [] : [`ACK ${relativeAck} (${ack})`]),
    plural(len, 'byte'),
    `window ${window}`,
    ...(options.length > 0 ? [`options ${options.join(', ')}`] : []),
    `client ${client}`,
    `server ${server}`,
    ...(fate === null ? [] : [FATE_WORDS[fate]]),
  ];
  return parts.join(', ');
}

const NAMES: Readonly<Record<string, string>> = {
  F: 'FIN',
  S: 'SYN',
  R: 'RST',
  P: 'PSH',
  A: 'ACK',
  U: 'URG',
  E: 'ECE',
  C: 'CWR',
};

/** `FIN,ACK`; PSH goes without saying. */
export function flagNames({ flags }: Pick<ShownSegment, 'flags'>): string {
  const names = [...flags].filter((letter) => letter !== 'P').map((letter) => NAMES[letter] ?? letter);
  return names.length === 0 ? 'no flags' : names.join(',');
}

/** `1:59(58) ack 1`, relative where that reads well. */
function numbers({ relativeSeq, seq, relativeAck, ack, len }: ShownSegment): string {
  const first = relativeSeq >= 0 ? relativeSeq : seq;
  const acknowledged = ack === null ? '' : ` ack ${(relativeAck ?? 0) >= 0 ? relativeAck : ack}`;
  return `${len > 0 ? `${first}:${first + len}(${len})` : first}${acknowledged}`;
}

function headAt(x: number, y: number, fromX: number, fromY: number): string {
  const length = Math.hypot(x - fromX, y - fromY) || 1;
  const [along, across] = [(x - fromX) / length, (y - fromY) / length];
  const corner = (side: number): string =>
    `${(x - 9 * along - side * 4 * across).toFixed(1)} ${(y - 9 * across + side * 4 * along).toFixed(1)}`;
  return `M${x.toFixed(1)} ${y.toFixed(1)}L${corner(1)}L${corner(-1)}Z`;
}

function crossAt(x: number, y: number): string {
  const [left, right, top, bottom] = [x - 5, x + 5, y - 5, y + 5].map((value) => value.toFixed(1));
  return `M${left} ${top}L${right} ${bottom}M${left} ${bottom}L${right} ${top}`;
}

function noteOf({ rung, y }: NoteRow): string {
  return [
    element('line', { class: 'dots', x1: LINE.client, x2: LINE.server, y1: y - 4, y2: y - 4 }),
    label(MIDDLE, y, cut(rung.text, 84), { class: 'q halo', 'text-anchor': 'middle' }),
  ].join('');
}

function markOf({ tier, rule }: Finding, number: number, y: number, id: string, isAlone: boolean): string {
  const mark = [
    element('title', {}, text(`${tier} ${rule}`)),
    element('circle', { class: `t-${tier}`, cx: MARKS, cy: y, r: 9 }),
    label(MARKS, y + 4, String(number), { class: 'mark', 'text-anchor': 'middle' }),
  ].join('');
  if (isAlone) return element('g', {}, mark);
  return element('a', { href: `#${id}-${number}`, 'aria-label': `finding ${number}: ${tier} ${rule}` }, mark);
}

function boxLines({ tier, rule, message, clause, frames }: Finding): string[] {
  return wrap(`${tier} ${rule}: ${message} (${clause}; ${frameList(frames)})`, BOX_COLUMNS).map((line) =>
    cut(line, BOX_COLUMNS + 1),
  );
}

/** Findings in words, between the life lines. */
function boxesOf(boxes: readonly string[][], findings: readonly Finding[], top: number): string[] {
  let y = top;
  return boxes.map((lines, index) => {
    const height = lines.length * BOX_LINE + 6;
    const own = y;
    y += height + 8;
    const tier = findings[index]?.tier ?? 'note';
    const box = { x: LINE.client + 5, y: own, width: LINE.server - LINE.client - 10, height, rx: 3 };
    return element(
      'g',
      {},
      `${element('rect', { class: `box o-${tier}`, ...box })}${lines
        .map((line, n) =>
          label(box.x + 6, own + 14 + n * BOX_LINE, line, { class: n === 0 ? `b t-${tier}` : null }),
        )
        .join('')}`,
    );
  });
}

/** How to read it: the time, and what stripes are. */
function legend({ scale, bands }: Layout, y: number): string[] {
  const time =
    scale === null
      ? 'Time is compressed: a longer gap is drawn longer, not in proportion.'
      : `Time to scale: 100 pixels are ${duration(100 / scale)}.`;
  const assumed = bands.some(({ isAssumed }) => isAssumed) ? ' Striped, with ?: assumed, not proven.' : '';
  return [label(4, y + 10, `${time}${assumed}`, { class: 'q' })];
}
