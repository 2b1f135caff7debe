import type { LiveRows } from './live-rows.ts';

/** What was not kept, since there was no memory for it. */
export interface Unkept {
  /** Segments of connections that were not begun, and segments after the point at which reading stopped. */
  readonly segments: number;
  readonly unread: number;
  readonly firstFrame: number;
}

/** How far what is live may pass the bound, since connections that are there grow. */
const GROWTH = 1.25;
/** Segments between two looks: they take 64 KiB at most. */
const SEGMENTS = 1024;

/**
 * Holds the memory of live connections to a bound. What is given up, in this order: compact rows take no more than half; no
 * connection is begun beyond the bound, unless one that is over has left its place; and beyond a quarter more, nothing is read.
 */
export class MemoryBound {
  private readonly most: number;
  private segments = 0;
  private unread = 0;
  private firstFrame = 0;
  private looks = 0;
  /** Nothing is read any more. */
  isOver = false;

  constructor(most: number) {
    this.most = most;
  }

  /** There is no room for another connection. */
  isFull(rows: LiveRows): boolean {
    return rows.footprint >= this.most && !rows.full.hasFree;
  }

  /** Looks now and then whether what is there has grown too far; true once it has. */
  passes(rows: LiveRows): boolean {
    if (++this.looks % SEGMENTS === 0 && rows.footprint > this.most * GROWTH) this.isOver = true;
    return this.isOver;
  }

  /** Counts a segment that is left out. */
  leave(frame: number): void {
    if (this.segments + this.unread === 0) this.firstFrame = frame;
    if (this.isOver) this.unread += 1;
    else this.segments += 1;
  }

  /** What was left out since the last call, or null. */
  take(): Unkept | null {
    const { segments, unread, firstFrame } = this;
    this.segments = 0;
    this.unread = 0;
    return segments + unread === 0 ? null : { segments, unread, firstFrame };
  }
}

/** What two tables did not keep of one capture. */
export function together(one: Unkept | null, other: Unkept | null): Unkept | null {
  if (one === null || other === null) return one ?? other;
  return {
    segments: one.segments + other.segments,
    unread: one.unread + other.unread,
    firstFrame: Math.min(one.firstFrame, other.firstFrame),
  };
}
