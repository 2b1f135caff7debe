import type { CaptureInfo, Diagnostic } from '../capture/record.ts';
import type { CloseKind, Closer } from '../machine/close.ts';
import type { ProfileName } from '../machine/profile.ts';
import type { Side, State } from '../machine/state.ts';
import type { Event } from '../machine/table.ts';
import type { Vantage } from '../machine/vantage.ts';
import type { Cause } from '../rules/causes/cause-names.ts';
import type { Finding, Tier } from '../rules/finding.ts';
import type { Pressure } from '../rules/time-wait/time-wait-pressure.ts';
import type { CapturedOnly } from './summary/captured-only.ts';
import type { OtherServices, ServiceSummary } from './summary/service-summary.ts';
import type { SocketSummary } from './summary/socket-summary.ts';

/** The worst tier among a connection's findings, notes aside. */
export const VERDICTS = ['violation', 'suspect', 'inconclusive', 'conformant'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Epoch seconds with nine digits: `"1750000000.000001234"`. */
export type Timestamp = string;

/** The whole report; `report.schema.json` beside it is the same as a JSON Schema. */
export interface Report {
  readonly schema: 'lastack/report/1';
  readonly tool: { readonly name: 'lastack'; readonly version: string };
  readonly profile: { readonly name: ProfileName; readonly msl: number };
  readonly captures: readonly ReportedCapture[];
  readonly summary: Summary;
  /** What a configuration had to say beside the findings of connections; not there without one. */
  readonly policy?: ReportedPolicy;
  /** Against the findings known before; not there without a baseline. */
  readonly baseline?: ReportedBaseline;
  /** Only connections that somebody chose are reported and counted; not there otherwise. */
  readonly chosen?: true;
  readonly connections: readonly ReportedConnection[];
}

export interface ReportedPolicy {
  /** The configuration file; null where there is none, and presets or options alone speak. */
  readonly config: string | null;
  /** Expectations that services as a whole did not meet. */
  readonly findings: readonly ServiceFinding[];
  readonly waivers: readonly ReportedWaiver[];
}

/** A finding about a service and not about one of its connections. */
export interface ServiceFinding extends Finding {
  readonly service: { readonly address: string; readonly port: number };
}

export interface ReportedWaiver {
  readonly where: string;
  readonly rule: string;
  readonly reason: string;
  readonly expires: string;
  /** `expired`: its last day is over, and it waives nothing; `unused`: there was nothing to waive. */
  readonly state: 'used' | 'unused' | 'expired';
  /** Findings that it waived. */
  readonly findings: number;
}

export interface ReportedBaseline {
  readonly path: string;
  /** Kinds of findings, new ones first. */
  readonly kinds: readonly BaselineKind[];
}

/**
 * `new`: not in the baseline, or worse than there; `more`: more of them than there; `known`; `less`: fewer than there;
 * `vanished`: none any more.
 */
export const BASELINE_STATES = ['new', 'more', 'known', 'less', 'vanished'] as const;
export type BaselineState = (typeof BASELINE_STATES)[number];

/** The findings of one fingerprint, counted against a baseline. */
export interface BaselineKind {
  readonly fingerprint: string;
  readonly state: BaselineState;
  readonly tier: Finding['tier'];
  readonly rule: string;
  readonly service: string;
  readonly side: Side | null;
  readonly known: number;
  readonly found: number;
}

export interface ReportedCapture
  extends Pick<CaptureInfo, 'format' | 'compression' | 'timestampResolution' | 'records'> {
  readonly path: string;
  readonly linkTypes: readonly string[];
  readonly segments: number;
  /** Number of its first frame: 1, or where the capture before it, of the same rotation, ended. */
  readonly firstFrame: number;
  /** Null where the capture holds no record. */
  readonly start: Timestamp | null;
  readonly end: Timestamp | null;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Summary {
  readonly connections: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  /** Kinds that occur, with their counts. */
  readonly closes: Readonly<Partial<Record<CloseKind, number>>>;
  readonly closers: Readonly<Record<Closer, number>>;
  /** Rules that reported something, with the number of findings. */
  readonly findings: Readonly<Record<string, number>>;
  /** The same findings by tier. */
  readonly tiers: Readonly<Record<Tier, number>>;
  /** Findings by tier, rule and service: the worst tier first, then the most. */
  readonly groups: readonly FindingGroup[];
  /** What is left of the findings where there are more groups than are listed; else null. */
  readonly otherGroups: OtherGroups | null;
  /** Those with the most connections, most first. */
  readonly services: readonly ServiceSummary[];
  /** What is left of the counts where there are more services than are listed; else null. */
  readonly otherServices: OtherServices | null;
  /** What a capture filter let through; not there where nothing says that there was one. */
  readonly capturedOnly?: CapturedOnly;
  /** Addresses that run out of ports (rule `time-wait-pressure`). */
  readonly pressure: readonly Pressure[];
  readonly sockets: SocketSummary;
}

export interface ReportedConnection {
  readonly id: number;
  readonly incarnation: number;
  readonly client: { readonly address: string; readonly port: number };
  readonly server: { readonly address: string; readonly port: number };
  readonly roles: 'observed' | 'guessed';
  /** Index into the report's captures. */
  readonly capture: number;
  readonly frames: { readonly first: number; readonly last: number; readonly count: number };
  readonly start: Timestamp;
  readonly end: Timestamp;
  readonly bytes: Readonly<Record<Side, number>>;
  readonly close: {
    readonly kind: CloseKind;
    readonly closer: Closer;
    readonly start: Timestamp | null;
    /** Seconds from the first FIN or RST to the segment that ended it; null where either is missing. */
    readonly duration: number | null;
    /** Seconds of silence of both sides before `start`; null where nothing closed it or nothing came before. */
    readonly idle: number | null;
  };
  /** What brought its reset or broken close about; null where it closed in order, or did not close. */
  readonly cause: Cause | null;
  readonly final: Readonly<Record<Side, State>>;
  readonly health: Health;
  /** Zeek's history string (`conn.log`). */
  readonly history: string;
  /** The tunnels that its segments travel in, the outermost first; absent where there are none. */
  readonly via?: readonly string[];
  readonly verdict: Verdict;
  readonly transitions: readonly ReportedTransition[];
  readonly findings: readonly Finding[];
  /** A Wireshark display filter for this incarnation. */
  readonly filter: string;
}

export interface Health {
  readonly midstream: boolean;
  readonly oneSided: boolean;
  /** Stretches of each side's bytes that the peer acknowledged and the capture does not have. */
  readonly holes: Readonly<Record<Side, number>>;
  readonly cutHeaders: boolean;
  readonly duplicates: number;
  /** Where the capture was made, as far as the opening's round trip shows. */
  readonly vantage: Vantage | null;
  /** The TTL of a side is not the same throughout: NAT, a proxy or a load balancer may speak in its name. */
  readonly ttlChanged: Readonly<Record<Side, boolean>>;
  /** Segments of the closing that were too many to be looked at. */
  readonly unexamined: number;
}

export interface ReportedTransition {
  readonly side: Side;
  readonly from: State;
  readonly to: State;
  readonly on: Event;
  /** Null for a timer. */
  readonly frame: number | null;
  readonly time: Timestamp;
  readonly after: Timestamp | null;
  readonly by: Timestamp | null;
  readonly status: 'proven' | 'assumed';
}

/** What `show --format json` prints: every segment of one connection with both labels. */
export interface ShownConnection {
  readonly schema: 'lastack/show/1';
  readonly tool: Report['tool'];
  readonly profile: Report['profile'];
  readonly capture: ReportedCapture;
  readonly connection: ReportedConnection;
  readonly segments: readonly ShownSegment[];
}

export interface ShownSegment {
  readonly frame: number;
  readonly time: Timestamp;
  readonly from: Side;
  /** Flag letters in the order `FSRPAUEC`; empty for none. */
  readonly flags: string;
  readonly seq: number;
  readonly ack: number | null;
  /** Relative to the side's first sequence number, so that a SYN has 0. */
  readonly relativeSeq: number;
  readonly relativeAck: number | null;
  readonly len: number;
  /** The window field, unscaled. */
  readonly window: number;
  /** TCP options as the ladder spells them: `mss 1460`, `TS val 100 ecr 0`; SACK edges relative like `relativeAck`. */
  readonly options: readonly string[];
  /** Labels after the frame. */
  readonly client: State;
  readonly server: State;
}

/** Findings of one rule and tier, about one side, at one service. */
export interface FindingGroup {
  readonly tier: Finding['tier'];
  readonly rule: string;
  /** The side that it blames; null for neither. */
  readonly side: Side | null;
  readonly service: { readonly address: string; readonly port: number };
  readonly count: number;
  /** Lowest id of a connection that has it. */
  readonly first: number;
}

/** What groups that are not listed add up to. */
export interface OtherGroups {
  readonly groups: number;
  readonly findings: number;
}
