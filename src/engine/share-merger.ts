import { type CompactSegments, createCompactSegments } from '../fast/compact-segments.ts';
import { readEnding } from '../fast/endings.ts';
import { createRegularClose, type RegularClose } from '../fast/regular-close.ts';
import type { FinalOrder } from '../flow/partition.ts';
import type { Collector } from './collector.ts';
import { type FinalConnection, GrowingNumbers, type ShareBatch } from './share-batch.ts';

/** Regular endings that are handed on before other work gets a turn. */
const OFTEN = 128;

/** One partition: what it has sent and is not handed on yet. */
interface Sender {
  readonly batches: ShareBatch[];
  /** Nothing that it still sends became final before this. */
  until: ShareBatch['until'];
  /** How far the lists of its first batch have been taken. */
  connection: number;
  regular: number;
  /** Ticks of its connections that have no number yet, and how far the first list of them has been taken. */
  readonly created: Float64Array[];
  numbered: number;
  /** The number in the report by its own. */
  readonly ids: GrowingNumbers;
}

/**
 * Puts what the partitions made final in the order of one table, and gives connections the numbers that it would: by the
 * ticks at which they came to be.
 */
export class ShareMerger {
  private readonly collector: Collector;
  private readonly senders: readonly Sender[];
  private readonly close: RegularClose = createRegularClose();
  private readonly segments: CompactSegments = createCompactSegments();
  private readonly meanwhile: () => void;
  private nextId = 0;
  private handed = 0;

  /** @param meanwhile called now and then, between two regular endings */
  constructor(partitions: number, collector: Collector, meanwhile: () => void) {
    this.collector = collector;
    this.meanwhile = meanwhile;
    this.senders = Array.from({ length: partitions }, () => ({
      batches: [],
      until: { tick: 0, phase: 0 },
      connection: 0,
      regular: 0,
      created: [],
      numbered: 0,
      ids: new GrowingNumbers(1024),
    }));
  }

  /** Takes what a partition has sent, and hands on whatever nothing earlier can precede any more. */
  add(partition: number, batch: ShareBatch): void {
    const sender = this.senders[partition];
    if (!sender) return;
    sender.until = batch.until;
    if (batch.created.length > 0) sender.created.push(batch.created);
    if (batch.connections.length + batch.regular.length > 0) sender.batches.push(batch);
    if (this.senders.length > 1) {
      for (let next = this.next(); next; next = this.next()) this.handOne(next);
      return;
    }
    while (sender.batches.length > 0) {
      if (sender.batches[0]?.connections.length === 0) this.handAll(sender);
      else this.handOne(sender);
    }
  }

  /** The partition whose next connection became final first; null while another might still send an earlier one. */
  private next(): Sender | null {
    let tick = Infinity;
    let phase = Infinity;
    for (const sender of this.senders) {
      if (sender.batches.length === 0) continue;
      const own = momentOf(sender, 'tick');
      if (own > tick) continue;
      phase = own < tick ? momentOf(sender, 'phase') : Math.min(phase, momentOf(sender, 'phase'));
      tick = own;
    }
    for (const { batches, until } of this.senders) {
      if (batches.length > 0) continue;
      if (tick > until.tick || (tick === until.tick && phase >= until.phase)) return null;
    }
    if (tick === Infinity) return null;
    this.number(tick);
    let first: Sender | null = null;
    let root = Infinity;
    for (const sender of this.senders) {
      if (sender.batches.length === 0 || momentOf(sender, 'tick') !== tick) continue;
      if (momentOf(sender, 'phase') !== phase) continue;
      const own = sender.ids.all[momentOf(sender, 'root')] ?? 0;
      if (own >= root) continue;
      root = own;
      first = sender;
    }
    return first;
  }

  /** Numbers the connections that came to be up to a tick, over all partitions. */
  private number(tick: number): void {
    for (;;) {
      let first: Sender | null = null;
      let earliest = Infinity;
      for (const sender of this.senders) {
        const own = sender.created[0]?.[sender.numbered] ?? Infinity;
        if (own < earliest) {
          earliest = own;
          first = sender;
        }
      }
      if (first === null || earliest > tick) return;
      const at = first.ids.reserve(1);
      first.ids.all[at] = this.nextId++;
      first.numbered += 1;
      if (first.numbered < (first.created[0]?.length ?? 0)) continue;
      first.created.shift();
      first.numbered = 0;
    }
  }

  /** The only partition has the numbers of one table. */
  private idOf({ ids }: Sender, own: number): number {
    return this.senders.length === 1 ? own : (ids.all[own] ?? 0);
  }

  /** Hands on a batch of the only partition that has nothing but regular endings. */
  private handAll(sender: Sender): void {
    const batch = sender.batches.shift();
    if (!batch) return;
    const { regular } = batch;
    for (let at = 0; at < regular.length; at = regular.behind(at)) this.handRegular(sender, batch, at);
  }

  private handRegular(sender: Sender, { regular, epoch }: ShareBatch, at: number): void {
    const { close, segments } = this;
    readEnding(regular.words, regular.doubles, at, close);
    close.id = this.idOf(sender, close.id);
    const capture = regular.readSegments(at, segments);
    if (capture === null) this.collector.regular(close, epoch);
    else this.collector.listed(close, segments, { capture, epoch }, notHere);
    this.handed += 1;
    if (this.handed % OFTEN === 0) this.meanwhile();
  }

  private handPlain({ tally, reported, epoch }: FinalConnection, id: number): void {
    this.collector.connection({ ...tally, id }, reported && { ...reported, id }, notHere, epoch);
  }

  private handOne(sender: Sender): void {
    const { batches } = sender;
    const [batch] = batches;
    if (!batch) return;
    if (isRegularNext(sender)) {
      const at = sender.regular;
      sender.regular = batch.regular.behind(at);
      this.handRegular(sender, batch, at);
    } else {
      const next = batch.connections[sender.connection++];
      if (next) this.handPlain(next, this.idOf(sender, next.tally.id));
    }
    if (sender.regular < batch.regular.length || sender.connection < batch.connections.length) return;
    batches.shift();
    sender.regular = 0;
    sender.connection = 0;
  }
}

const FIELDS: readonly (keyof FinalOrder)[] = ['tick', 'phase', 'root'];

/** When the next connection of a partition became final. */
function momentOf(sender: Sender, field: keyof FinalOrder): number {
  return isRegularNext(sender)
    ? (sender.batches[0]?.regular.momentAt(sender.regular, field) ?? Infinity)
    : plainMoment(sender, field);
}

function plainMoment({ batches, connection }: Sender, field: keyof FinalOrder): number {
  return batches[0]?.connections[connection]?.[field] ?? Infinity;
}

/** Of the two lists of a partition, the one whose next became final first. */
function isRegularNext(sender: Sender): boolean {
  const [batch] = sender.batches;
  if (!batch || sender.regular >= batch.regular.length) return false;
  if (sender.connection >= batch.connections.length) return true;
  const { regular } = batch;
  for (const field of FIELDS) {
    const difference = regular.momentAt(sender.regular, field) - plainMoment(sender, field);
    if (difference !== 0) return difference < 0;
  }
  // An earlier incarnation, which another one followed, is never regular: it comes first.
  return false;
}

function notHere(): never {
  throw new Error('what was judged is in the thread that judged it: run with one thread');
}
