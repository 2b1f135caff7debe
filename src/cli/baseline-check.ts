import type { CheckOptions } from '../engine/check.ts';
import { type Baseline, compareWith, KnownFindingsCounter } from '../policy/baseline.ts';
import type { Report } from '../report/report.ts';
import type { Finding, Tier } from '../rules/finding.ts';
import { readBaseline } from './baseline-file.ts';
import type { FailOn } from './exit-status.ts';

type OnConnection = NonNullable<CheckOptions['onConnection']>;

/** A run against the findings that were known before it. */
export class BaselineCheck {
  private readonly path: string;
  private readonly known: Baseline;
  private readonly counter: KnownFindingsCounter;
  private accounted: ReadonlySet<string> = new Set();

  private constructor(path: string, known: Baseline, notes: boolean) {
    this.path = path;
    this.known = known;
    this.counter = new KnownFindingsCounter(notes);
  }

  static open(path: string, failOn: FailOn): BaselineCheck {
    return new BaselineCheck(path, readBaseline(path), failOn === 'note');
  }

  /** Counts findings as connections become final, and hands the connections on. */
  watching(next: OnConnection | null): OnConnection {
    return (connection, ladder) => {
      for (const finding of connection.findings) this.counter.count(finding, connection.server);
      next?.(connection, ladder);
    };
  }

  /** The report with what the baseline makes of it. */
  compare(report: Report): Report {
    for (const finding of report.policy?.findings ?? []) this.counter.count(finding, finding.service);
    const kinds = compareWith(this.known, this.counter.baseline());
    this.accounted = new Set(
      kinds
        .filter(({ state }) => state === 'known' || state === 'less')
        .map(({ fingerprint }) => fingerprint),
    );
    const { connections, ...head } = report;
    return { ...head, baseline: { path: this.path, kinds }, connections };
  }

  /** Findings of too many kinds, which no baseline accounts for. */
  get beyond(): Readonly<Record<Tier, number>> {
    return this.counter.beyond;
  }

  isKnown({ fingerprint }: Finding): boolean {
    return this.accounted.has(fingerprint);
  }
}
