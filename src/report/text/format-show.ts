import { SIDES } from '../../machine/state.ts';
import { drawLadder } from '../ladder/ladder.ts';
import type { Health, ReportedConnection, ShownConnection } from '../report.ts';
import { shownPath } from '../visible.ts';
import { duration, endpoint, frameList, plural, wrap } from '../wording.ts';
import { clockOf, UTC, type Zone, zoneName } from './clock.ts';
import { type Palette, PLAIN } from './palette.ts';
import { causeSentence } from './text-causes.ts';

export interface ShowOptions {
  readonly palette?: Palette;
  /** Columns; 80 unless said. */
  readonly width?: number;
  /** In which zone times of day are told; UTC unless said. */
  readonly zone?: Zone;
  /** Every segment with all its options. */
  readonly full?: boolean;
}

/** One connection for people: what it was, its ladder, and how to find it in Wireshark. All of it valid notation. */
export function renderShow(shown: ShownConnection, options: ShowOptions = {}): string {
  const ladder = drawLadder(shown, options);
  const { connection, capture } = shown;
  return [
    ...introLines(connection, capture.path, options),
    '',
    ...ladder.lines,
    '',
    ...outroLines(connection, options),
    '',
  ].join('\n');
}

/** What stands above a ladder, as comments of the notation: the ends, how it closed and why, and the verdict. */
export function introLines(
  connection: ReportedConnection,
  path: string,
  { palette = PLAIN, width = 80, zone = UTC }: ShowOptions = {},
): string[] {
  const comment = (text: string): string[] => commentLines(text, width);
  const [title = '', ...more] = comment(titleOf(connection, path));
  return [
    palette.strong(title),
    ...more.map(palette.strong),
    ...comment(closeText(connection)),
    ...causeTexts(connection).flatMap(comment),
    ...comment(historyText(connection, zone)).map(palette.dim),
    ...comment(`verdict: ${connection.verdict}`).map(palette.verdict[connection.verdict]),
    ...healthTexts(connection.health).flatMap(comment).map(palette.verdict.inconclusive),
  ];
}

/** What stands below a ladder. */
export function outroLines(
  { transitions, filter }: ReportedConnection,
  { palette = PLAIN, width = 80 }: ShowOptions = {},
): string[] {
  const assumed = transitions.some(({ status }) => status === 'assumed');
  const legend = '? assumed: no later packet of that side proves that it got there';
  return [
    ...(assumed ? commentLines(legend, width) : []).map(palette.dim),
    // Never broken: it is there to be copied.
    palette.dim(`// Wireshark: ${filter}`),
  ];
}

function commentLines(text: string, width: number): string[] {
  return wrap(text, width - 3).map((line) => `// ${line}`);
}

function titleOf({ id, client, server, roles, incarnation }: ReportedConnection, path: string): string {
  const ends = `${endpoint(client)} > ${endpoint(server)}`;
  const again = incarnation > 1 ? `, incarnation ${incarnation} of these addresses and ports` : '';
  const guessed = roles === 'guessed' ? '; who opened it is guessed' : '';
  return `${ends}: connection ${id} of ${shownPath(path)}${again}${guessed}`;
}

function closeText({ close, final }: ReportedConnection): string {
  const first = {
    client: ', first closed by the client',
    server: ', first closed by the server',
    both: ', both sides closing at once',
    none: '',
  }[close.closer];
  const took = close.duration === null ? '' : `, over in ${duration(close.duration)}`;
  return `${close.kind}${first}${took}; client ends in ${final.client}, server in ${final.server}`;
}

function causeTexts({ cause }: ReportedConnection): string[] {
  if (cause === null) return [];
  const by = cause.side === null ? '' : `, ${cause.side}`;
  const evidence = Object.entries(cause.evidence).map(([name, value]) => `${name} ${value}`);
  const frames = cause.frames.length === 0 ? [] : [frameList(cause.frames)];
  const shown = [...evidence, ...frames].join('; ');
  return [`cause: ${cause.name}${by}${shown === '' ? '' : ` (${shown})`}. ${causeSentence(cause.name)}`];
}

function historyText({ start, history, health: { vantage } }: ReportedConnection, zone: Zone): string {
  const began = `began ${clockOf(start, zone, 3)} ${zoneName(start, zone)}`;
  const where = vantage === 'middle' ? '; captured between the two' : `; captured near the ${vantage}`;
  return `${began}; history ${history || '(none)'}${vantage === null ? '' : where}`;
}

/** What is wrong with the capture of this connection, a sentence each. */
export function healthTexts(health: Health): string[] {
  const { midstream, oneSided, holes, cutHeaders, duplicates, ttlChanged, unexamined } = health;
  const changed = SIDES.filter((side) => ttlChanged[side]);
  const lost = SIDES.filter((side) => holes[side] > 0).map(
    (side) => `${plural(holes[side], 'stretch', 'stretches')} of bytes from the ${side}`,
  );
  return [
    midstream ? 'The capture begins in the middle of this connection.' : '',
    oneSided ? 'Only one direction was captured.' : '',
    lost.length > 0 ? `The capture lost ${lost.join(' and ')}: acknowledged, but not there.` : '',
    cutHeaders ? 'The snap length cut TCP options: what is missing of them is unknown.' : '',
    duplicates > 0 ? `${plural(duplicates, 'frame')} captured twice and counted once.` : '',
    changed.length > 0
      ? `The TTL of the ${changed.join(' and the ')} is not the same throughout: what is judged is the end next to the capture, which may be a NAT, a proxy or a load balancer.`
      : '',
    unexamined > 0 ? `${plural(unexamined, 'segment')} of its closing were too many to be looked at.` : '',
  ].filter(Boolean);
}
