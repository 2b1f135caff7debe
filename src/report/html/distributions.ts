import type { Side } from '../../machine/state.ts';
import { element, label, text } from '../diagram/svg.ts';
import type { Report } from '../report.ts';
import type { Distribution } from '../summary/quantiles.ts';
import { duration, plural, shortEndpoint, thousands } from '../wording.ts';

const WIDTH = 900;
const LEFT = 250;
const RIGHT = 24;
const ROW = 26;
const AXIS = 26;
/** Rows of one picture. */
const MOST = 15;

interface Row {
  readonly name: string;
  readonly times: Distribution;
}

/** Time to close, CLOSE_WAIT and FIN_WAIT_2 by service, on a logarithmic axis. */
export function distributionsSection({ summary: { services } }: Report): string {
  const ofState = (state: 'CLOSE_WAIT' | 'FIN_WAIT_2'): Row[] =>
    services.flatMap((service) =>
      (['client', 'server'] as const satisfies Side[]).flatMap((side) => {
        const times = service.states[side][state];
        return times === null ? [] : [{ name: `${shortEndpoint(service, 28)}, ${side}`, times }];
      }),
    );
  const closing = services.flatMap((service) =>
    service.closing === null ? [] : [{ name: shortEndpoint(service, 36), times: service.closing }],
  );
  return [
    '<h2 id="times">How long it takes</h2>',
    '<p class="quiet">The line goes from the shortest to the longest, the bar from the median to 95 %; the axis is logarithmic.</p>',
    pictureOf('Time to close', closing),
    pictureOf('CLOSE_WAIT', ofState('CLOSE_WAIT')),
    pictureOf('FIN_WAIT_2', ofState('FIN_WAIT_2')),
  ].join('\n');
}

function pictureOf(name: string, all: readonly Row[]): string {
  if (all.length === 0)
    return `<h3>${text(name)}</h3><p class="quiet">No connection shows how long it lasted.</p>`;
  const rows = all.slice(0, MOST);
  const rest = all.length - rows.length;
  const least = Math.floor(Math.log10(Math.max(1e-6, Math.min(...rows.map(({ times }) => times.min)))));
  const most = Math.max(
    least + 1,
    Math.ceil(Math.log10(Math.max(1e-5, ...rows.map(({ times }) => times.max)))),
  );
  const x = (seconds: number): number =>
    LEFT + ((WIDTH - LEFT - RIGHT) * (Math.log10(Math.max(10 ** least, seconds)) - least)) / (most - least);
  const height = rows.length * ROW + AXIS;
  const decades = Array.from({ length: most - least + 1 }, (_, index) => 10 ** (least + index));
  const grid = decades.flatMap((seconds) => [
    element('line', { class: 'ruled', x1: x(seconds), x2: x(seconds), y1: 0, y2: height - AXIS + 4 }),
    label(x(seconds), height - 8, duration(seconds), { class: 'q', 'text-anchor': 'middle' }),
  ]);
  const drawn = rows.flatMap(({ name: row, times }, index) => {
    const y = index * ROW + ROW / 2;
    const title = `${row}: ${timesText(times)}`;
    return element(
      'g',
      {},
      [
        element('title', {}, text(title)),
        label(LEFT - 10, y + 4, row, { 'text-anchor': 'end' }),
        element('line', { class: 'range', x1: x(times.min), x2: x(times.max), y1: y, y2: y }),
        element('rect', {
          class: 'span',
          x: x(times.median),
          y: y - 6,
          width: Math.max(1, x(times.p95) - x(times.median)),
          height: 12,
        }),
        element('circle', { class: 'dot', cx: x(times.median), cy: y, r: 4 }),
      ].join(''),
    );
  });
  const cells = rows.map(
    ({ name: row, times: { count, min, median, p95, max } }) =>
      `<tr><th scope="row" class="mono">${text(row)}</th><td class="n">${thousands(count)}</td>${[min, median, p95, max].map((value) => `<td class="n">${text(duration(value))}</td>`).join('')}</tr>`,
  );
  const heads = ['service', 'count', 'shortest', 'median', '95 %', 'longest'];
  return `<h3>${text(name)}</h3>
<div class="scroll" tabindex="0" role="region" aria-label="${text(name)}">${element('svg', { class: 'lk chart', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img', 'aria-label': `${name} by service; the table below has the numbers` }, [...grid, ...drawn].join(''))}</div>
<details><summary>Numbers</summary><div class="body scroll" tabindex="0" role="region" aria-label="${text(`Numbers: ${name}`)}"><table><thead><tr>${heads.map((one, index) => element('th', { scope: 'col', class: index > 0 ? 'n' : null }, text(one))).join('')}</tr></thead><tbody>${cells.join('')}</tbody></table></div></details>
${rest > 0 ? element('p', { class: 'quiet' }, `${plural(rest, 'more row')} not drawn.`) : ''}`;
}

function timesText({ count, min, median, p95, max }: Distribution): string {
  return `${plural(count, 'time')}, shortest ${duration(min)}, median ${duration(median)}, 95 % within ${duration(p95)}, longest ${duration(max)}`;
}
