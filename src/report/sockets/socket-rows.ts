import { jsonText } from '../json-text.ts';
import type { Timestamp } from '../report.ts';
import type { ListedSocket, SocketCount, SocketPeriod, SocketReport } from './socket-report.ts';

/** What is printed for other programs. */
export const SOCKET_FORMATS: Readonly<
  Record<'json' | 'ndjson' | 'csv', (report: SocketReport) => Iterable<string>>
> = { json, ndjson, csv };

/** One line of a table: sockets of one host, side, service and state at a moment. */
interface Row extends SocketCount {
  /** Number of the stretch of time, from 0. */
  readonly period: number;
  /** `most`, `at`, `end` or `every`. */
  readonly what: 'most' | 'at' | 'end' | 'every';
  readonly time: Timestamp;
}

type ListRow = ListedSocket & { readonly period: number; readonly at: string; readonly time: Timestamp };

function* rowsOf(report: SocketReport): Generator<Row> {
  for (const [period, { most, at, every }] of report.periods.entries()) {
    for (const peak of most) yield { period, what: 'most', ...peak };
    for (const { asked, time, counts } of at) {
      const what = asked === 'end' ? 'end' : 'at';
      for (const count of counts) yield { period, what, time, ...count };
    }
    for (const { time, counts } of every?.moments ?? []) {
      for (const count of counts) yield { period, what: 'every', time, ...count };
    }
  }
}

/** Where sockets were listed, they and nothing else. */
function listOf({ periods }: SocketReport): ListRow[] | null {
  const listed = periods.flatMap((period, index) =>
    listedMoments(period).map((moment) => ({ index, moment })),
  );
  if (!listed.some(({ moment }) => moment.sockets)) return null;
  return listed.flatMap(({ index, moment: { asked, time, sockets = [] } }) =>
    sockets.map((socket) => ({ period: index, at: asked, time, ...socket })),
  );
}

/** The moments that were asked for; without any, the end. */
export function listedMoments({ at }: SocketPeriod): SocketPeriod['at'] {
  const asked = at.filter((moment) => moment.asked !== 'end');
  return asked.length > 0 ? asked : at;
}

function* json(report: SocketReport): Generator<string> {
  yield `${JSON.stringify(report, null, 2)}\n`;
}

function* ndjson(report: SocketReport): Generator<string> {
  const { schema, tool, profile, captures, periods } = report;
  for (const [index, capture] of captures.entries()) yield lineOf({ type: 'capture', index, ...capture });
  const list = listOf(report);
  if (list) for (const socket of list) yield lineOf({ type: 'socket', ...socket });
  else for (const row of rowsOf(report)) yield lineOf({ type: 'sockets', ...row });
  const about = periods.map(({ most: _, at: __, every: ___, ...period }) => period);
  yield lineOf({ type: 'summary', schema, tool, profile, periods: about });
}

function lineOf(value: object): string {
  return `${jsonText(value)}\n`;
}

function* csv(report: SocketReport): Generator<string> {
  const list = listOf(report);
  if (list) {
    yield 'period,time,state,local_address,local_port,peer_address,peer_port,side,since,status,connection\r\n';
    for (const { period, time, state, local, peer, side, since, status, connection } of list) {
      const ends = `${local.address},${local.port},${peer.address},${peer.port}`;
      yield `${period},${time},${state},${ends},${side},${since},${status},${connection}\r\n`;
    }
    return;
  }
  yield 'period,what,time,host,side,service_address,service_port,state,sockets,proven,assumed\r\n';
  for (const { period, what, time, host, side, service, state, sockets, proven, assumed } of rowsOf(report)) {
    const of = `${host ?? ''},${side},${service?.address ?? ''},${service?.port ?? ''}`;
    yield `${period},${what},${time},${of},${state},${sockets},${proven},${assumed}\r\n`;
  }
}
