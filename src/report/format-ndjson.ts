import type { Health, Report, ReportedCapture, ReportedConnection, ReportedTransition } from './report.ts';

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
  const cause = `,"cause":${connection.cause === null ? null : JSON.stringify(connection.cause)}`;
  const states = `,"final":{"client":"${final.client}","server":"${final.server}"}`;
  const seen = healthJson(health);
  const verdict = `,"history":"${connection.history}","verdict":"${connection.verdict}","transitions":[`;
  let transitions = '';
  for (const transition of connection.transitions) {
    if (transitions !== '') transitions += ',';
    transitions += stepJson(transition) + transition.frame + momentsJson(transition);
  }
  const found = `],"findings":${findings.length === 0 ? '[]' : JSON.stringify(findings)}`;
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
}: Omit<Report, 'connections'>): string {
  return line({ type: 'summary', schema, tool, profile, ...summary, policy, baseline });
}

/** What is the same of nearly all, by vantage: nothing was noticed. */
const unnoticed = new Map<Health['vantage'], string>();

function healthJson(health: Health): string {
  const { vantage, holes, ttlChanged } = health;
  const noticed =
    health.midstream ||
    health.oneSided ||
    health.cutHeaders ||
    ttlChanged.client ||
    ttlChanged.server ||
    holes.client + holes.server + health.duplicates + health.unexamined > 0;
  const known = noticed ? undefined : unnoticed.get(vantage);
  if (known !== undefined) return known;
  const text = `,"health":${JSON.stringify(health)}`;
  if (!noticed) unnoticed.set(vantage, text);
  return text;
}

/** The text of each kind of transition up to its frame: there are few kinds, and pieces that are put together cost time. */
const steps = new Map<ReportedTransition['on'], Step[]>();

type Step = Pick<ReportedTransition, 'side' | 'from' | 'to'> & { readonly text: string };

function stepJson(transition: ReportedTransition): string {
  const { side, from, to, on } = transition;
  const known = steps.get(on) ?? [];
  for (const step of known) if (step.side === side && step.from === from && step.to === to) return step.text;
  const text = `{"side":"${side}","from":"${from}","to":"${to}","on":"${on}","frame":`;
  steps.set(on, [...known, { side, from, to, text }]);
  return text;
}

function momentsJson({ time, after, by, status }: ReportedTransition): string {
  const since = after === null ? `,"time":"${time}","after":null` : `,"time":"${time}","after":"${after}"`;
  const end = status === 'proven' ? '"status":"proven"}' : `"status":"${status}"}`;
  return by === null ? `${since},"by":null,${end}` : `${since},"by":"${by}",${end}`;
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
  return `${JSON.stringify(value)}\n`;
}
