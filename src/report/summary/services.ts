import type { ReportedConnection } from '../report.ts';
import { ServiceCounter } from './service.ts';
import type { OtherServices, ServiceSummary } from './service-summary.ts';
import type { Tally } from './tally.ts';

/** Services that a report lists. */
const LISTED = 100;
/** Services that are counted apart while captures are read; the smaller half makes room for more. */
const MOST = 2048;

interface Counted {
  /** In one word. */
  readonly name: string;
  readonly server: ReportedConnection['server'];
  readonly counter: ServiceCounter;
}

/** Counts connections by service, in bounded memory: what the smallest of too many services had goes on in `others`. */
export class ServicesCounter {
  private readonly services: Map<string, Counted> = new Map();
  private readonly others = new ServiceCounter();
  private dropped = 0;

  count(tally: Tally): void {
    const { server, service } = tally;
    const known = this.services.get(service);
    if (known) {
      known.counter.count(tally);
      return;
    }
    if (this.services.size >= MOST) this.drop(this.byConnections().slice(MOST / 2), this.others);
    const counter = new ServiceCounter();
    counter.count(tally);
    this.services.set(service, { name: service, server, counter });
  }

  summary(): { services: ServiceSummary[]; otherServices: OtherServices | null } {
    const sorted = this.byConnections();
    const others = new ServiceCounter();
    others.mergeCounts(this.others);
    for (const { counter } of sorted.slice(LISTED)) others.mergeCounts(counter);
    const unlisted = this.dropped + Math.max(0, sorted.length - LISTED);
    return {
      services: sorted.slice(0, LISTED).map(({ server, counter }) => counter.summary(server)),
      otherServices: unlisted === 0 ? null : { services: unlisted, ...others.counts() },
    };
  }

  /** Most connections first, those with as many by name. */
  private byConnections(): Counted[] {
    return [...this.services.values()].sort(
      (a, b) => b.counter.connections - a.counter.connections || (a.name < b.name ? -1 : 1),
    );
  }

  private drop(services: readonly Counted[], into: ServiceCounter): void {
    for (const { name, counter } of services) {
      into.mergeCounts(counter);
      this.services.delete(name);
      this.dropped += 1;
    }
  }
}
