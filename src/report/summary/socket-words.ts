import type { Side } from '../../machine/state.ts';
import type { Pressure } from '../../rules/time-wait/time-wait-pressure.ts';
import type { ReportedCapture, Summary, Timestamp } from '../report.ts';
import { secondsBetween } from '../time-span.ts';
import { shownPath } from '../visible.ts';
import { duration, endpoint, thousands } from '../wording.ts';
import type { StuckSockets } from './socket-summary.ts';

/** Sentences of a kind at most. */
const MOST = 2;

export interface SocketWordsOptions {
  /** Seconds that TIME_WAIT lasts. */
  readonly twoMsl: number;
  /** What was read: times are told as offsets in it. */
  readonly captures: readonly Pick<ReportedCapture, 'path' | 'start' | 'end'>[];
}

/** Why there are so many sockets, a sentence each: who runs out of ports, and who never closes. None where all is well. */
export function socketSentences(
  summary: Pick<Summary, 'pressure' | 'sockets' | 'services'>,
  options: SocketWordsOptions,
): string[] {
  const { pressure, sockets } = summary;
  return [
    ...pressure.slice(0, MOST).map((one) => portsSentence(one, shareOf(one, summary), options)),
    ...piles(sockets.stuck)
      .slice(0, MOST)
      .map((pile) => stuckSentence(pile, options)),
  ];
}

/** `5,000 TIME_WAIT on the client 10.0.0.1, because it closes first (100 %); …` */
function portsSentence(
  { holder, service, evidence }: Pressure,
  share: string,
  { twoMsl }: SocketWordsOptions,
): string {
  const { peak, rate, projected, ports, portsFrom, portLow, portHigh, portsUsed, timeWaits } = evidence;
  const each = timeWaits === portsUsed ? ', each used once' : '';
  const has = {
    given: `it has ${thousands(ports)} ports (${portLow}–${portHigh}${each})`,
    seen: `it was seen to use ${thousands(ports)} ports (${portLow}–${portHigh}${each}; --ports says how many there are)`,
    linux: `Linux hands out ${thousands(ports)} ports (--ports says how many there are)`,
  }[portsFrom];
  const budget =
    rate === null || projected === null
      ? has
      : `${thousands(Math.round(rate))} a second × ${duration(twoMsl)} = ${thousands(Number(projected.toPrecision(3)))}, and ${has}`;
  return `${thousands(peak)} TIME_WAIT on the client ${holder} to ${endpoint(service)}, because it closes first${share}; ${budget}.`;
}

function shareOf({ service }: Pressure, { services }: Pick<Summary, 'services'>): string {
  const own = services.find(({ address, port }) => address === service.address && port === service.port);
  if (!own || own.connections === 0) return '';
  const percent = Math.round((100 * own.closers.client) / own.connections);
  return ` (${percent} %)`;
}

/** FIN_WAIT_2 whose peers stand in CLOSE_WAIT say the same again. */
function piles(stuck: readonly StuckSockets[]): StuckSockets[] {
  const isTold = ({ state, side, service }: StuckSockets): boolean =>
    state === 'FIN_WAIT_2' &&
    stuck.some(
      (other) =>
        other.state === 'CLOSE_WAIT' && other.side !== side && endpoint(other.service) === endpoint(service),
    );
  return stuck.filter((one) => !isTold(one));
}

/** `300 CLOSE_WAIT on the server 10.0.0.2:80 at the end: …` */
function stuckSentence(
  { state, side, host, service, sockets, since, perSecond }: StuckSockets,
  { captures }: SocketWordsOptions,
): string {
  const where = side === 'server' ? endpoint(service) : `${host} to ${endpoint(service)}`;
  const peer: Side = side === 'server' ? 'client' : 'server';
  const why =
    state === 'CLOSE_WAIT'
      ? `the ${peer} has closed, and the ${side} never does`
      : `the ${peer} has acknowledged its FIN, and never closes`;
  return `${thousands(sockets)} ${state} on the ${side} ${where} at the end, because ${why}${growth(perSecond)}${begun(since, captures)}.`;
}

/** `, since +12.3 s`, with the capture where there are several. */
function begun(since: Timestamp, captures: SocketWordsOptions['captures']): string {
  const holder = captures.find(
    ({ start, end }) =>
      start !== null && end !== null && secondsBetween(start, since) >= 0 && secondsBetween(since, end) >= 0,
  );
  if (!holder?.start) return '';
  const where = captures.length > 1 ? ` of ${shownPath(holder.path)}` : '';
  return `, since +${secondsBetween(holder.start, since).toFixed(1)} s${where}`;
}

function growth(perSecond: number | null): string {
  if (perSecond === null) return '';
  const [more, unit] = perSecond >= 0.5 ? [perSecond, 'second'] : [60 * perSecond, 'minute'];
  return `; ${Number(more.toPrecision(2))} more a ${unit}`;
}
