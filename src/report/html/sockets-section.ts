import { EPHEMERAL_PORTS } from '../../rules/time-wait/time-wait-pressure.ts';
import { element, label, text } from '../diagram/svg.ts';
import { stateColour } from '../diagram/theme.ts';
import type { Report } from '../report.ts';
import { socketSentences } from '../summary/socket-words.ts';
import { clockOf, UTC } from '../text/clock.ts';
import { secondsBetween } from '../time-span.ts';
import { duration, plural, thousands } from '../wording.ts';
import { areasOf } from './areas.ts';
import type { PageData, SeriesGroup, SocketSeries } from './page-data.ts';

/** The picture of one host and side. */
const WIDTH = 900;
const HEIGHT = 190;
const LEFT = 56;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 26;
/** Stretches of time that are drawn. */
const MOST = 6;
/** The budget is drawn as a line where the sockets come so near to it. */
const NEAR = 0.2;

/** Sockets over time: stacked by state for each host and side, and a moment to choose. */
export function socketsSection(data: PageData): string {
  const { report, series } = data;
  const shown = series.filter(({ groups }) => groups.length > 0).slice(0, MOST);
  const sentences = socketSentences(report.summary, {
    twoMsl: 2 * report.profile.msl,
    captures: report.captures,
  });
  const rest = series.length - shown.length;
  return [
    '<h2 id="sockets">Sockets over time</h2>',
    ...sentences.map((one) => element('p', {}, text(one))),
    shown.length === 0 ? '<p class="quiet">Nobody counted sockets over time here.</p>' : '',
    ...shown.map((one, index) => periodOf(one, index, data)),
    rest > 0
      ? element(
          'p',
          { class: 'quiet' },
          `${plural(rest, 'more stretch', 'more stretches')} of time are not drawn.`,
        )
      : '',
  ].join('\n');
}

function periodOf(series: SocketSeries, index: number, data: PageData): string {
  const { start, step, steps, groups, unlisted } = series;
  const span = step * (steps - 1);
  const more = unlisted > 0 ? `; ${plural(unlisted, 'more host')} with fewer sockets not drawn` : '';
  const title = `From ${clockOf(start, UTC, 3)} UTC, ${duration(span)}, in steps of ${duration(step)}${more}.`;
  return `<div class="period" data-period="${index}">
${element('p', { class: 'quiet' }, text(title))}
<div class="js-only"><label for="moment-${index}">Moment: <output id="moment-out-${index}">+0 s</output></label>
<input type="range" id="moment-${index}" min="0" max="${steps - 1}" value="${steps - 1}" data-moment="${index}"></div>
<div class="js-only scroll" id="moment-table-${index}" tabindex="0" role="region" aria-label="Sockets at the moment that is chosen"></div>
${groups.map((group, place) => groupOf(group, series, `p${index}g${place}`, data)).join('\n')}</div>`;
}

