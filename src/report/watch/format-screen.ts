import { STATES, type State } from '../../machine/state.ts';
import type { Summary } from '../report.ts';
import type { SocketCount } from '../sockets/socket-report.ts';
import { clockOf, timeOfDay, UTC, type Zone, zoneName } from '../text/clock.ts';
import { columns } from '../text/columns.ts';
import { labelOf } from '../text/labels.ts';
import { type Palette, PLAIN } from '../text/palette.ts';
import { groupLines } from '../text/text-groups.ts';
import { shownPath } from '../visible.ts';
import { cut, duration, endpoint, plural, shortEndpoint, thousands, wrap } from '../wording.ts';
import type { PerSecond } from './rates.ts';
import type { WatchedFinding, WatchMoment } from './watch-report.ts';

/** All that a screen shows. */
export interface Screen {
  readonly path: string;
  /** Null before the first packet. */
  readonly moment: WatchMoment | null;
  readonly perSecond: PerSecond | null;
  readonly summary: Pick<Summary, 'groups' | 'otherGroups'>;
  /** Those of late, the newest last. */
  readonly newest: readonly WatchedFinding[];
  /** Seconds since something came. */
  readonly quiet: number;
  /** Seconds of silence that end a connection. */
  readonly idle: number;
}

export interface ScreenOptions {
  readonly width: number;
  /** Lines that there are. */
  readonly height: number;
  readonly palette?: Palette;
  readonly zone?: Zone;
}

/** Names of states for narrow tables. */
const SHORT: Readonly<Record<State, string>> = {
  CLOSED: 'CLOSED',
  LISTEN: 'LISTEN',
  SYN_SENT: 'SYN_S',
  SYN_RCVD: 'SYN_R',
  ESTABLISHED: 'ESTAB',
  FIN_WAIT_1: 'FIN_W1',
  FIN_WAIT_2: 'FIN_W2',
  CLOSE_WAIT: 'CLOSE_W',
  CLOSING: 'CLOSING',
  LAST_ACK: 'LAST_A',
  TIME_WAIT: 'TIME_W',
};

/** Seconds without a packet that are told of. */
const QUIET = 3;
/** Lines of sockets that stay where there are many findings, and of findings where there are many sockets. */
const LEAST = 4;

/** What is open now and what was found, in the lines of a terminal. */
export function formatScreen(screen: Screen, options: ScreenOptions): string[] {
  const { width, height, palette = PLAIN, zone = UTC } = options;
  const title = titleLine(screen, width, zone, palette);
  if (screen.moment === null) return [title, '', 'Nothing was captured yet.'];
  const head = [title, ...countLines(screen.moment, screen, width), ''];
  const found = foundLines(screen, width, palette, zone);
  const room = Math.max(LEAST, height - head.length - 1);
  const groups = groupsOf(screen.moment.sockets);
  const forFound = Math.min(found.length, Math.max(LEAST, room - groups.length - 2));
  const sockets = socketLines(groups, room - forFound - 1, width, palette);
  return [...head, ...sockets, ...(found.length > 0 ? ['', ...found.slice(0, forFound)] : [])]
    .slice(0, height - 1)
    .map((line) => line.trimEnd());
}

function titleLine({ path, moment }: Screen, width: number, zone: Zone, palette: Palette): string {
  const at = moment && `${clockOf(moment.time, zone, 0)} ${zoneName(moment.time, zone)}`;
  const name = path === '-' ? 'standard input' : shownPath(path);
  const right = at ? `${at}  Ctrl-C ends it` : 'Ctrl-C ends it';
  const left = cut(`lastack watch: ${name}`, width - right.length - 2);
  return `${palette.strong(left)}${' '.repeat(Math.max(2, width - left.length - right.length))}${palette.dim(right)}`;
}

