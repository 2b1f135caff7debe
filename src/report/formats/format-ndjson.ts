import { jsonText } from '../json-text.ts';
import type { Report, ReportedCapture, ReportedConnection, ReportedTransition } from '../report.ts';

/** One line when a capture has been read to its end; its connections point at it by `capture`. */
export function captureLine(capture: ReportedCapture, index: number): string {
  return line({ type: 'capture', index, ...capture });
}

/**
 * One line for a connection, as soon as it is final: what `JSON.stringify` makes of it, in a third of the time, since most
 * of it are numbers and words that need no escaping (`test/report/format-ndjson.test.ts`).
 */
export function connectionLine(connection: ReportedConnection): string {
  const { client, server, frames, bytes, close, final, health, findings } = connection;
  const head = `{"type":"connection","id":${connection.id},"incarnation":${connection.incarnation}`;
  const ends = `,"client":${endJson(client)},"server":${endJson(server)},"roles":"${connection.roles}"`;
  const place = `,"capture":${connection.capture},"frames":{"first":${frames.first},"last":${frames.last},"count":${frames.count}}`;
  const span = `,"start":"${connection.start}","end":"${connection.end}","bytes":${sidesJson(bytes.client, bytes.server)}`;
  const closing = `,"close":{"kind":"${close.kind}","closer":"${close.closer}","start":${textOrNull(close.start)},"duration":${close.duration},"idle":${close.idle}}`;
  const cause = `,"cause":${connection.cause === null ? null : jsonText(connection.cause)}`;
  const states = `,"final":{"client":"${final.client}","server":"${final.server}"}`;
  const seen = `,"health":{"midstream":${health.midstream},"oneSided":${health.oneSided},"holes":${sidesJson(health.holes.client, health.holes.server)},"cutHeaders":${health.cutHeaders},"duplicates":${health.duplicates},"vantage":${textOrNull(health.vantage)},"ttlChanged":${sidesJson(health.ttlChanged.client, health.ttlChanged.server)},"unexamined":${health.unexamined}}`;
  const verdict = `,"history":"${connection.history}","verdict":"${connection.verdict}","transitions":[`;
  let transitions = '';
  for (const transition of connection.transitions) {
    if (transitions !== '') transitions += ',';
    transitions += transitionJson(transition);
  }
  const found = `],"findings":${findings.length === 0 ? '[]' : jsonText(findings)}`;
  const tail = `,"filter":"${connection.filter}"}\n`;
  return head + ends + place + span + closing + cause + states + seen + verdict + transitions + found + tail;
}

/** The last line. */
export function summaryLine({
  schema,
  tool,
  profile,
  summary,
  policy,
  baseline,
  chosen,
}: Omit<Report, 'connections'>): string {
  return line({ type: 'summary', schema, tool, profile, ...summary, policy, baseline, chosen });
}

export function transitionJson({
  side,
  from,
  to,
  on,
  frame,
  time,
  after,
  by,
  status,
}: ReportedTransition): string {
  return `{"side":"${side}","from":"${from}","to":"${to}","on":"${on}","frame":${frame},"time":"${time}","after":${textOrNull(after)},"by":${textOrNull(by)},"status":"${status}"}`;
}

function endJson({ address, port }: ReportedConnection['client']): string {
  return `{"address":"${address}","port":${port}}`;
}

function sidesJson(client: number | boolean, server: number | boolean): string {
  return `{"client":${client},"server":${server}}`;
}

function textOrNull(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}

function line(value: object): string {
  return `${jsonText(value)}\n`;
}
