import { PROFILE_NAMES, PROFILES } from '../../machine/profile.ts';
import type { State } from '../../machine/state.ts';
import type { Timestamp } from '../report.ts';
import { clockOf, timeOfDay, UTC, type Zone, zoneName } from '../text/clock.ts';
import { columns } from '../text/columns.ts';
import { type Palette, PLAIN } from '../text/palette.ts';
import { secondsBetween } from '../time-span.ts';
import { shownPath } from '../visible.ts';
import { duration, endpoint, enumerate, plural, thousands, wrap } from '../wording.ts';
import type { SocketCount, SocketMoment, SocketPeak, SocketPeriod, SocketReport } from './socket-report.ts';
import { listedMoments } from './socket-rows.ts';

export interface SocketTextOptions {
  readonly palette?: Palette;
  readonly width?: number;
  /** In which zone times of day are told; UTC unless said. */
  readonly zone?: Zone;
  /** Nobody chose a profile: another one may be suggested. */
  readonly suggests?: boolean;
  /** Moments were asked for: they are shown in place of what there was at most and at the end. */
  readonly asked?: boolean;
}

/** Hosts, sides and services that are shown to people. */
const MOST = 6;

/** The sockets of both hosts for people: a table for each host, side and service. */
export function formatSockets(report: SocketReport, options: SocketTextOptions = {}): string {
  const { palette = PLAIN, width = 80, zone = UTC, asked = false, suggests = false } = options;
  const sections = report.periods.flatMap((period) => {
    const tables = period.every
      ? everyTables(period, palette)
      : asked
        ? atTables(period, palette, zone)
        : mostTables(period, palette);
    return [
      [
        ...titleLines(period, report, width, palette, zone),
        ...(suggests ? lookLines(period, report, width) : []),
      ],
      ...period.because.map((sentence) => wrap(sentence, width - 2).map((line) => `  ${line}`)),
      ...tables,
    ];
  });
  const none = 'No socket was open in it.';
  const body = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  const counted = 'A state is left out where no socket was in it; CLOSED and LISTEN are not counted.';
  const foot = report.periods.some(({ most }) => most.length > 0) ? counted : none;
  return `${body.join('\n\n')}\n\n${wrap(foot, width).map(palette.dim).join('\n')}\n`;
}

/** The sockets themselves in the columns of `ss -tan`, a table for each moment: queues are on no wire. */
export function formatSocketList({ periods }: SocketReport): string {
  return periods.flatMap(listedMoments).map(listText).join('\n');
}

