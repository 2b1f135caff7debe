import { duration } from '../../wording.ts';
import type { SocketSeries } from '../page-data.ts';

/** The moment that is chosen on the time line: a line in each picture, and a table of the sockets then. */
export function enliveMoments(page: Document): void {
  const json = page.getElementById('data')?.textContent;
  if (!json) return;
  const { series } = JSON.parse(json) as { readonly series: readonly SocketSeries[] };
  const drawn = series.filter(({ groups }) => groups.length > 0);
  for (const period of page.querySelectorAll<HTMLElement>('.period')) {
    const own = drawn[Number(period.dataset['period'])];
    const range = period.querySelector<HTMLInputElement>('input[type=range]');
    if (!own || !range) continue;
    const show = (): void => showMoment(page, period, own, Number(range.value));
    range.addEventListener('input', show);
    for (const chart of period.querySelectorAll<SVGSVGElement>('svg.chart')) {
      chart.addEventListener('click', (event) => {
        range.value = String(stepAt(chart, event.clientX, own.steps));
        show();
      });
    }
    show();
  }
}

/** The edges of a picture, as the report draws it. */
const [WIDTH, LEFT, RIGHT] = [900, 56, 12];

function stepAt(chart: SVGSVGElement, clientX: number, steps: number): number {
  const { left, width } = chart.getBoundingClientRect();
  const share = (((clientX - left) / width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT);
  return Math.round(Math.min(1, Math.max(0, share)) * (steps - 1));
}

function showMoment(page: Document, period: HTMLElement, series: SocketSeries, step: number): void {
  const { steps, groups } = series;
  const x = LEFT + ((WIDTH - LEFT - RIGHT) * step) / Math.max(1, steps - 1);
  for (const line of period.querySelectorAll('.cursor')) {
    line.setAttribute('x1', String(x));
    line.setAttribute('x2', String(x));
  }
  const time = `+${duration(series.step * step)}`;
  const output = period.querySelector('output');
  if (output) output.textContent = time;
  const range = period.querySelector('input[type=range]');
  range?.setAttribute('aria-valuetext', time);
  const table = page.createElement('table');
  const head = table.createTHead().insertRow();
  for (const name of ['host', 'side', 'state', 'sockets', 'proven', 'assumed']) {
    const cell = page.createElement('th');
    cell.scope = 'col';
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const { host, side, states } of groups) {
    for (const { state, sockets, proven } of states) {
      const count = sockets[step] ?? 0;
      if (count === 0) continue;
      const row = body.insertRow();
      const surely = proven[step] ?? 0;
      for (const words of [host ?? 'other hosts', side, state, count, surely, count - surely]) {
        row.insertCell().textContent = String(words);
      }
    }
  }
  if (body.rows.length === 0) body.insertRow().insertCell().textContent = 'No socket at this moment.';
  period.querySelector('[id^=moment-table]')?.replaceChildren(table);
}
