/**
 * lastack as a library: check a capture, get a report. Nothing here has side effects.
 *
 * @example
 * ```ts
 * import { check, PROFILES } from 'lastack';
 *
 * const report = await check('captures/four-way-client-first.pcap', { profile: PROFILES.linux });
 * for (const { client, close, verdict } of report.connections) console.log(client.port, close.kind, verdict);
 * ```
 */
import type { CheckOptions } from './engine/check.ts';
import { check as checkAll } from './engine/check.ts';
import type { ShowOptions } from './engine/show.ts';
import { show as showOne } from './engine/show.ts';
import { type CaptureLike, type Captures, captureInputs, rereadableInput } from './library/captures.ts';
import { PROFILES } from './machine/profile.ts';
import type { Report, ShownConnection } from './report/report.ts';
import { VERSION } from './version.ts';

export type { ByteSource } from './capture/byte-source.ts';
export type { Diagnostic, DiagnosticCode } from './capture/record.ts';
export { fromBytes, fromStream, openFile } from './capture/sources.ts';
export type { CheckOptions } from './engine/check.ts';
export type { CaptureInput } from './engine/run-capture.ts';
export type { CaptureLike, Captures, WebStream } from './library/captures.ts';
export { InputError, type InputErrorCode } from './library/input-error.ts';
export type { CloseKind, Closer } from './machine/close.ts';
export type { Profile, ProfileName } from './machine/profile.ts';
export { PROFILES } from './machine/profile.ts';
export type { Side, State } from './machine/state.ts';
export type { Policy } from './policy/policy.ts';
export type { Ladder } from './report/ladder/ladder.ts';
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
export type { Distribution } from './report/summary/quantiles.ts';
export type { OtherServices, ServiceCause, ServiceSummary } from './report/summary/service-summary.ts';
export { CAPTURE_RULES } from './rules/capture-rules.ts';
export type { Cause, CauseName } from './rules/causes/cause-names.ts';
export type { Finding, Tier } from './rules/finding.ts';
export { RULES } from './rules/index.ts';
export type { Rule, RuleMeta } from './rules/rule.ts';
export type { Pressure } from './rules/time-wait/time-wait-pressure.ts';
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
 * @param captures one or several, in the order in which the report numbers them: paths, bytes, streams
 * @param options the defaults are those of the command line: profile `rfc9293`, linger 60 s, every connection listed
 * @throws {InputError} where a path leads to no file that can be read, before anything is; and what a source itself
 *   throws. Faults of the bytes, also of what is no capture at all, are diagnostics in the report
 *
 * @example
 * ```ts
 * import { createReadStream, readFileSync } from 'node:fs';
 * import { check } from 'lastack';
 *
 * const path = 'captures/killed-with-unread-data.pcap';
 * const { summary } = await check(readFileSync(path));
 * const { connections } = await check(createReadStream(path), { connections: 'findings' });
 * for (const { rule, tier, message, clause, frames } of connections.flatMap(({ findings }) => findings)) {
 *   console.log(tier, rule, message, clause, frames);
 * }
 * console.log(summary.closes);
 * ```
 */
export async function check(captures: Captures, options: Partial<CheckOptions> = {}): Promise<Report> {
  return await checkAll(captureInputs(captures), { ...DEFAULTS, ...options });
}

/**
 * One connection with every segment and the states of both sides after it; null where there is none with that id.
 *
 * @param capture it is read twice, so a stream is kept in memory; a source of its own ({@link CaptureInput}) has to be one
 *   that can be iterated twice, as {@link openFile} and {@link fromBytes} are
 * @throws {InputError} as {@link check} does
 *
 * @example
 * ```ts
 * import { show } from 'lastack';
 *
 * const shown = await show('captures/lost-fin.pcap', 0);
 * for (const { frame, from, flags, client, server } of shown?.segments ?? []) {
 *   console.log(frame, from, flags, client, server);
 * }
 * ```
 */
export async function show(
  capture: CaptureLike,
  id: number,
  options: Partial<ShowOptions> = {},
): Promise<ShownConnection | null> {
  return await showOne(await rereadableInput(capture), id, { ...DEFAULTS, ...options });
}
