import type { Segment } from '../decode/segment.ts';
import { FlowIndex } from './flow-index.ts';
import type { IntList } from './int-list.ts';
import type { Pages } from './pages.ts';
import type { Partition } from './partition.ts';
import { CONTEXT } from './row.ts';
import type { RowIndex } from './row-index.ts';

/** One index for what travels in no tunnel, and another one for what does, which has full rows only. */
export class ContextIndex implements RowIndex {
  direction: 0 | 1 = 0;
  private readonly plain: RowIndex;
  private readonly full: Pages;
  private readonly partition: Partition;
  private tunnelled: FlowIndex | null = null;

  constructor(plain: RowIndex, partition: Partition, full: Pages) {
    this.plain = plain;
    this.partition = partition;
    this.full = full;
  }

  get footprint(): number {
    return this.plain.footprint + (this.tunnelled?.footprint ?? 0);
  }

  find(segment: Segment): number {
    const index = segment.context === 0 ? this.plain : this.inTunnels();
    const entry = index.find(segment);
    this.direction = index.direction;
    return entry;
  }

  add(row: number): void {
    this.indexOf(row + 1).add(row);
  }

  replace(old: number, row: number): void {
    this.indexOf(row + 1).replace(old, row);
  }

  remove(entry: number): void {
    this.indexOf(entry).remove(entry);
  }

  has(entry: number): boolean {
    return this.indexOf(entry).has(entry);
  }

  list(into: IntList): void {
    this.plain.list(into);
    this.tunnelled?.list(into);
  }

  private indexOf(entry: number): RowIndex {
    if (entry < 0) return this.plain;
    const context = this.full.page(entry - 1)[this.full.base(entry - 1) + CONTEXT] ?? 0;
    return context === 0 ? this.plain : this.inTunnels();
  }

  private inTunnels(): FlowIndex {
    this.tunnelled ??= new FlowIndex(this.partition, this.full);
    return this.tunnelled;
  }
}
