import { ALL_RULES } from '../../rules/all-rules.ts';
import { CAUSE_DOCS } from '../../rules/causes/cause-names.ts';
import type { RuleMeta } from '../../rules/rule.ts';
import { element, text } from '../diagram/svg.ts';
import type { Report } from '../report.ts';
import { type Kind, kindsOf } from '../text/kinds.ts';
import { labelOf } from '../text/labels.ts';
import { type CauseGroup, causeGroups, causeSentence } from '../text/text-causes.ts';
import { endpoint, enumerate, kinds, plural, thousands } from '../wording.ts';

const RULES: ReadonlyMap<string, RuleMeta> = new Map(ALL_RULES.map((meta) => [meta.id, meta]));
/** Kinds and services that are named. */
const MOST = 40;
const MOST_SERVICES = 5;

/** Findings by kind, with what a kind is and what to do; then causes, with what is known to help. */
export function findingsSection(report: Report, drawn: ReadonlySet<number>): string {
  const all = kindsOf(report.summary);
  const rest = all.length - MOST;
  const causes = causeGroups(report.summary);
  return [
    '<h2 id="findings">Findings</h2>',
    all.length === 0 ? '<p>Nothing was found.</p>' : '',
    ...all.slice(0, MOST).map((kind) => kindDetails(kind, drawn)),
    rest > 0 ? element('p', { class: 'quiet' }, text(`… and ${kinds(rest, 'more ')}.`)) : '',
    ...policyTexts(report),
    causes.length > 0 ? '<h3 id="causes">Causes of resets and broken closes</h3>' : '',
    ...causes.map((group) => causeDetails(group, drawn)),
  ].join('\n');
}

/** A link to a connection where that is drawn, else its number. */
export function linkTo(id: number, drawn: ReadonlySet<number>): string {
  return drawn.has(id) ? element('a', { href: `#c${id}` }, `#${id}`) : `#${id}`;
}

function kindDetails({ tier, rule, side, count, first, services }: Kind, drawn: ReadonlySet<number>): string {
  const meta = RULES.get(rule);
  const named = services.slice(0, MOST_SERVICES).map(endpoint);
  const rest = services.length - named.length;
  const places = enumerate(rest > 0 ? [...named, `${thousands(rest)} more`] : named);
  const row = [
    element('span', { class: `tag t-${tier}` }, text(tier)),
    element('b', { class: 'mono' }, text(rule)),
    element('span', { class: 'grow' }, text(labelOf(rule, side))),
    side === null ? '' : element('span', { class: 'quiet' }, side),
    element('span', {}, text(`${thousands(count)} ×`)),
  ].join('');
  const docs = meta
    ? [
        ['What', meta.docs.what],
        ['Why', meta.docs.why],
        ['When it is legitimate', meta.docs.legitimate],
        ['What to do', meta.docs.action],
        ['What would refute it', meta.refutedBy],
        ['Clause', meta.clause],
      ]
    : [];
  const body = [
    element('p', {}, `At ${text(places)}; first in connection ${linkTo(first, drawn)}.`),
    ...docs.map(([name = '', words = '']) => element('p', {}, `<b>${text(name)}:</b> ${text(words)}`)),
    element('p', { class: 'quiet mono' }, text(`lastack explain ${rule}`)),
  ].join('');
  return element(
    'details',
    { class: 'kind', 'data-rule': rule, 'data-tier': tier, 'data-total': String(count) },
    `<summary><span class="row">${row}</span></summary><div class="body">${body}</div>`,
  );
}

function causeDetails({ name, connections, sides }: CauseGroup, drawn: ReadonlySet<number>): string {
  const places = [...sides].map(([side, one]) => {
    const named = one.services.slice(0, MOST_SERVICES).map(({ service }) => service);
    const rest = one.services.length - named.length;
    const where = enumerate(rest > 0 ? [...named, `${thousands(rest)} more`] : named);
    const mend = side === null ? '' : `; the ${side} can mend it`;
    return element(
      'li',
      {},
      `${text(`${plural(one.connections, 'connection')} at ${where}${mend}`)}, first ${linkTo(one.first, drawn)}`,
    );
  });
  const row = [
    element('b', { class: 'mono' }, text(name)),
    element('span', { class: 'grow' }, text(CAUSE_DOCS[name].what)),
    element('span', {}, text(`${thousands(connections)} ×`)),
  ].join('');
  const body = `<p>${text(causeSentence(name))}</p><ul>${places.join('')}</ul><p><b>Known to help (advice):</b> ${text(CAUSE_DOCS[name].remedy)}</p>`;
  return element(
    'details',
    { class: 'cause', 'data-cause': name, 'data-total': String(connections) },
    `<summary><span class="row">${row}</span></summary><div class="body">${body}</div>`,
  );
}

/** Addresses that run out of ports. */
export function pressureTexts({ summary }: Report): string[] {
  return summary.pressure.map(({ tier, rule, service, message, clause }) =>
    element(
      'p',
      { class: 'warn' },
      `<span class="tag t-${tier}">${tier}</span> <b class="mono">${text(rule)}</b> ${text(`${endpoint(service)}: ${message} (${clause})`)}`,
    ),
  );
}

/** What a configuration says of services, and how the findings stand to a baseline. */
function policyTexts({ policy, baseline }: Report): string[] {
  const services = (policy?.findings ?? []).map(
    ({ tier, rule, service, message }) =>
      `<p><span class="tag t-${tier}">${tier}</span> <b class="mono">${text(rule)}</b> ${text(`${endpoint(service)}: ${message}`)}</p>`,
  );
  const fresh = (baseline?.kinds ?? []).filter(({ state }) => state === 'new' || state === 'more').length;
  const against =
    baseline === undefined
      ? []
      : [`<p>${text(`Against the baseline ${baseline.path}: ${kinds(fresh)} new or more.`)}</p>`];
  return [...services, ...against];
}
