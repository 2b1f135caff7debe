import type { Side } from '../../machine/state.ts';
import { type Finding, TIERS } from '../../rules/finding.ts';
import type { FindingGroup, OtherGroups, ReportedConnection } from '../report.ts';
import { PairMap } from './pair-map.ts';
import type { Tally } from './tally.ts';

/** Groups that a report lists. */
const LISTED = 200;
/** The most groups that are counted separately while captures are read; the smallest ones make room. */
const MOST = 4096;

interface Counted {
  readonly tier: Finding['tier'];
  readonly rule: string;
  readonly side: Finding['side'];
  readonly service: ReportedConnection['server'];
  /** The service in one word. */
  readonly name: string;
  count: number;
  first: number;
}

/** Counts findings by tier, rule, side and service as connections become final, in bounded memory. */
export class FindingGroups {
  private groups: Counted[] = [];
  /** By tier and side, and then by rule and service. */
  private places = emptyPlaces();
  private dropped = { groups: 0, findings: 0 };

  count({ id, server, service, findings }: Pick<Tally, 'id' | 'server' | 'service' | 'findings'>): void {
    for (const { tier, rule, side } of findings) {
      const group = this.places[tier][side ?? 'neither'].get(rule, service);
      if (group) {
        group.count += 1;
        group.first = Math.min(group.first, id);
      } else {
        if (this.groups.length >= MOST) this.makeRoom();
        this.add({ tier, rule, side, service: server, name: service, count: 1, first: id });
      }
    }
  }

  /** Worst tier first, then by number. */
  summary(): { groups: FindingGroup[]; otherGroups: OtherGroups | null } {
    const sorted = this.sorted();
    const rest = sorted.slice(LISTED);
    const otherGroups = {
      groups: this.dropped.groups + rest.length,
      findings: this.dropped.findings + rest.reduce((sum, { count }) => sum + count, 0),
    };
    return {
      groups: sorted.slice(0, LISTED).map(({ name: _, ...group }) => group),
      otherGroups: otherGroups.groups === 0 ? null : otherGroups,
    };
  }

  private sorted(): Counted[] {
    return [...this.groups].sort(
      (a, b) => TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || b.count - a.count || a.first - b.first,
    );
  }

  private add(group: Counted): void {
    this.groups.push(group);
    this.places[group.tier][group.side ?? 'neither'].set(group.rule, group.name, group);
  }

  private makeRoom(): void {
    const sorted = this.sorted();
    for (const { count } of sorted.slice(MOST / 2)) {
      this.dropped.groups += 1;
      this.dropped.findings += count;
    }
    this.groups = [];
    this.places = emptyPlaces();
    for (const group of sorted.slice(0, MOST / 2)) this.add(group);
  }
}

type OfTier = Readonly<Record<Side | 'neither', PairMap<Counted>>>;

function emptyPlaces(): Readonly<Record<Finding['tier'], OfTier>> {
  const ofTier = (): OfTier => ({ client: new PairMap(), server: new PairMap(), neither: new PairMap() });
  return { violation: ofTier(), suspect: ofTier(), inconclusive: ofTier(), note: ofTier() };
}
