import { CLOSERS } from '../../machine/close.ts';
import { element, text } from '../diagram/svg.ts';
import type { Report } from '../report.ts';
import type { Distribution } from '../summary/quantiles.ts';
import type { ServiceSummary } from '../summary/service-summary.ts';
import { duration, endpoint, plural, thousands } from '../wording.ts';

/** A cell: what is shown, and what is sorted by; null sorts last. */
interface Cell {
  readonly shown: string;
  readonly value: number | string | null;
}

const COLUMNS: readonly {
  readonly name: string;
  readonly isNumber: boolean;
  readonly of: (service: ServiceSummary) => Cell;
}[] = [
  { name: 'service', isNumber: false, of: (one) => ({ shown: endpoint(one), value: endpoint(one) }) },
  { name: 'connections', isNumber: true, of: ({ connections }) => count(connections) },
  { name: 'closes first', isNumber: false, of: closesFirst },
  { name: 'resets', isNumber: true, of: ({ resets }) => count(resets) },
  { name: 'closing, median', isNumber: true, of: ({ closing }) => time(closing, 'median') },
  { name: '95 %', isNumber: true, of: ({ closing }) => time(closing, 'p95') },
  { name: 'longest', isNumber: true, of: ({ closing }) => time(closing, 'max') },
  { name: 'CLOSE_WAIT, longest', isNumber: true, of: (one) => longestIn(one, 'CLOSE_WAIT') },
  { name: 'FIN_WAIT_2, longest', isNumber: true, of: (one) => longestIn(one, 'FIN_WAIT_2') },
  { name: 'closes as', isNumber: false, of: ({ closes }) => kinds(closes) },
];

/** The services as a table to sort and to filter; without scripts it stands as it is, the most connections first. */
export function servicesSection({ summary: { services, otherServices } }: Report): string {
  const heads = COLUMNS.map(({ name, isNumber }, index) =>
    element(
      'th',
      {
        scope: 'col',
        class: isNumber ? 'n' : null,
        'aria-sort': name === 'connections' ? 'descending' : null,
        'data-column': index,
      },
      text(name),
    ),
  );
  const rows = services.map((service) => {
    const cells = COLUMNS.map(({ of, isNumber }, index) => {
      const { shown, value } = of(service);
      const values = { class: isNumber ? 'n' : null, 'data-v': value === null ? '' : String(value) };
      return index === 0
        ? element('th', { ...values, scope: 'row', class: 'mono' }, text(shown))
        : element('td', values, text(shown));
    });
    return element('tr', { 'data-service': endpoint(service) }, cells.join(''));
  });
  const rest = otherServices
    ? `${plural(otherServices.services, 'more service')} with ${plural(otherServices.connections, 'connection')} are not listed.`
    : '';
  return `<h2 id="services">Services</h2>
<div class="bar js-only"><label>Filter services <input type="search" id="service-filter" autocomplete="off"></label><span class="quiet" id="service-count" role="status"></span></div>
<div class="scroll" tabindex="0" role="region" aria-label="Services"><table id="service-table"><thead><tr>${heads.join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>
${element('p', { class: 'quiet' }, text(rest))}`;
}

function count(number: number): Cell {
  return { shown: thousands(number), value: number };
}

function time(times: Distribution | null, which: 'median' | 'p95' | 'max'): Cell {
  return times === null
    ? { shown: '–', value: null }
    : { shown: duration(times[which]), value: times[which] };
}

function longestIn({ states }: ServiceSummary, state: 'CLOSE_WAIT' | 'FIN_WAIT_2'): Cell {
  const both = [states.client[state], states.server[state]].filter((one) => one !== null);
  const [longest] = both.sort((a, b) => b.max - a.max);
  return time(longest ?? null, 'max');
}

function closesFirst({ closers, connections }: ServiceSummary): Cell {
  const [most = 'none'] = [...CLOSERS].sort((a, b) => closers[b] - closers[a]);
  const percent = Math.round((100 * closers[most]) / Math.max(1, connections));
  const name = most === 'none' ? 'neither' : most;
  return { shown: `${name} ${percent} %`, value: `${name} ${String(percent).padStart(3, '0')}` };
}

function kinds(closes: ServiceSummary['closes']): Cell {
  const sorted = Object.entries(closes).sort(([, a], [, b]) => b - a);
  const shown = sorted.map(([kind, number]) => `${thousands(number)} ${kind}`).join(', ');
  return { shown, value: sorted[0]?.[0] ?? '' };
}
