import { STATES } from '../../machine/state.ts';
import { type Finding, TIERS } from '../../rules/finding.ts';
import type { Report, ReportedConnection } from '../report.ts';
import { visible } from '../visible.ts';
import { cut, duration, endpoint, frameList, plural, wrap } from '../wording.ts';
import { columns } from './columns.ts';
import { healthTexts } from './format-show.ts';
import type { Palette } from './palette.ts';
import { causeText } from './text-causes.ts';

/** Connections one by one: client above server, each with its final state, how it closed, and what was found. */
export function connectionLines(
  drawn: readonly ReportedConnection[],
  candidates: number,
  { captures }: Report,
  width: number,
  palette: Palette,
): string[] {
  if (drawn.length === 0) return [];
  const idWidth = Math.max(...drawn.map(({ id }) => `#${id}`.length));
  const endWidth = Math.max(
    ...drawn.flatMap(({ client, server }) => [endpoint(client).length, endpoint(server).length]),
  );
  const room = Math.max(10, width - INDENT - idWidth - endWidth - LONGEST_STATE - 6);
  const rows = drawn.map((connection) => {
    const { id, client, server, final, close } = connection;
    const path = captures.length > 1 ? visible(captures[connection.capture]?.path ?? '') : '';
    return [
      `#${id}`,
      `${endpoint(client)}\n${endpoint(server)}`,
      `${palette.state(final.client)}\n${palette.state(final.server)}`,
      `${cut(closeText(close), room)}\n${palette.dim(tail(path, room))}`,
    ];
  });
  const head = ['', 'client\nserver', 'ends in\n', 'closed\n'].map((cell) =>
    cell.split('\n').map(palette.dim).join('\n'),
  );
  const lines = columns([head, ...rows], { indent: INDENT });
  const entries = drawn.flatMap((connection, index) => [
    ...lines.slice(index * 2 + 2, index * 2 + 4),
    ...findingLines(connection, width, palette),
  ]);
  const rest = candidates - drawn.length;
  const more =
    rest > 0 ? [`  … and ${plural(rest, 'more connection')}: --connections findings lists them all`] : [];
  return [...lines.slice(0, 2), ...entries, ...more];
}

const INDENT = 2;
const LONGEST_STATE = Math.max(...STATES.map((state) => state.length));

function closeText({ kind, closer, duration: took }: ReportedConnection['close']): string {
  const by = closer === 'none' ? '' : closer === 'both' ? ' by both' : ` by ${closer}`;
  return `${kind}${by}${took === null ? '' : ` in ${duration(took)}`}`;
}

/** The end of a path says more than its beginning. */
function tail(path: string, width: number): string {
  return path.length <= width ? path : `…${path.slice(path.length - width + 1)}`;
}

function findingLines(connection: ReportedConnection, width: number, palette: Palette): string[] {
  const { findings, health, verdict } = connection;
  const sorted = [...findings].sort((a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier));
  const shaky = verdict === 'inconclusive' ? healthTexts(health) : [];
  return [
    ...sorted.flatMap((finding) => findingText(finding, width, palette)),
    ...(connection.via ?? []).flatMap((text) => wrap(`In ${text}.`, width - 4).map((line) => `    ${line}`)),
    ...causeText(connection).flatMap((text) => wrap(text, width - 4).map((line) => `    ${line}`)),
    ...shaky.flatMap((text) => wrap(text, width - 4).map((line) => palette.dim(`    ${line}`))),
  ];
}

function findingText(
  { tier, rule, message, clause, frames }: Finding,
  width: number,
  palette: Palette,
): string[] {
  const place = frames.length === 0 ? clause : `${clause}; ${frameList(frames)}`;
  const lines = wrap(`${message} (${place})`, width - 6);
  return [
    `    ${palette.verdict[tier](tier)} ${palette.strong(rule)}`,
    ...lines.map((line) => `      ${line}`),
  ];
}