function listText({ sockets = [] }: SocketMoment): string {
  const rows = sockets.map(({ state, local, peer }) => [
    SS_NAMES[state],
    '-',
    '-',
    endpoint(local),
    endpoint(peer),
  ]);
  const head = ['State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port'];
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

/** The states as `ss` spells them. */
export const SS_NAMES: Readonly<Record<State, string>> = {
  CLOSED: 'UNCONN',
  LISTEN: 'LISTEN',
  SYN_SENT: 'SYN-SENT',
  SYN_RCVD: 'SYN-RECV',
  ESTABLISHED: 'ESTAB',
  FIN_WAIT_1: 'FIN-WAIT-1',
  FIN_WAIT_2: 'FIN-WAIT-2',
  CLOSE_WAIT: 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  LAST_ACK: 'LAST-ACK',
  TIME_WAIT: 'TIME-WAIT',
};

function titleLines(
  { captures, connections, start, end }: SocketPeriod,
  report: SocketReport,
  width: number,
  palette: Palette,
  zone: Zone,
): string[] {
  const [first = 0] = captures;
  const name =
    captures.length === 1
      ? shownPath(report.captures[first]?.path ?? '')
      : plural(captures.length, 'capture');
  const { profile } = report;
  const title = wrap(`${name}: ${plural(connections, 'connection')}`, width).map(palette.strong);
  const lasts = `profile ${profile.name}: TIME_WAIT lasts ${duration(2 * profile.msl)}`;
  if (start === null || end === null) return [...title, `  ${lasts}`];
  const from = `from ${clockOf(start, zone, 3)} ${zoneName(start, zone)}, over ${duration(secondsBetween(start, end))}`;
  return [...title, `  ${from}`, `  ${lasts}`];
}

/** Hosts that are named. */
const MOST_NAMED = 3;

/** Other profiles that hosts have by their SYNs. Nothing goes by it: one run has one profile. */
function lookLines({ looks }: SocketPeriod, { profile }: SocketReport, width: number): string[] {
  const others = PROFILE_NAMES.filter((name) => name !== profile.name);
  return others.flatMap((name) => {
    const hosts = looks.filter((look) => look.profile === name).map(({ host }) => host);
    if (hosts.length === 0) return [];
    const who = hosts.length <= MOST_NAMED ? enumerate(hosts) : plural(hosts.length, 'host');
    const lasts = duration(2 * PROFILES[name].msl);
    const text = `by the SYNs of ${who} it is --profile ${name}: TIME_WAIT lasts ${lasts}`;
    return wrap(text, width - 4).map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`));
  });
}

/** What is shown of one host, side and service. */
interface Group<Count extends SocketCount = SocketCount> {
  readonly name: string;
  readonly counts: readonly Count[];
}

function groupsOf<Count extends SocketCount>(counts: readonly Count[]): Group<Count>[] {
  const groups = new Map<string, Count[]>();
  for (const count of counts) {
    const name = nameOf(count);
    const known = groups.get(name);
    if (known) known.push(count);
    else groups.set(name, [count]);
  }
  return [...groups].map(([name, own]) => ({ name, counts: own }));
}

function nameOf({ host, side, service }: SocketCount): string {
  if (host === null) return `all other hosts, as ${side}s`;
  if (service === null) return `${host}, ${side} of all services`;
  return side === 'client' ? `${host}, client of ${endpoint(service)}` : `${endpoint(service)}, server`;
}

/** Those with the most sockets at once, and a line for the others. */
function shown<Count extends SocketCount>(
  groups: readonly Group<Count>[],
  draw: (group: Group<Count>) => string[],
): string[][] {
  const sizeOf = ({ counts }: Group): number => Math.max(0, ...counts.map(({ sockets }) => sockets));
  const chosen = new Set([...groups].sort((a, b) => sizeOf(b) - sizeOf(a)).slice(0, MOST));
  const rest = groups.length - chosen.size;
  const more =
    rest > 0
      ? [[`… and ${plural(rest, 'more host and service', 'more hosts and services')}: --format csv has all`]]
      : [];
  return [...groups.filter((group) => chosen.has(group)).map(draw), ...more];
}

function mostTables({ most, at, start }: SocketPeriod, palette: Palette): string[][] {
  const end = at.find(({ asked }) => asked === 'end')?.counts ?? [];
  return shown(groupsOf<SocketPeak>(most), ({ name, counts }) => {
    const rows = counts.map(({ state, sockets, assumed, time, ...group }) => {
      const last = end.find(
        (count) => count.state === state && nameOf(count) === nameOf({ state, sockets, assumed, ...group }),
      );
      return [
        state,
        thousands(sockets),
        offset(start, time),
        assumedText(assumed),
        thousands(last?.sockets ?? 0),
        assumedText(last?.assumed ?? 0),
      ];
    });
    const head = ['state', 'at most', 'first at', 'assumed', 'at the end', 'assumed'].map(palette.dim);
    return [palette.strong(name), ...columns([head, ...rows], { indent: 2, right: [1, 2, 3, 4, 5] })];
  });
}

function atTables(period: SocketPeriod, palette: Palette, zone: Zone): string[][] {
  return listedMoments(period).flatMap(({ asked, time, counts }) => {
    const place = `${timeOfDay(time, zone, 3)}, ${offset(period.start, time)}`;
    const when = `at ${asked} (${place})`;
    if (counts.length === 0) return [[`${when}: no socket`]];
    return shown(groupsOf(counts), ({ name, counts: own }) => {
      const rows = own.map(({ state, sockets, assumed }) => [
        state,
        thousands(sockets),
        assumedText(assumed),
      ]);
      const head = ['state', 'sockets', 'assumed'].map(palette.dim);
      return [palette.strong(`${name}, ${when}`), ...columns([head, ...rows], { indent: 2, right: [1, 2] })];
    });
  });
}

function everyTables({ every, most, start }: SocketPeriod, palette: Palette): string[][] {
  const moments = every?.moments ?? [];
  return shown(groupsOf<SocketPeak>(most), ({ name, counts }) => {
    const states = counts.map(({ state }) => state);
    const rows = moments.map((moment) => [
      offset(start, moment.time),
      ...states.map((state) => cell(moment, name, state)),
    ]);
    const head = ['time', ...states].map(palette.dim);
    const right = head.map((_, index) => index);
    return [palette.strong(name), ...columns([head, ...rows], { indent: 2, right })];
  });
}

function cell({ counts }: SocketMoment, name: string, state: State): string {
  const found = counts.find((count) => count.state === state && nameOf(count) === name);
  return found ? thousands(found.sockets) : '-';
}

function assumedText(assumed: number): string {
  return assumed === 0 ? '-' : thousands(assumed);
}

/** Seconds since the first packet: `+12.5 s`. */
function offset(start: Timestamp | null, time: Timestamp): string {
  return `+${secondsBetween(start ?? time, time).toFixed(3)} s`;
}
