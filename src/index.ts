/**
 * lastack as a library: check a capture, get a report. Nothing here has side effects.
 *
 * @example
 * ```ts
 * import { check, openFile, PROFILES } from 'lastack';
 *
 * const report = await check([{ path: 'a.pcap', source: openFile('a.pcap') }], { profile: PROFILES.linux });
 * for (const { client, close, verdict } of report.connections) console.log(client.port, close.kind, verdict);
 * ```
 */
import type { CheckOptions } from './engine/check.ts';
import { check as checkAll } from './engine/check.ts';
import type { CaptureInput } from './engine/run-capture.ts';
import type { ShowOptions } from './engine/show.ts';
import { show as showOne } from './engine/show.ts';
import { PROFILES } from './machine/profile.ts';
import type { Report, ShownConnection } from './report/report.ts';
import { VERSION } from './version.ts';

export type { ByteSource } from './capture/byte-source.ts';
export type { Diagnostic, DiagnosticCode } from './capture/record.ts';
export { fromBytes, fromStream, openFile } from './capture/sources.ts';
export type { CheckOptions } from './engine/check.ts';
export type { CaptureInput } from './engine/run-capture.ts';
export type { CloseKind, Closer } from './machine/close.ts';
export type { Profile, ProfileName } from './machine/profile.ts';
export { PROFILES } from './machine/profile.ts';
export type { Side, State } from './machine/state.ts';
export type { Policy } from './policy/policy.ts';
export type { Ladder } from './report/ladder.ts';
export type { Distribution } from './report/quantiles.ts';
export type {
  Report,
  ReportedBaseline,
  ReportedCapture,
  ReportedConnection,
  ReportedPolicy,
  ReportedTransition,
  ServiceFinding,
  ShownConnection,
  ShownSegment,
  Summary,
  Verdict,
} from './report/report.ts';
export type { OtherServices, ServiceCause, ServiceSummary } from './report/service.ts';
export { CAPTURE_RULES } from './rules/capture-rules.ts';
export type { Cause, CauseName } from './rules/cause-names.ts';
export type { Finding, Tier } from './rules/finding.ts';
export { RULES } from './rules/index.ts';
export type { Rule, RuleMeta } from './rules/rule.ts';
export type { Pressure } from './rules/time-wait-pressure.ts';
export { VERSION } from './version.ts';

const DEFAULTS = {
  profile: PROFILES.rfc9293,
  linger: 60,
  reader: 'lastack',
  connections: 'all',
  toolVersion: VERSION,
} as const satisfies CheckOptions;

/**
 * Checks captures (pcap or pcapng, bare or compressed) and returns the report.
 *
 * @param inputs captures in the order in which the report numbers them
 * @param options the defaults are those of the command line: profile `rfc9293`, linger 60 s, every connection listed
 * @throws only what a source throws (ENOENT, EACCES): faults of the bytes are diagnostics in the report
 */
export async function check(
  inputs: Iterable<CaptureInput>,
  options: Partial<CheckOptions> = {},
): Promise<Report> {
  return await checkAll(inputs, { ...DEFAULTS, ...options });
}

/**
 * One connection with every segment and the states of both sides after it; null where there is none with that id.
 *
 * @param input its source is read twice, so it has to be one that can be: {@link openFile} or {@link fromBytes}
 */
export async function show(
  input: CaptureInput,
  id: number,
  options: Partial<ShowOptions> = {},
): Promise<ShownConnection | null> {
  return await showOne(input, id, { ...DEFAULTS, ...options });
}
