import type { CompactSegments } from '../fast/compact-segments.ts';
import type { RegularClose } from '../fast/regular-close.ts';
import { RegularPolicy } from '../fast/regular-policy.ts';
import type { RegularLines } from '../fast/report/regular-line.ts';
import { RegularReports } from '../fast/report/regular-report.ts';
import { RegularTally } from '../fast/report/regular-tally.ts';
import { Templates } from '../fast/templates.ts';
import { PolicyTally } from '../policy/policy-tally.ts';
import { ladderOf } from '../report/ladder/ladder-of.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { CapturedOnlyCounter } from '../report/summary/captured-only.ts';
import { SummaryCounter } from '../report/summary/summary.ts';
import type { Tally } from '../report/summary/tally.ts';
import { WorstConnections } from '../report/summary/worst-first.ts';
import type { Connection } from '../rules/rule.ts';
import type { CheckOptions, EngineOptions } from './check-options.ts';
import type { Place } from './timeline.ts';

/** Connections that are listed at most where only the worst are. */
const WORST = 1000;

/** What a connection is listed for. */
type Judged = Pick<Tally, 'id' | 'findings' | 'verdict'>;

/** Whether regular endings are only counted, or listed as well. */
export type RegularHandling = 'counted' | 'listed';

export function handlingOf({
  connections,
  onConnection,
  onJudged,
  chooses,
}: Pick<EngineOptions, 'connections' | 'onConnection' | 'onJudged' | 'chooses'>): RegularHandling {
  const isListed =
    onConnection !== undefined ||
    onJudged !== undefined ||
    chooses !== undefined ||
    connections === 'all' ||
    connections === 'findings';
  return isListed ? 'listed' : 'counted';
}

/** Which connections a run has to report, and not only to count. */
export type Wanted = Pick<CheckOptions, 'connections'> & { readonly isEach: boolean };

export function wantedOf({ connections, onConnection, onJudged, chooses }: EngineOptions): Wanted {
  const isEach = onConnection !== undefined || onJudged !== undefined || chooses !== undefined;
  return { connections, isEach };
}

/** Tells of connections, one after another, whether more than the tally of one is wanted. */
export class WantedConnections {
  private readonly wanted: Wanted;
  private readonly worst: WorstConnections<Judged> = new WorstConnections(WORST);

  constructor(wanted: Wanted) {
    this.wanted = wanted;
  }

  /** Whether a connection may be among the worst, before its report is made. */
  mayBeWanted(judged: Judged): boolean {
    return this.wanted.connections === 'worst' && this.worst.wants(judged);
  }

  /**
   * Whether the report of a connection is wanted. Call it once for each connection: a wanted one counts as
   * listed.
   */
  isWanted({ id, findings, verdict }: Judged): boolean {
    const { connections, isEach } = this.wanted;
    if (connections === 'worst' && this.worst.wants({ id, findings, verdict })) {
      this.worst.add({
        id,
        findings: findings.map(({ tier, rule, side }) => ({ tier, rule, side })),
        verdict,
      });
      return true;
    }
    return isEach || connections === 'all' || (connections === 'findings' && findings.length > 0);
  }
}

/** Makes the report of a run out of its connections as they become final. */
export class Collector {
  /** What a policy makes of regular endings; null where there is none. */
  readonly regularPolicy: RegularPolicy | null;
  private readonly options: EngineOptions;
  private readonly counter: SummaryCounter;
  /** Of all connections, chosen or not: it is about the captures. */
  private readonly capturedOnly = new CapturedOnlyCounter();
  private readonly policyTally: PolicyTally | null;
  private readonly regularTally: RegularTally;
  private readonly reports: RegularReports;
  private readonly lines: RegularLines | null;
  private readonly connections: ReportedConnection[] = [];
  private readonly worst: WorstConnections = new WorstConnections(WORST);

  /** @param Lines what writes lines of NDJSON; null where nobody wants any */
  constructor(options: EngineOptions, Lines: typeof RegularLines | null = null) {
    this.options = options;
    this.counter = new SummaryCounter(options.profile.msl, options.ports);
    const { profile, linger, policy } = options;
    const templates = new Templates(profile, linger);
    this.policyTally = policy === undefined ? null : new PolicyTally(policy);
    this.regularPolicy = policy === undefined ? null : new RegularPolicy(policy, templates, profile);
    this.regularTally = new RegularTally(templates, profile);
    this.reports = new RegularReports(templates, profile, linger);
    this.lines = Lines && new Lines(templates, this.reports, profile);
  }

  /**
   * @param reported null where it is not wanted
   * @param epoch the first packet of its stretch of time, nanoseconds since 1970
   */
  connection(
    tally: Tally,
    reported: ReportedConnection | null,
    judged: () => Connection,
    epoch: bigint,
  ): void {
    this.capturedOnly.count(tally.seen);
    if (reported !== null && !this.isChosen(reported, epoch)) return;
    this.count(tally);
    if (reported !== null) this.list(reported, judged, epoch);
  }

  /** A regular ending that nobody wants to see. */
  regular(close: RegularClose, epoch: bigint): void {
    const tally = this.regularTally.of(close, epoch);
    this.capturedOnly.count(tally.seen);
    const judged = this.regularPolicy?.findingsOf(close, tally);
    this.count(judged ? { ...tally, ...judged } : tally);
  }

  /** The same of one that somebody wants to see. */
  listed(
    close: RegularClose,
    segments: CompactSegments,
    { capture, epoch }: Place,
    connection: () => Connection,
  ): void {
    const tally = this.regularTally.of(close, epoch);
    this.capturedOnly.count(tally.seen);
    const { lines } = this;
    const { connections: which, onLine, chooses } = this.options;
    const ending = { close, segments, tally, capture, epoch };
    const chosen = chooses && this.reports.of(ending);
    if (chosen && !this.isChosen(chosen, epoch)) return;
    this.count(tally);
    if (onLine && lines && which !== 'all' && which !== 'findings') {
      onLine(tally, () => lines.of(ending));
      return;
    }
    const reported = chosen ?? this.reports.of(ending);
    this.list(reported, connection, epoch);
  }

  private isChosen(reported: ReportedConnection, epoch: bigint): boolean {
    return this.options.chooses?.(reported, epoch) !== false;
  }

  private count(tally: Tally): void {
    this.counter.count(tally);
    this.policyTally?.count(tally);
  }

  private list(reported: ReportedConnection, judged: () => Connection, epoch: bigint): void {
    const { connections: which, onConnection, onJudged } = this.options;
    onConnection?.(reported, () => ladderOf(judged(), reported, epoch));
    onJudged?.(reported, judged, epoch);
    if (which === 'worst') this.worst.add(reported);
    else if (which === 'all' || (which === 'findings' && reported.findings.length > 0)) {
      this.connections.push(reported);
    }
  }

  report(captures: readonly ReportedCapture[]): Report {
    const { toolVersion, profile, chooses } = this.options;
    const capturedOnly = this.capturedOnly.result();
    const summary = { ...this.counter.summary(), ...(capturedOnly && { capturedOnly }) };
    return {
      schema: 'lastack/report/1',
      tool: { name: 'lastack', version: toolVersion },
      profile: { name: profile.name, msl: profile.msl },
      captures,
      summary,
      ...this.policyTally?.report(summary),
      ...(chooses && { chosen: true }),
      connections: [...this.connections, ...this.worst.all()].sort((a, b) => a.id - b.id),
    };
  }
}
