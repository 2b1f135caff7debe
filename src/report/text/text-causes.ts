import { peerOf, type Side } from '../../machine/state.ts';
import { CAUSE_DOCS, type CauseName } from '../../rules/causes/cause-names.ts';
import type { Report, ReportedConnection, Summary } from '../report.ts';
import type { Distribution } from '../summary/quantiles.ts';
import type { ServiceCause, ServiceSummary } from '../summary/service-summary.ts';
import { duration, endpoint, enumerate, frameList, plural, thousands, wrap } from '../wording.ts';
import type { Palette } from './palette.ts';

/** Causes that are told of, and services named with each. */
const MOST = 8;
const MOST_SERVICES = 3;

/** All connections with one cause. */
export interface CauseGroup {
  readonly name: CauseName;
  connections: number;
  /** By the side that can mend it. */
  readonly sides: Map<Side | null, { connections: number; first: number; readonly services: Named[] }>;
}

interface Named {
  readonly service: string;
  readonly cause: ServiceCause;
}

/** What brought resets and broken closes about, most frequent first, each with what is known to help. */
export function causeLines({ summary }: Report, width: number, palette: Palette): string[] {
  const groups = causeGroups(summary);
  const rest = groups.length - MOST;
  return [
    ...groups.slice(0, MOST).flatMap((group) => groupText(group, width, palette)),
    ...(rest > 0 ? [`  … and ${plural(rest, 'more cause')}`] : []),
  ];
}

/** The cause of one connection, where no finding names it. */
export function causeText({ cause, findings }: ReportedConnection): string[] {
  if (cause === null || findings.some(({ evidence }) => evidence['cause'] === cause.name)) return [];
  const mend = cause.side === null ? '' : `; the ${cause.side} can mend it`;
  const frames = cause.frames.length === 0 ? '' : ` (${frameList(cause.frames)})`;
  const { says, from } = cause.evidence;
  const said = typeof says === 'string' ? `: ${says}, says ${from}` : '';
  return [`Cause: ${cause.name}${frames}${said}${mend}.`];
}

/** What a cause is, as a sentence. */
export function causeSentence(name: CauseName): string {
  return `${capital(CAUSE_DOCS[name].what)}.`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

export function causeGroups({ services, otherServices }: Summary): CauseGroup[] {
  const groups = new Map<CauseName, CauseGroup>();
  const add = (service: string, causes: readonly ServiceCause[]): void => {
    for (const cause of causes) {
      const { name, side, connections, first } = cause;
      const group = groups.get(name) ?? { name, connections: 0, sides: new Map() };
      const one = group.sides.get(side) ?? { connections: 0, first, services: [] };
      group.connections += connections;
      one.connections += connections;
      one.first = Math.min(one.first, first);
      one.services.push({ service, cause });
      group.sides.set(side, one);
      groups.set(name, group);
    }
  };
  for (const service of services) add(endpoint(service), service.causes);
  if (otherServices) add('other services', otherServices.causes);
  return [...groups.values()].sort((a, b) => b.connections - a.connections);
}

function groupText({ name, connections, sides }: CauseGroup, width: number, palette: Palette): string[] {
  const sorted = [...sides].sort(([, a], [, b]) => b.connections - a.connections);
  const where = sorted.map(([side, one]) => {
    const count = sorted.length > 1 ? `${thousands(one.connections)} ` : '';
    const mend = side === null ? '' : `, the ${side} can mend it`;
    return `${count}at ${servicesText(one.services)} (first #${one.first})${mend}`;
  });
  const count = `${thousands(connections)} × `;
  const [title = '', ...more] = wrap(`${name}: ${CAUSE_DOCS[name].what}`, width - 2 - count.length);
  const idle = sorted.flatMap(([, one]) => idleSentences(one.services));
  const text = [`${capital(where.join('; '))}.`, ...idle].join(' ');
  return [
    `  ${count}${title.replace(name, palette.strong(name))}`,
    ...indented(more),
    ...indented(wrap(text, width - INDENT)),
    ...indented(wrap(`Advice: ${CAUSE_DOCS[name].remedy}`, width - INDENT)).map(palette.dim),
  ];
}

const INDENT = 6;

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `${' '.repeat(INDENT)}${line}`);
}

function servicesText(services: readonly Named[]): string {
  const sorted = [...services].sort((a, b) => b.cause.connections - a.cause.connections);
  const named = sorted.slice(0, MOST_SERVICES).map(({ service }) => service);
  const rest = sorted.length - named.length;
  return enumerate(rest > 0 ? [...named, `${thousands(rest)} more`] : named);
}

/** Of the service that has it most often: how long connections had been idle. */
function idleSentences(services: readonly Named[]): string[] {
  const idle = services.flatMap(({ cause }) => cause.idle ?? []).sort((a, b) => b.count - a.count);
  return idle.slice(0, 1).map(idleSentence);
}

function idleSentence({ count, min, median, max }: Distribution): string {
  return count === 1
    ? `It had been idle for ${duration(median)}.`
    : `They had been idle for ${duration(median)} (${rangeText(min, max)}).`;
}

function rangeText(min: number, max: number): string {
  const [from, to] = [duration(min), duration(max)];
  return from === to ? 'each time' : `${from} to ${to}`;
}

/** A time-out that closes idle connections shows as the same silence again and again. */
export function idleTexts(service: ServiceSummary): string[] {
  return (['client', 'server'] as const).flatMap((side) => {
    const closes = service.idle[side];
    if (!closes || closes.count < REPEATED || closes.nearMedian < closes.count * MOSTLY) return [];
    const { count, min, max, median, nearMedian } = closes;
    const spread =
      nearMedian === count
        ? rangeText(min, max)
        : `${thousands(nearMedian)} of ${thousands(count)} within 5 %`;
    const crossed = service.causes
      // The other side can mend it.
      .filter((cause) => cause.name === 'keep-alive-race' && cause.side === peerOf(side))
      .reduce((sum, { connections }) => sum + connections, 0);
    const raced =
      crossed === 0
        ? ''
        : `; ${plural(crossed, 'request')} crossed the FIN and ${crossed === 1 ? 'was' : 'were'} reset`;
    return [
      `${thousands(count)} × the ${side} of ${endpoint(service)} closes an idle connection after ${duration(median)} (${spread})${raced}.`,
    ];
  });
}

const REPEATED = 3;
const MOSTLY = 0.8;
