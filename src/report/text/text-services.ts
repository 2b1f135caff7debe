import { CLOSERS } from '../../machine/close.ts';
import type { Report } from '../report.ts';
import type { Distribution } from '../summary/quantiles.ts';
import type { ServiceSummary } from '../summary/service-summary.ts';
import type { TimedState } from '../summary/timed-states.ts';
import { duration, endpoint, plural, shortEndpoint, thousands, wrap } from '../wording.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';
import { idleTexts } from './text-causes.ts';

const MOST = 5;

/** What the table tells the times of, the most important first. */
const TIMED = ['closing', 'CLOSE_WAIT', 'FIN_WAIT_2', 'TIME_WAIT'] as const satisfies readonly (
  | 'closing'
  | TimedState
)[];
type Timed = (typeof TIMED)[number];

/** What it tells of them. */
const MEASURES: Readonly<Record<string, (times: Distribution) => number>> = {
  median: ({ median }) => median,
  '95 %': ({ p95 }) => p95,
  longest: ({ max }) => max,
};

/** How much of that there is room for: the first that fits. */
const LAYOUTS: readonly { readonly timed: number; readonly measures: readonly string[] }[] = [
  { timed: 4, measures: ['median', '95 %', 'longest'] },
  { timed: 4, measures: ['median', 'longest'] },
  { timed: 3, measures: ['median', 'longest'] },
  { timed: 2, measures: ['median', '95 %', 'longest'] },
  { timed: 2, measures: ['median', 'longest'] },
  { timed: 1, measures: ['median', 'longest'] },
];

/** The services with the most connections: who closes first, how long closing takes, and the states it goes through. */
export function serviceLines({ summary }: Report, width: number, palette: Palette): string[] {
  const { services, otherServices, connections } = summary;
  if (connections < 2) return [];
  const drawn = services.slice(0, MOST);
  const timed = TIMED.filter((what) => drawn.some((service) => timesOf(service, what) !== null));
  const tables = LAYOUTS.map((layout) => {
    const shown = timed.slice(0, layout.timed);
    return tableOf(drawn, shown, layout.measures, width, palette);
  });
  const table = tables.find(({ columns: wide }) => wide <= width) ?? tables.at(-1);
  const rest = services.length - drawn.length + (otherServices?.services ?? 0);
  const more = rest > 0 ? [`  … and ${plural(rest, 'more service')}: --format json lists them`] : [];
  const idle = drawn.flatMap(idleTexts).flatMap((text) => {
    const [first = '', ...others] = wrap(text, width - 6);
    return [`  ${first}`, ...others.map((line) => `      ${line}`)];
  });
  return [...(table?.lines ?? []), ...more, ...idle];
}

function tableOf(
  services: readonly ServiceSummary[],
  timed: readonly Timed[],
  measures: readonly string[],
  width: number,
  palette: Palette,
): { lines: string[]; columns: number } {
  const room = Math.max(21, width - 60);
  const plain = services.map((service) => [
    shortEndpoint(service, room),
    thousands(service.connections),
    closersText(service),
    ...timed.flatMap((what) => timesText(timesOf(service, what), measures)),
  ]);
  const states = timed.flatMap((what) => [what, ...measures.slice(1).map(() => '')]);
  const heads = [
    ['', '', '', ...states],
    ['service', 'closed', 'first', ...timed.flatMap(() => measures)],
  ];
  const isTimed = timed.length > 0;
  const rows = [...(isTimed ? heads : heads.slice(1)), ...plain];
  const lines = columns(rows, { indent: 2, right: [1] });
  const longest = Math.max(...lines.map((line) => line.length));
  const dimmed = lines.map((line, index) => (index < rows.length - plain.length ? palette.dim(line) : line));
  return { lines: dimmed, columns: longest };
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

/** Who closes first most often. */
function closersText({ closers, connections }: ServiceSummary): string {
  const [most = 'none'] = [...CLOSERS].sort((a, b) => closers[b] - closers[a]);
  return `${most === 'none' ? 'neither' : most} ${share(closers[most], connections)}`;
}

function share(part: number, whole: number): string {
  const percent = Math.round((100 * part) / whole);
  return percent === 0 ? '< 1 %' : percent === 100 && part < whole ? '> 99 %' : `${percent} %`;
}

/** Of a state: of the side that was in it more often. */
function timesOf({ closing, states }: ServiceSummary, what: Timed): Distribution | null {
  if (what === 'closing') return closing;
  const [client, server] = [states.client[what], states.server[what]];
  return (client?.count ?? 0) > (server?.count ?? 0) ? client : server;
}

function timesText(times: Distribution | null, measures: readonly string[]): string[] {
  return measures.map((name) => (times ? duration(MEASURES[name]?.(times) ?? 0) : '-'));
}
