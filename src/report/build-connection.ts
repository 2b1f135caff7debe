import { FIN, RST } from '../decode/segment.ts';
import type { Flow } from '../flow/flow.ts';
import type { Close } from '../machine/close.ts';
import { has } from '../machine/logged-segment.ts';
import type { Transition } from '../machine/replay.ts';
import { vantageOf } from '../machine/vantage.ts';
import { causeOf } from '../rules/causes/cause.ts';
import { hasTtlChanged } from '../rules/facts/identity.ts';
import type { Finding } from '../rules/finding.ts';
import type { Connection } from '../rules/rule.ts';
import type { ReportedConnection, ReportedTransition, Verdict } from './report.ts';
import { VERDICTS } from './report.ts';
import { formatTimestamp, toSeconds } from './timestamp.ts';

/** A finished connection with its findings, as the report has it. */
export function buildConnection(
  connection: Connection,
  findings: readonly Finding[],
  capture: number,
  epoch: bigint,
): ReportedConnection {
  const { flow, close, replay } = connection;
  const at = (time: number): string => formatTimestamp(epoch, time);
  const orNull = (time: number | null): string | null => (time === null ? null : at(time));
  return {
    id: flow.id,
    incarnation: flow.incarnation,
    client: flow.client,
    server: flow.server,
    roles: flow.roles,
    ...(flow.via.length > 0 && { via: flow.via }),
    capture,
    frames: flow.frames,
    start: at(flow.started),
    end: at(flow.ended),
    bytes: flow.bytes,
    close: {
      kind: close.kind,
      closer: close.closer,
      start: orNull(close.start),
      duration: closeDuration(close),
      idle: idleBeforeClose(connection),
    },
    cause: causeOf(connection),
    final: replay.final,
    health: {
      midstream: !flow.opened,
      oneSided: flow.oneSided,
      holes: flow.holes,
      cutHeaders: flow.cutHeaders,
      duplicates: flow.duplicates,
      vantage: vantageOf(flow.segments),
      ttlChanged: {
        client: hasTtlChanged(connection, 'client'),
        server: hasTtlChanged(connection, 'server'),
      },
      unexamined: flow.unlogged,
    },
    history: flow.history,
    verdict: verdictOf(findings),
    transitions: replay.transitions.map((transition) => buildTransition(transition, at, orNull)),
    findings,
    filter: displayFilter(
      flow.client,
      flow.server,
      flow.incarnation > 1 || flow.followed ? flow.frames : null,
    ),
  };
}

/** Seconds from the first FIN or RST to the segment that ended the close. */
export function closeDuration({ start, end }: Close): number | null {
  return start === null || end === null ? null : toSeconds(end - start);
}

/** Seconds from the last segment before the first FIN or RST to that. */
export function idleBeforeClose({ flow: { segments }, close }: Connection): number | null {
  const { start } = close;
  if (start === null) return null;
  const first = segments.findIndex((s) => s.time >= start && (has(s, FIN) || has(s, RST)));
  const before = segments[first - 1];
  return before ? toSeconds(start - before.time) : null;
}

/** The worst tier among the findings, notes aside. */
export function verdictOf(findings: readonly Pick<Finding, 'tier'>[]): Verdict {
  return VERDICTS.find((verdict) => findings.some(({ tier }) => tier === verdict)) ?? 'conformant';
}

function buildTransition(
  { side, from, to, on, frame, time, after, by, status }: Transition,
  at: (time: number) => string,
  orNull: (time: number | null) => string | null,
): ReportedTransition {
  return { side, from, to, on, frame, time: at(time), after: orNull(after), by: orNull(by), status };
}

/** Selects this incarnation in Wireshark: its 4-tuple, and its frames where the 4-tuple was used more than once. */
export function displayFilter(
  client: ReportedConnection['client'],
  server: ReportedConnection['server'],
  frames: Flow['frames'] | null,
): string {
  const ip = client.address.includes(':') ? 'ipv6' : 'ip';
  const ends = `${ip}.addr == ${client.address} && ${ip}.addr == ${server.address}`;
  const ports = `tcp.port == ${client.port} && tcp.port == ${server.port}`;
  const within = frames && ` && frame.number >= ${frames.first} && frame.number <= ${frames.last}`;
  return `${ends} && ${ports}${within ?? ''}`;
}
