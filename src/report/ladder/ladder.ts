import type { Side } from '../../machine/state.ts';
import type { Finding } from '../../rules/finding.ts';
import { type Palette, PLAIN } from '../text/palette.ts';
import { endpoint, frameList, wrap } from '../wording.ts';
import { cutRungs } from './cut-rungs.ts';
import { findingsByFrame } from './findings-by-frame.ts';
import { type Drawable, rungsOf, type Segment } from './ladder-rungs.ts';

export interface LadderOptions {
  readonly palette?: Palette;
  /** Columns; lines of the notation itself are never broken, what stands beside them is. 80 unless said. */
  readonly width?: number;
  /** Every segment with all its options. Otherwise long quiet stretches are folded and timestamps left out. */
  readonly full?: boolean;
  /** The most segments and notes; what is cut out of the middle is said. All unless said. */
  readonly most?: number;
}

/** A drawn ladder, as plain data. Lines count from 0. */
export interface Ladder {
  readonly lines: readonly string[];
  /** The line of each frame that is drawn. */
  readonly frames: Readonly<Record<number, number>>;
  /** First and last line of each finding, in the order of the connection's findings. */
  readonly findings: readonly (readonly [first: number, last: number])[];
}

/** The ladder of a connection that was checked. */
export interface ReportLadder extends Ladder {
  /** The same as lines of a `sequenceDiagram`, which issue trackers draw inside Markdown. */
  readonly mermaid: readonly string[];
}

const STATE_COLUMN = 13;

/**
 * One connection in the ladder notation, with both sides' states beside the segments that change them and each finding
 * under the frame that completes its proof. Everything that is not notation is a `//` comment, so that the text can be
 * pasted back as a test.
 */
export function drawLadder(shown: Drawable, options: LadderOptions = {}): Ladder {
  const { palette = PLAIN, width = 80, full = false, most = Infinity } = options;
  const rungs = cutRungs(rungsOf(shown, full), most, shown);
  const gaps = rungs.map((rung) => rung.gap.length);
  const frameWidth = String(shown.segments.at(-1)?.frame ?? 0).length;
  const gapWidth = Math.max(2, ...gaps);
  const indent = ' '.repeat(frameWidth + gapWidth + 2);
  const bodies = rungs.filter((rung) => rung.states !== null).map((rung) => rung.body.length);
  const room = width - indent.length - 3 - 2 * STATE_COLUMN;
  const bodyWidth = Math.min(Math.max(16, ...bodies.filter((length) => length <= room)), Math.max(16, room));
  const stateIndent = indent.length + bodyWidth + 1;
  const header = `${' '.repeat(stateIndent)}// ${'client'.padEnd(STATE_COLUMN)}server`;

  const lines = [
    `@ client ${endpoint(shown.connection.client)} isn ${isnOf(shown, 'client')}`,
    `@ server ${endpoint(shown.connection.server)} isn ${isnOf(shown, 'server')}`,
    palette.dim(header),
  ];
  const frames: Record<number, number> = {};
  const places = new Map<Finding, readonly [number, number]>();
  const proven = findingsByFrame(shown.connection, rungs);
  const addFindings = (frame: number | null): void => {
    for (const finding of proven.get(frame) ?? []) {
      const text = findingLines(finding, indent, width, palette);
      places.set(finding, [lines.length, lines.length + text.length - 1]);
      lines.push(...text);
    }
  };
  for (const rung of rungs) {
    if (rung.kind === 'note') {
      const text = wrap(rung.text, width - indent.length - 3);
      lines.push(...text.map((line) => palette.dim(`${indent}// ${line}`)));
      continue;
    }
    frames[rung.frame] = lines.length;
    const head = `${palette.dim(String(rung.frame).padStart(frameWidth))} ${rung.gap.padEnd(gapWidth)} `;
    lines.push(...placeStates(head, rung, { bodyWidth, stateIndent, palette }));
    if (rung.options !== '') lines.push(`${indent}  ${rung.options}`);
    addFindings(rung.frame);
  }
  addFindings(null);
  return { lines, frames, findings: shown.connection.findings.map((one) => places.get(one) ?? [0, 0]) };
}

interface Place {
  readonly bodyWidth: number;
  readonly stateIndent: number;
  readonly palette: Palette;
}

/** The states stand behind the segment, or on the next line where the segment is too long for that. */
function placeStates(
  head: string,
  { body, states }: Segment,
  { bodyWidth, stateIndent, palette }: Place,
): string[] {
  if (states === null) return [head + body];
  const columns = `${states.client.padEnd(STATE_COLUMN)}${states.server}`.trimEnd();
  const text = `${palette.dim('//')} ${palette.state(columns)}`;
  if (body.length <= bodyWidth) return [`${head}${body.padEnd(bodyWidth)} ${text}`];
  return [head + body, ' '.repeat(stateIndent) + text];
}

function findingLines(
  { rule, tier, message, clause, frames }: Finding,
  indent: string,
  width: number,
  palette: Palette,
): string[] {
  const text = `${tier} ${rule}: ${message} (${clause}; ${frameList(frames)})`;
  const [first = '', ...rest] = wrap(text, width - indent.length - 5);
  const paint = palette.verdict[tier];
  return [paint(`${indent}// ^ ${first}`), ...rest.map((line) => paint(`${indent}//   ${line}`))];
}

/** The initial sequence number that the relative numbers of a side count from. */
function isnOf({ segments }: Drawable, side: Side): number {
  const own = segments.find(({ from }) => from === side);
  if (own) return (own.seq - own.relativeSeq) >>> 0;
  const peer = segments.find(({ ack }) => ack !== null);
  return ((peer?.ack ?? 0) - (peer?.relativeAck ?? 0)) >>> 0;
}