function groupOf(group: SeriesGroup, series: SocketSeries, id: string, { report, ports }: PageData): string {
  const { host, side, states } = group;
  const { areas, most } = areasOf(group, series.steps);
  const budget = ports === null ? EPHEMERAL_PORTS : ports.high - ports.low + 1;
  const timeWaits = Math.max(0, ...(states.find(({ state }) => state === 'TIME_WAIT')?.sockets ?? []));
  const isHolder = side === 'client' && timeWaits > 0;
  const isNear = isHolder && timeWaits >= NEAR * budget;
  const top = niceAbove(isNear ? Math.max(most, budget) : most);
  const x = (step: number): number => LEFT + ((WIDTH - LEFT - RIGHT) * step) / Math.max(1, series.steps - 1);
  const y = (sockets: number): number => HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * sockets) / top;
  const paths = areas.map(({ state, isProven, from, to }) => {
    const colour = stateColour(state);
    const way = areaPath(from, to, x, y);
    const values = isProven ? { class: `s-${colour}` } : { fill: `url(#${id}-${colour})` };
    return element('path', { ...values, d: way });
  });
  const hatches = states.map(({ state }) =>
    element(
      'pattern',
      {
        id: `${id}-${stateColour(state)}`,
        width: 6,
        height: 6,
        patternUnits: 'userSpaceOnUse',
        patternTransform: 'rotate(45)',
      },
      element('path', { class: `h-${stateColour(state)}`, d: 'M0 0V6' }),
    ),
  );
  const name = `${host ?? 'all other hosts'}, ${side} side`;
  const peaks = states.map(({ state, sockets }) => `${state} at most ${thousands(Math.max(...sockets))}`);
  const range = ports === null ? 'that Linux hands out' : `${ports.low}–${ports.high}`;
  const words = [
    `At most ${plural(most, 'socket')} at a step. ${peaks.join(', ')}.`,
    ...(isHolder
      ? [
          `At most ${thousands(timeWaits)} TIME_WAIT at once, to all services together; for each service there are ${thousands(budget)} ports (${range}).`,
        ]
      : []),
    ...slopeWords(group, report),
  ];
  const picture = element(
    'svg',
    {
      class: 'lk chart',
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: 'img',
      'aria-label': `Sockets of ${name}. ${words.join(' ')}`,
      'data-chart': id,
    },
    [
      `<defs>${hatches.join('')}</defs>`,
      ...axes(series, top, x, y),
      ...paths,
      ...slopeLines(group, series, report, x, y, top),
      isNear
        ? element('line', { class: 'budget', x1: LEFT, x2: WIDTH - RIGHT, y1: y(budget), y2: y(budget) }) +
          label(WIDTH - RIGHT, y(budget) - 4, `${thousands(budget)} ports for each service`, {
            'text-anchor': 'end',
            class: 't-violation halo',
          })
        : '',
      element('line', {
        class: 'cursor js-only',
        x1: WIDTH - RIGHT,
        x2: WIDTH - RIGHT,
        y1: TOP,
        y2: HEIGHT - BOTTOM,
      }),
    ].join(''),
  );
  const legend = states.map(
    ({ state }) => `<li><span class="swatch s-${stateColour(state)}"></span>${state}</li>`,
  );
  return `<h3>${text(name)}</h3>
<ul class="legend">${legend.join('')}<li class="quiet">full: proven; striped: assumed</li></ul>
<div class="scroll" tabindex="0" role="region" aria-label="${text(`Chart of ${name}`)}">${picture}</div>
${words.map((one) => element('p', { class: 'quiet' }, text(one))).join('')}`;
}

type Scale = (value: number) => number;

function areaPath(from: readonly number[], to: readonly number[], x: Scale, y: Scale): string {
  const point = (step: number, value: number): string => `${x(step).toFixed(1)} ${y(value).toFixed(1)}`;
  const there = to.map((value, step) => point(step, value));
  const back = from.map((value, step) => point(step, value)).reverse();
  return `M${there.join('L')}L${back.join('L')}Z`;
}

function axes(series: SocketSeries, top: number, x: Scale, y: Scale): string[] {
  const span = series.step * (series.steps - 1);
  const counts = [0, top / 2, top].filter(Number.isInteger);
  const times = [0, 0.25, 0.5, 0.75, 1];
  return [
    ...counts.flatMap((count) => [
      element('line', { class: 'ruled', x1: LEFT, x2: WIDTH - RIGHT, y1: y(count), y2: y(count) }),
      label(LEFT - 6, y(count) + 4, thousands(count), { 'text-anchor': 'end', class: 'q' }),
    ]),
    ...times.map((share) =>
      label(x(share * (series.steps - 1)), HEIGHT - 8, `+${duration(span * share)}`, {
        class: 'q',
        'text-anchor': share === 0 ? 'start' : share === 1 ? 'end' : 'middle',
      }),
    ),
  ];
}

/** The next of 1, 2, 4, 10, 20, 40, … from a number on. */
function niceAbove(most: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, most)));
  return [1, 2, 4, 10].map((factor) => factor * power).find((value) => value >= most) ?? 10 * power;
}

/** Piles of sockets that nobody closes, of this host and side: those that only their own side can end. FIN_WAIT_2 may time out. */
function pilesOf(
  { host, side }: SeriesGroup,
  { summary }: Report,
): Report['summary']['sockets']['stuck'][number][] {
  return summary.sockets.stuck.filter(
    (one) => one.state === 'CLOSE_WAIT' && one.host === host && one.side === side,
  );
}

function slopeWords(group: SeriesGroup, report: Report): string[] {
  return pilesOf(group, report).flatMap(({ state, sockets, perSecond }) =>
    perSecond === null
      ? []
      : [`${thousands(sockets)} ${state} stay to the end; ${perSecond} more a second (dotted line).`],
  );
}

function slopeLines(
  group: SeriesGroup,
  series: SocketSeries,
  report: Report,
  x: Scale,
  y: Scale,
  top: number,
): string[] {
  return pilesOf(group, report).flatMap(({ since, until, sockets }) => {
    const [from, to] = [since, until].map((time) => secondsBetween(series.start, time) / series.step);
    if (from === undefined || to === undefined || from < 0 || to > series.steps || sockets > top) return [];
    return [element('line', { class: 'slope', x1: x(from), x2: x(to), y1: y(0), y2: y(sockets) })];
  });
}