function countLines(
  { elapsed, segments, opened, ended, open, silent }: WatchMoment,
  { perSecond, quiet, idle }: Screen,
  width: number,
): string[] {
  const rate = (value: number | undefined): string =>
    value === undefined ? '' : ` (${rateText(value)} a second)`;
  const sentences = [
    `${plural(segments, 'segment')}${rate(perSecond?.segments)} in ${duration(elapsed)}.`,
    `${plural(open, 'connection')} open; ${thousands(opened)} began${rate(perSecond?.opened)}, ${thousands(ended)} are over${rate(perSecond?.ended)}.`,
    ...(silent > 0
      ? [
          `${thousands(silent)} of them were silent for ${duration(idle)}, or unanswered, and are counted as over.`,
        ]
      : []),
    ...(quiet >= QUIET ? [`Nothing came for ${duration(Math.floor(quiet))}.`] : []),
  ];
  return wrap(sentences.join(' '), width);
}

function rateText(value: number): string {
  return value >= 100 ? thousands(Math.round(value)) : value.toFixed(value >= 10 ? 0 : 1);
}

interface Group {
  readonly of: SocketCount;
  readonly counts: Map<State, SocketCount>;
  total: number;
}

/** By host, side and service, those with the most sockets first; all services of a host together are left to the other commands. */
function groupsOf(counts: readonly SocketCount[]): Group[] {
  const groups = new Map<string, Group>();
  for (const count of counts) {
    if (count.service === null && count.host !== null) continue;
    const { host, side, service, state, sockets } = count;
    const key = `${side} ${host} ${service?.address} ${service?.port}`;
    const group = groups.get(key) ?? { of: count, counts: new Map<State, SocketCount>(), total: 0 };
    group.counts.set(state, count);
    group.total += sockets;
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => b.total - a.total);
}

function socketLines(groups: readonly Group[], room: number, width: number, palette: Palette): string[] {
  if (groups.length === 0) return ['No socket is open.'];
  const isCut = groups.length > room - 1;
  const shown = isCut ? groups.slice(0, Math.max(1, room - 2)) : groups;
  const states = STATES.filter((state) => groups.some(({ counts }) => counts.has(state)));
  const wide = tableOf(shown, states, (state) => state, width, palette);
  const fits = tableOf(shown, states, (state) => state, width, PLAIN).every((line) => line.length <= width);
  const lines = fits ? wide : tableOf(shown, states, (state) => SHORT[state], width, palette);
  const rest = groups.length - shown.length;
  return rest === 0
    ? lines
    : [...lines, `… and ${plural(rest, 'more host and service', 'more hosts and services')}`];
}

function tableOf(
  groups: readonly Group[],
  states: readonly State[],
  nameOf: (state: State) => string,
  width: number,
  palette: Palette,
): string[] {
  const names = states.map(nameOf);
  const room = Math.max(24, width - names.reduce((sum, name) => sum + name.length + 2, 2));
  const rows = groups.map(({ of, counts }) => [
    whoText(of, room),
    ...states.map((state) => {
      const count = counts.get(state);
      return count ? thousands(count.sockets) : palette.dim('-');
    }),
  ]);
  const right = states.map((_, index) => index + 1);
  return columns([[palette.dim('sockets of'), ...names.map(palette.dim)], ...rows], { right });
}

/** `10.0.0.1 to 10.0.0.2:80` of a client, `10.0.0.2:80` of a server. */
function whoText({ host, side, service }: SocketCount, room: number): string {
  if (host === null || service === null) return `other ${side}s`;
  if (side === 'server') return shortEndpoint(service, room);
  const whole = `${host} to ${endpoint(service)}`;
  if (whole.length <= room) return whole;
  const each = Math.floor((room - 4) / 2);
  return `${cut(host, each)} to ${shortEndpoint(service, room - 4 - Math.min(each, host.length))}`;
}

function foundLines({ summary, newest }: Screen, width: number, palette: Palette, zone: Zone): string[] {
  const groups = groupLines({ summary }, width, palette);
  if (groups.length === 0) return ['Nothing was found so far, but for notes.'];
  const late = newest
    .filter(({ finding: { tier } }) => tier !== 'note')
    .toReversed()
    .map(({ time, connection, server, finding: { tier, rule, side } }) => {
      const place = `${timeOfDay(time, zone, 0)}  #${connection} ${shortEndpoint(server, 28)}  `;
      const label = cut(`${rule}: ${labelOf(rule, side)}`, width - place.length - 2);
      return `  ${place}${palette.verdict[tier](label)}`;
    });
  return [...groups, ...(late.length > 0 ? ['', palette.dim('  newest'), ...late] : [])];
}
