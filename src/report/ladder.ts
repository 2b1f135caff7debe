import type { Side } from '../machine/state.ts';
import type { Finding } from '../rules/finding.ts';
import { rungsOf, type Segment } from './ladder-rungs.ts';
import { type Palette, PLAIN } from './palette.ts';
import type { ShownConnection } from './report.ts';
import { endpoint, frameList, wrap } from './wording.ts';

export interface LadderOptions {
  readonly palette?: Palette;
  /** Columns; lines of the notation itself are never broken, what stands beside them is. 80 unless said. */
  readonly width?: number;
  /** Every segment with all its options. Otherwise long quiet stretches are folded and timestamps left out. */
  readonly full?: boolean;
}

const STATE_COLUMN = 13;

/**
 * One connection in the ladder notation, with both sides' states beside the segments that change them and each finding
 * under the frame that completes its proof. Everything that is not notation is a `//` comment, so that the text can be
 * pasted back as a test.
 */
export function ladderLines(shown: ShownConnection, options: LadderOptions = {}): string[] {
  const { palette = PLAIN, width = 80, full = false } = options;
  const rungs = rungsOf(shown, full);
  const proven = findingsByFrame(shown);
  const gaps = rungs.map((rung) => rung.gap.length);
  const frameWidth = String(shown.segments.at(-1)?.frame ?? 0).length;
  const gapWidth = Math.max(2, ...gaps);
  const indent = ' '.repeat(frameWidth + gapWidth + 2);
  const bodies = rungs.filter((rung) => rung.states !== null).map((rung) => rung.body.length);
  const room = width - indent.length - 3 - 2 * STATE_COLUMN;
  const bodyWidth = Math.min(Math.max(16, ...bodies.filter((length) => length <= room)), Math.max(16, room));
  const stateIndent = indent.length + bodyWidth + 1;

  const note = (text: string): string[] =>
    wrap(text, width - indent.length - 3).map((line) => palette.dim(`${indent}// ${line}`));
  const header = `${' '.repeat(stateIndent)}// ${'client'.padEnd(STATE_COLUMN)}server`;

  return [
    `@ client ${endpoint(shown.connection.client)} isn ${isnOf(shown, 'client')}`,
    `@ server ${endpoint(shown.connection.server)} isn ${isnOf(shown, 'server')}`,
    palette.dim(header),
    ...rungs.flatMap((rung) => {
      if (rung.kind === 'note') return note(rung.text);
      const head = `${palette.dim(String(rung.frame).padStart(frameWidth))} ${rung.gap.padEnd(gapWidth)} `;
      const lines = placeStates(head, rung, { bodyWidth, stateIndent, palette });
      const overflow = rung.options === '' ? [] : [`${indent}  ${rung.options}`];
      return [...lines, ...overflow, ...findingLines(proven.get(rung.frame) ?? [], indent, width, palette)];
    }),
    ...findingLines(proven.get(null) ?? [], indent, width, palette),
  ];
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

/** Findings by the last of their frames that is shown here, which completes the proof; under null those without one. */
function findingsByFrame({ connection, segments }: ShownConnection): ReadonlyMap<number | null, Finding[]> {
  const shown = new Set(segments.map(({ frame }) => frame));
  const result = new Map<number | null, Finding[]>();
  for (const finding of connection.findings) {
    const here = finding.frames.filter((frame) => shown.has(frame));
    const last = here.length === 0 ? null : Math.max(...here);
    result.set(last, [...(result.get(last) ?? []), finding]);
  }
  return result;
}

function findingLines(
  findings: readonly Finding[],
  indent: string,
  width: number,
  palette: Palette,
): string[] {
  return findings.flatMap(({ rule, tier, message, clause, frames }) => {
    const text = `${tier} ${rule}: ${message} (${clause}; ${frameList(frames)})`;
    const [first = '', ...rest] = wrap(text, width - indent.length - 5);
    const paint = palette.verdict[tier];
    return [paint(`${indent}// ^ ${first}`), ...rest.map((line) => paint(`${indent}//   ${line}`))];
  });
}

/** The initial sequence number that the relative numbers of a side count from. */
function isnOf({ segments }: ShownConnection, side: Side): number {
  const own = segments.find(({ from }) => from === side);
  if (own) return (own.seq - own.relativeSeq) >>> 0;
  const peer = segments.find(({ ack }) => ack !== null);
  return ((peer?.ack ?? 0) - (peer?.relativeAck ?? 0)) >>> 0;
}
