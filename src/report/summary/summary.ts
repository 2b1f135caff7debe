import type { PortRange } from '../../rules/time-wait/time-wait-pressure.ts';
import type { Summary } from '../report.ts';
import { CloseCounts } from './close-counts.ts';
import { FindingGroups } from './finding-groups.ts';
import { ServicesCounter } from './services.ts';
import { StuckCounter } from './stuck-sockets.ts';
import type { Tally } from './tally.ts';
import { TimeWaitCounter } from './time-wait-load.ts';

/** Counts connections as they become final. */
export class SummaryCounter {
  private connections = 0;
  private readonly verdicts = { conformant: 0, violation: 0, suspect: 0, inconclusive: 0 };
  private readonly closes = new CloseCounts();
  private readonly findings = new Map<string, number>();
  private readonly tiers = { violation: 0, suspect: 0, inconclusive: 0, note: 0 };
  private readonly groups = new FindingGroups();
  private readonly services = new ServicesCounter();
  private readonly timeWaits: TimeWaitCounter;
  private readonly stuck = new StuckCounter();

  /**
   * @param msl seconds: how long TIME_WAITs last that the captures do not see the end of
   * @param ports that clients have, where that is known
   */
  constructor(msl: number, ports: PortRange | null = null) {
    this.timeWaits = new TimeWaitCounter(msl, ports);
  }

  count(tally: Tally): void {
    const { verdict, way, findings } = tally;
    this.connections += 1;
    this.verdicts[verdict] += 1;
    this.closes.add(way);
    for (const { rule, tier } of findings) {
      this.findings.set(rule, (this.findings.get(rule) ?? 0) + 1);
      this.tiers[tier] += 1;
    }
    this.groups.count(tally);
    this.services.count(tally);
    this.timeWaits.count(tally);
    if (tally.left.length > 0) this.stuck.count(tally);
  }

  /** Of all that, the findings by kind: what is asked for again and again while a capture is watched. */
  kinds(): Pick<Summary, 'groups' | 'otherGroups'> {
    return this.groups.summary();
  }

  /** The counts so far; kinds in the order of the table of kinds, rules by name. */
  summary(): Summary {
    return {
      connections: this.connections,
      verdicts: { ...this.verdicts },
      closes: this.closes.closes(),
      closers: this.closes.closers(),
      findings: Object.fromEntries([...this.findings].sort(([a], [b]) => (a < b ? -1 : 1))),
      tiers: { ...this.tiers },
      ...this.groups.summary(),
      ...this.services.summary(),
      pressure: this.timeWaits.pressure(),
      sockets: { timeWait: this.timeWaits.holders(), stuck: this.stuck.summary() },
    };
  }
}
