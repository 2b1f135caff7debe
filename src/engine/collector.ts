import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import { twoMslOf } from '../machine/profile.ts';
import { judgesRegular } from '../policy/policy.ts';
import { PolicyTally } from '../policy/policy-tally.ts';
import type { Ladder } from '../report/ladder.ts';
import { ladderOf } from '../report/ladder-of.ts';
import { reportRegular } from '../report/regular-report.ts';
import { RegularTally } from '../report/regular-tally.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { SummaryCounter } from '../report/summary.ts';
import type { Tally } from '../report/tally.ts';
import { worstFirst } from '../report/worst-first.ts';
import type { Connection } from '../rules/rule.ts';
import type { CheckOptions } from './check.ts';
import type { Place } from './timeline.ts';

const WORST = 1000;

/** What a connection is listed for. */
type Judged = Pick<Tally, 'findings' | 'verdict'>;

const LISTS: Readonly<Record<CheckOptions['connections'], (judged: Judged) => boolean>> = {
  all: () => true,
  findings: ({ findings }) => findings.length > 0,
  worst: ({ verdict }) => verdict !== 'conformant',
  none: () => false,
};

/**
 * What is done with regular endings: they are only counted; somebody wants to see them; or a policy has something to say of
 * them, so that they are judged as all others are.
 */
export type RegularHandling = 'counted' | 'listed' | 'judged';

export function handlingOf({
  connections,
  onConnection,
  policy,
}: Pick<CheckOptions, 'connections' | 'onConnection' | 'policy'>): RegularHandling {
  if (policy !== undefined && judgesRegular(policy)) return 'judged';
  const isListed = onConnection !== undefined || connections === 'all' || connections === 'findings';
  return isListed ? 'listed' : 'counted';
}

/** Which connections a run has to report, and not only to count. */
export type Wanted = Pick<CheckOptions, 'connections'> & { readonly isEach: boolean };

export function wantedOf({ connections, onConnection, policy }: CheckOptions): Wanted {
  return { connections, isEach: onConnection !== undefined || policy !== undefined };
}

/** More than the tally of such a connection is wanted. */
export function isWanted({ connections, isEach }: Wanted, judged: Judged): boolean {
  return isEach || LISTS[connections](judged);
}

/** Makes the report of a run out of its connections as they become final. */
export class Collector {
  private readonly options: CheckOptions;
  private readonly counter: SummaryCounter;
  private readonly policyTally: PolicyTally | null;
  private readonly regularTally: RegularTally;
  /** Nanoseconds. */
  private readonly twoMsl: number;
  private connections: ReportedConnection[] = [];

  constructor(options: CheckOptions) {
    this.options = options;
    this.counter = new SummaryCounter(options.profile.msl);
    this.policyTally = options.policy === undefined ? null : new PolicyTally(options.policy);
    this.twoMsl = twoMslOf(options.profile);
    this.regularTally = new RegularTally(this.twoMsl);
  }

  /** @param reported null where it is not wanted */
  connection(tally: Tally, reported: ReportedConnection | null, ladder: () => Ladder): void {
    this.counter.count(tally);
    if (reported === null) return;
    this.policyTally?.count(reported);
    this.list(reported, ladder);
  }

  /** A connection that conforms and that nobody wants to see. */
  regular(close: RegularClose, epoch: bigint): void {
    this.counter.count(this.regularTally.of(close, epoch));
  }

  /** A connection that conforms, for those who want to see it. */
  listed(
    close: RegularClose,
    segments: CompactSegments,
    { capture, epoch }: Place,
    connection: () => Connection,
  ): void {
    const tally = this.regularTally.of(close, epoch);
    this.counter.count(tally);
    const { twoMsl } = this;
    const { connections: which, onRegular } = this.options;
    const place = { capture, epoch, twoMsl };
    if (onRegular && which !== 'all' && which !== 'findings') {
      onRegular(close, segments, tally, place);
      return;
    }
    const reported = reportRegular(close, segments, tally, place);
    this.list(reported, () => ladderOf(connection(), reported, epoch));
  }

  private list(reported: ReportedConnection, ladder: () => Ladder): void {
    const { connections: which, onConnection } = this.options;
    onConnection?.(reported, ladder);
    if (LISTS[which](reported)) this.connections.push(reported);
    if (which === 'worst' && this.connections.length >= 2 * WORST) {
      this.connections = worstFirst(this.connections).slice(0, WORST);
    }
  }

  report(captures: readonly ReportedCapture[]): Report {
    const { toolVersion, profile } = this.options;
    const summary = this.counter.summary();
    return {
      schema: 'lastack/report/1',
      tool: { name: 'lastack', version: toolVersion },
      profile: { name: profile.name, msl: profile.msl },
      captures,
      summary,
      ...this.policyTally?.report(summary),
      connections: this.connections.sort((a, b) => a.id - b.id),
    };
  }
}
