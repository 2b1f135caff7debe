import type { CloseKind, Closer } from '../machine/close.ts';
import { SIDES } from '../machine/state.ts';
import type { Summary } from '../report/report.ts';
import type { ServiceSummary } from '../report/summary/service-summary.ts';
import { EXPECTATION_RULES, type Expectation } from '../rules/expectation-rules.ts';
import type { ServiceConfig } from './config.ts';

/** What is expected of the services of captures that are good: that they go on closing as they do there. */
export function propose(summary: Summary, by: 'service' | 'port'): ServiceConfig[] {
  const groups = new Map<string, ServiceSummary[]>();
  for (const service of summary.services) {
    const key = by === 'port' ? String(service.port) : `${service.address} ${service.port}`;
    groups.set(key, [...(groups.get(key) ?? []), service]);
  }
  return [...groups.values()].flatMap((services) => {
    const [first] = services;
    if (!first || services.every(({ closes }) => kindsIn(closes).length === 0)) return [];
    return [
      { ...(by === 'service' && { address: first.address }), port: first.port, ...expectationsOf(services) },
    ];
  });
}

/** Without what the same captures do not meet: some packets tell more than the counts that were proposed from. */
export function proven(proposed: readonly ServiceConfig[], { groups }: Summary): ServiceConfig[] {
  return proposed.map((entry) => {
    const unmet = groups.flatMap(({ rule, tier, service }) => {
      const isMeant =
        service.port === entry.port && (entry.address === undefined || entry.address === service.address);
      return isMeant && tier !== 'note' ? [rule] : [];
    });
    const kept = Object.entries(entry).filter(
      ([key]) => !(isExpectation(key) && unmet.includes(EXPECTATION_RULES[key].id)),
    );
    return Object.fromEntries(kept) as ServiceConfig;
  });
}

function isExpectation(key: string): key is Expectation {
  return Object.hasOwn(EXPECTATION_RULES, key);
}

/** Ways to close that an expectation can name; what shows no end is not judged. */
const ENDS: readonly CloseKind[] = [
  'four-way',
  'three-way',
  'simultaneous',
  'half-close',
  'abort',
  'reset-after-fin',
  'refused',
];
/** Which of them a connection takes is a matter of time: who allows one allows the others. */
const ORDERLY: readonly CloseKind[] = ['four-way', 'three-way', 'simultaneous'];

function kindsIn(closes: ServiceSummary['closes']): CloseKind[] {
  return ENDS.filter((kind) => (closes[kind] ?? 0) > 0);
}

function expectationsOf(services: readonly ServiceSummary[]): ServiceConfig {
  const seen = new Set(services.flatMap(({ closes }) => kindsIn(closes)));
  const isOrderly = ORDERLY.some((kind) => seen.has(kind));
  const kinds = ENDS.filter((kind) => seen.has(kind) || (isOrderly && ORDERLY.includes(kind)));
  const closers = (['client', 'server', 'both'] as const).filter((closer: Closer) =>
    services.some((service) => service.closers[closer] > 0),
  );
  const [closer] = closers;
  const longest = (times: readonly (number | undefined)[]): number =>
    Math.max(0, ...times.map((time) => time ?? 0));
  const closing = longest(services.map((service) => service.closing?.max));
  const closeWait = longest(
    services.flatMap(({ states }) => SIDES.map((side) => states[side].CLOSE_WAIT?.max)),
  );
  const isReset = kinds.some((kind) => !ORDERLY.includes(kind) && kind !== 'half-close');
  return {
    // All three are no expectation.
    ...(closer !== undefined && closers.length < 3 && { closer: closers.length === 1 ? closer : closers }),
    kinds,
    ...(closing > 0 && { longestClose: roomy(closing) }),
    ...(closeWait > 0 && { longestCloseWait: roomy(closeWait) }),
    ...(!isReset && { noReset: true }),
  };
}

const STEPS: readonly number[] = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600];
/** A close may take so many times what it took, before that is a change. */
const ROOM = 3;

/** A round number of seconds with room for what is slower now and then. */
function roomy(seconds: number): number {
  return STEPS.find((step) => step >= ROOM * seconds) ?? Math.ceil(ROOM * seconds);
}
