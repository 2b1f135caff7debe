import { type Finding, TIERS, type Tier } from '../../rules/finding.ts';
import { fingerprintOf } from '../../rules/fingerprint.ts';
import type { Pressure } from '../../rules/time-wait/time-wait-pressure.ts';
import type { ReportLadder } from '../ladder/ladder.ts';
import type { Report, ReportedConnection, ServiceFinding } from '../report.ts';

/** Findings with one fingerprint: the same fault at the same service, however often it shows. */
export interface DistinctFinding {
  /** The worst of these findings; of several, the finding on the connection with the lowest id. */
  readonly finding: Finding;
  readonly service: ReportedConnection['server'];
  readonly count: number;
  /** The connection that shows it; null where it speaks of the whole run. */
  readonly sample: { readonly connection: ReportedConnection; readonly ladder: ReportLadder } | null;
}

/** What formats that report findings, and not connections, are made of. */
export interface DistinctFindings {
  /** Worst tier first, then the most frequent. */
  readonly list: readonly DistinctFinding[];
  /** Findings, by tier, that were too many to be kept apart. */
  readonly leftOut: Readonly<Record<Tier, number>>;
}

/** What a report says of the run as a whole. */
export interface WholeRun extends Pick<Report, 'policy'> {
  readonly summary: Pick<Report['summary'], 'pressure'>;
}

/** Fingerprints that a report has at most; twice as many are kept while captures are read. */
const MOST = 2000;

/** Collects findings by fingerprint as connections become final, in bounded memory. */
export class DistinctFindingCounter {
  private readonly most: number;
  private kept: Map<string, DistinctFinding> = new Map();
  private readonly leftOut = { violation: 0, suspect: 0, inconclusive: 0, note: 0 };

  constructor(most: number = MOST) {
    this.most = most;
  }

  /** @param draw called only where the ladder is wanted */
  count(connection: ReportedConnection, draw: () => ReportLadder): void {
    let ladder: ReportLadder | undefined;
    for (const finding of connection.findings) {
      const known = this.kept.get(finding.fingerprint);
      const count = 1 + (known?.count ?? 0);
      if (known?.sample && !isBetter(finding, connection, known.finding, known.sample.connection)) {
        this.kept.set(finding.fingerprint, { ...known, count });
        continue;
      }
      ladder ??= draw();
      const sample = { connection, ladder };
      this.kept.set(finding.fingerprint, { finding, service: connection.server, count, sample });
    }
    if (this.kept.size >= 2 * this.most) this.makeRoom();
  }

  /** @param report what the run as a whole showed is in its summary and its policy */
  findings({ summary, policy }: WholeRun): DistinctFindings {
    this.makeRoom();
    const ofServices = (policy?.findings ?? []).map(fromService);
    const list = [...this.kept.values(), ...summary.pressure.map(fromPressure), ...ofServices].sort(
      worstFirst,
    );
    return { list, leftOut: { ...this.leftOut } };
  }

  private makeRoom(): void {
    const sorted = [...this.kept].sort(([, a], [, b]) => worstFirst(a, b));
    for (const [, { finding, count }] of sorted.slice(this.most)) this.leftOut[finding.tier] += count;
    this.kept = new Map(sorted.slice(0, this.most));
  }
}

function isBetter(
  { tier }: Finding,
  { id }: ReportedConnection,
  known: Finding,
  knownOn: ReportedConnection,
): boolean {
  const worse = TIERS.indexOf(tier) - TIERS.indexOf(known.tier);
  return worse < 0 || (worse === 0 && id < knownOn.id);
}

function worstFirst(a: DistinctFinding, b: DistinctFinding): number {
  return (
    TIERS.indexOf(a.finding.tier) - TIERS.indexOf(b.finding.tier) ||
    b.count - a.count ||
    (a.sample?.connection.id ?? 0) - (b.sample?.connection.id ?? 0)
  );
}

function fromPressure({ holder, service, ...pressure }: Pressure): DistinctFinding {
  const fingerprint = fingerprintOf([pressure.rule, `${service.address}:${service.port}`, holder]);
  return {
    finding: { ...pressure, side: 'client', frames: [], fingerprint },
    service,
    count: 1,
    sample: null,
  };
}

function fromService({ service, ...finding }: ServiceFinding): DistinctFinding {
  return { finding, service, count: 1, sample: null };
}
