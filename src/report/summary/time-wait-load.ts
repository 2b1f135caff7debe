import {
  type PortRange,
  type Pressure,
  pressureOf,
  rateOf,
  type TimeWaitLoad,
} from '../../rules/time-wait/time-wait-pressure.ts';
import { PairMap } from './pair-map.ts';
import { PortSet } from './port-set.ts';
import type { TimeWaitHolder } from './socket-summary.ts';
import type { Tally } from './tally.ts';

/** How often in 2MSL the number of TIME_WAITs is looked at. */
const LOOKS = 64;
/** Steps of a timeline; a longer capture is looked at less often. */
const MOST_STEPS = 512;
/** Pairs of holder and service that are counted at once; the half with the fewest TIME_WAITs makes room for more. */
const MOST_PAIRS = 1024;
/** Holders that a summary lists: of so many at once, so many holders. */
const MANY = 100;
const LISTED = 10;

/** Counts the TIME_WAITs that clients hold, per client address and service, in bounded memory. */
export class TimeWaitCounter {
  private readonly twoMsl: number;
  private readonly ports: PortRange | null;
  private pairs: Pair[] = [];
  /** By holder and service. */
  private places = new PairMap<Pair>();

  /**
   * @param msl seconds
   * @param ports that clients have, where that is known
   */
  constructor(msl: number, ports: PortRange | null = null) {
    this.twoMsl = 2 * msl;
    this.ports = ports;
  }

  count({
    client,
    clientPort,
    server,
    service,
    timeWait,
  }: Pick<Tally, 'client' | 'clientPort' | 'server' | 'service' | 'timeWait'>): void {
    if (timeWait === null) return;
    const { start, lasted, reopened } = timeWait;
    const pair = this.pair(client, server, service);
    pair.ports.add(clientPort);
    pair.add(start, Number.isNaN(lasted) ? this.twoMsl : lasted, reopened);
  }

  /** Those with pressure, most TIME_WAITs first. */
  pressure(): Pressure[] {
    return [...this.pairs]
      .sort((a, b) => b.timeWaits - a.timeWaits)
      .flatMap((pair) => pressureOf(pair.load(), this.twoMsl, this.ports) ?? []);
  }

  /** Those that held many at once, most first. */
  holders(): TimeWaitHolder[] {
    return this.pairs
      .filter(({ timeWaits }) => timeWaits >= MANY)
      .map((pair) => pair.load())
      .filter(({ peak }) => peak >= MANY)
      .sort((a, b) => b.peak - a.peak)
      .slice(0, LISTED)
      .map((load) => {
        const { holder, service, peak, timeWaits, ports } = load;
        const { used, low, high } = ports;
        return {
          host: holder,
          service,
          most: peak,
          timeWaits,
          perSecond: rateOf(load),
          ports: { used, low, high },
        };
      });
  }

  private pair(holder: string, service: Tally['server'], name: string): Pair {
    const known = this.places.get(holder, name);
    if (known) return known;
    if (this.pairs.length >= MOST_PAIRS) this.makeRoom();
    const pair = new Pair(holder, service, name, this.twoMsl / LOOKS);
    this.add(pair);
    return pair;
  }

  private add(pair: Pair): void {
    this.pairs.push(pair);
    this.places.set(pair.holder, pair.name, pair);
  }

  private makeRoom(): void {
    const most = [...this.pairs].sort((a, b) => b.timeWaits - a.timeWaits).slice(0, MOST_PAIRS / 2);
    this.pairs = [];
    this.places = new PairMap();
    for (const pair of most) this.add(pair);
  }
}

interface Change {
  readonly step: number;
  by: number;
}

/** The change of no step. */
const NOWHERE: Readonly<Change> = { step: Number.NaN, by: 0 };

class Pair {
  timeWaits = 0;
  readonly holder: string;
  readonly ports: PortSet = new PortSet();
  /** The service in one word. */
  readonly name: string;
  private readonly service: Tally['server'];
  private first = Infinity;
  private last = -Infinity;
  private reused = 0;
  private fastestReuse = Infinity;
  /** Seconds of a step, and by how much the number of TIME_WAITs changed in each. */
  private step: number;
  private changes: Map<number, Change> = new Map();
  /** Those of the latest start and end: many follow each other within a step. */
  private lastStart: Change = NOWHERE;
  private lastEnd: Change = NOWHERE;

  constructor(holder: string, service: Tally['server'], name: string, step: number) {
    this.holder = holder;
    this.name = name;
    this.service = service;
    this.step = step;
  }

  /** @param start epoch seconds */
  add(start: number, lasted: number, reopened: boolean): void {
    this.timeWaits += 1;
    this.first = Math.min(this.first, start);
    this.last = Math.max(this.last, start);
    this.lastStart = this.change(this.lastStart, start, 1);
    this.lastEnd = this.change(this.lastEnd, start + lasted, -1);
    if (!reopened) return;
    this.reused += 1;
    this.fastestReuse = Math.min(this.fastestReuse, lasted);
  }

  load(): TimeWaitLoad {
    const { holder, service, timeWaits, reused } = this;
    const { used, low, high, jumps } = this.ports;
    return {
      holder,
      service,
      timeWaits,
      peak: this.peak(),
      span: this.last - this.first,
      reused,
      fastestReuse: reused === 0 ? null : this.fastestReuse,
      ports: { used, low, high, jumps },
    };
  }

  /** Changes the number at a time, which may be in the step of `last`. Returns the step's change, while that is one. */
  private change(last: Change, time: number, by: number): Change {
    const step = Math.floor(time / this.step);
    const change = step === last.step ? last : this.changeAt(step);
    change.by += by;
    if (this.changes.size <= MOST_STEPS) return change;
    const finer = this.changes;
    this.step *= 2;
    this.changes = new Map();
    for (const [at, { by }] of finer) this.changeAt(Math.floor(at / 2)).by += by;
    this.lastStart = NOWHERE;
    this.lastEnd = NOWHERE;
    return NOWHERE;
  }

  private changeAt(step: number): Change {
    const known = this.changes.get(step);
    if (known) return known;
    const change = { step, by: 0 };
    this.changes.set(step, change);
    return change;
  }

  /** At the ends of the steps the number is exact; what rose and fell between them is not seen. */
  private peak(): number {
    let now = 0;
    let most = 0;
    for (const [, { by }] of [...this.changes].sort(([a], [b]) => a - b)) {
      now += by;
      most = Math.max(most, now);
    }
    return most;
  }
}
