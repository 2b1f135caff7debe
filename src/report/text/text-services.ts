import { CLOSERS } from '../../machine/close.ts';
import type { Report } from '../report.ts';
import type { Distribution } from '../summary/quantiles.ts';
import type { ServiceSummary } from '../summary/service-summary.ts';
import type { TimedState } from '../summary/timed-states.ts';
import { cut, duration, endpoint, plural, wrap } from '../wording.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';
import { idleTexts } from './text-causes.ts';

const MOST = 5;
/** Everything of a row but the service: indent, who closed first, four times, and what is between. */
const ROOM_FOR_OTHERS = 59;

/** Timed states that the table has room for. */
const STATES = ['CLOSE_WAIT', 'FIN_WAIT_2', 'TIME_WAIT'] as const satisfies readonly TimedState[];

/** The services with the most connections: who closes first, how long closing takes, and the states it goes through. */
export function serviceLines({ summary }: Report, width: number, palette: Palette): string[] {
  const { services, otherServices, connections } = summary;
  if (connections < 2) return [];
  const drawn = services.slice(0, MOST);
  const rows = drawn.map((service) => [
    `${cut(endpoint(service), Math.max(21, width - ROOM_FOR_OTHERS))}\n${plural(service.connections, 'connection')}\n`,
    closersText(service),
    ...[service.closing, ...STATES.map((state) => mostOf(service, state))].map((times) =>
      timesText(times, palette),
    ),
  ]);
  const head = ['service', 'first', 'closing', ...STATES].map(palette.dim);
  const rest = services.length - drawn.length + (otherServices?.services ?? 0);
  const more = rest > 0 ? [`  … and ${plural(rest, 'more service')}: --format json lists them`] : [];
  const idle = drawn.flatMap(idleTexts).flatMap((text) => {
    const [first = '', ...others] = wrap(text, width - 6);
    return [`  ${first}`, ...others.map((line) => `      ${line}`)];
  });
  return [
    ...columns([head, ...rows], { indent: 2 }).filter(Boolean),
    palette.dim('  who closed first; median, 95th percentile, longest of what has both its ends'),
    ...more,
    ...idle,
  ];
}

/** The capture-wide rule's findings. */
export function pressureLines({ summary }: Report, width: number, palette: Palette): string[] {
  const shown = summary.pressure
    .slice(0, MOST)
    .flatMap(({ tier, rule, service, message, clause }) => [
      `  ${palette.verdict[tier](tier)} ${palette.strong(rule)} ${endpoint(service)}`,
      ...wrap(`${message} (${clause})`, width - 4).map((line) => `    ${line}`),
      ...wrap(
        `Advice: let the server close first (${endpoint(service)}), or keep connections open.`,
        width - 4,
      ).map((line) => palette.dim(`    ${line}`)),
    ]);
  const rest = summary.pressure.length - MOST;
  return rest > 0 ? [...shown, `  … and ${plural(rest, 'more address', 'more addresses')}`] : shown;
}

/** The two who close first most often, one a line. */
function closersText({ closers, connections }: ServiceSummary): string {
  const [first = '', second = ''] = CLOSERS.filter((closer) => closers[closer] > 0)
    .sort((a, b) => closers[b] - closers[a])
    .map((closer) => `${closer === 'none' ? 'neither' : closer} ${share(closers[closer], connections)}`);
  return `${first}\n${second}\n`;
}

function share(part: number, whole: number): string {
  const percent = Math.round((100 * part) / whole);
  return percent === 0 ? '< 1 %' : percent === 100 && part < whole ? '> 99 %' : `${percent} %`;
}

/** Of the side that was in the state more often. */
function mostOf({ states }: ServiceSummary, state: TimedState): Distribution | null {
  const [client, server] = [states.client[state], states.server[state]];
  return (client?.count ?? 0) > (server?.count ?? 0) ? client : server;
}

function timesText(times: Distribution | null, palette: Palette): string {
  if (!times) return '-\n\n';
  return `${duration(times.median)}\n${palette.dim(duration(times.p95))}\n${palette.dim(duration(times.max))}`;
}
