import type { RegularClose } from '../flow/regular-close.ts';
import { judgesRegular } from '../policy/policy.ts';
import { PolicyTally } from '../policy/policy-tally.ts';
import type { Ladder } from '../report/ladder.ts';
import { RegularTally } from '../report/regular-tally.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { SummaryCounter } from '../report/summary.ts';
import { tallyOf } from '../report/tally.ts';
import { worstFirst } from '../report/worst-first.ts';
import type { CheckOptions } from './check.ts';

const WORST = 1000;

const LISTS: Readonly<Record<CheckOptions['connections'], (connection: ReportedConnection) => boolean>> = {
  all: () => true,
  findings: ({ findings }) => findings.length > 0,
  worst: ({ verdict }) => verdict !== 'conformant',
  none: () => false,
};

/** Somebody wants to see connections that conform. */
export function listsConformant({
  connections,
  onConnection,
  policy,
}: Pick<CheckOptions, 'connections' | 'onConnection' | 'policy'>): boolean {
  const isJudged = policy !== undefined && judgesRegular(policy);
  return isJudged || onConnection !== undefined || connections === 'all' || connections === 'findings';
}

/** Makes the report of a run out of its connections as they become final. */
export class Collector {
  private readonly options: CheckOptions;
  private readonly counter: SummaryCounter;
  private readonly policyTally: PolicyTally | null;
  private readonly regularTally: RegularTally;
  private connections: ReportedConnection[] = [];

  constructor(options: CheckOptions) {
    this.options = options;
    this.counter = new SummaryCounter(options.profile.msl);
    this.policyTally = options.policy === undefined ? null : new PolicyTally(options.policy);
    this.regularTally = new RegularTally(2 * options.profile.msl * 1e9);
  }

  connection(reported: ReportedConnection, ladder: () => Ladder): void {
    const { connections: which, onConnection } = this.options;
    this.counter.count(tallyOf(reported));
    this.policyTally?.count(reported);
    onConnection?.(reported, ladder);
    if (LISTS[which](reported)) this.connections.push(reported);
    if (which === 'worst' && this.connections.length >= 2 * WORST) {
      this.connections = worstFirst(this.connections).slice(0, WORST);
    }
  }

  /** A connection that conforms and that nobody wants to see. */
  regular(close: RegularClose, epoch: bigint): void {
    this.counter.count(this.regularTally.of(close, epoch));
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
