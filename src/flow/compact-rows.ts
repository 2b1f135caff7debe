import type { RecordRun } from '../capture/record.ts';
import type { Segment } from '../decode/segment.ts';
import type { CompactCore } from './compact-core.ts';
import { baseOf, CompactMemory } from './compact-memory.ts';
import {
  APART,
  CLOSE_START,
  CREATED,
  ENDED,
  INPUT,
  INPUT_BYTES,
  IS_FULL,
  LAST,
  NUMBER,
  STATUS,
  WALKED_CREATED,
  WALKED_ENDED,
  WALKED_LEFT,
  WALKED_RECORDS,
  WALKED_TIME,
  WALKED_TO,
} from './compact-row.ts';
import { FlowIndex } from './flow-index.ts';
import { createKey, type FlowKey, loadKey } from './flow-key.ts';
import type { PageMemory, Pages } from './pages.ts';
import type { PreparedPackets } from './prepared-packets.ts';
import { ELSEWHERE, type RowIndex } from './row-index.ts';
import type { OptionNumbers } from './segment-options.ts';
import { setRun } from './set-run.ts';
import type { Share } from './share.ts';

/** What a walk goes by, besides the run: times in nanoseconds. */
export interface WalkOptions {
  /** No segment before the one time, and none from the other on. */
  readonly latest: number;
  readonly until: number;
  /** What a segment's time is more than its record's, and its frame's number. */
  readonly shift: number;
  readonly frames: number;
  /** Of the next connection. */
  readonly nextId: number;
}

/** What a walk did; the object is filled over and over. */
export interface Walked {
  /** Segments that it took. */
  segments: number;
  /** Connections that it created, and those that it may have ended. */
  created: number;
  ended: number;
  /** There may be more to take. */
  goesOn: boolean;
}

/**
 * Connections in which everything so far went by the book, in the memory of a WebAssembly that takes their segments
 * (`wasm/compact-rows.ts` says which those are, and `wasm/packets.ts` which packets it takes straight from the capture); and
 * the index of these and of all full rows. That memory has 4 GiB at most: connections beyond have full rows and an index in
 * this side's memory, and cost more.
 */
export class CompactRows extends CompactMemory implements RowIndex {
  direction: 0 | 1 = 0;
  private readonly full: Pages;
  private readonly share: Share;
  /** The full rows for which there was no more memory here. */
  private overflow: FlowIndex | null = null;
  private readonly key: FlowKey = createKey();
  private readonly walked: Walked = { segments: 0, created: 0, ended: 0, goesOn: false };
  /** The part of the run's bytes that is in the memory, and the address of what would be the first of them. */
  private from = 0;
  private end = 0;
  private start = 0;
  /** Prepared packets that were copied here last, where they stand, and which of them is the next. */
  private prepared: PreparedPackets | null = null;
  private packets = 0;
  private roomForPackets = 0;
  private nextPacket = 0;
  private endOfPackets = 0;

  constructor(share: Share, full: Pages, core: CompactCore) {
    super(core);
    this.full = full;
    this.share = share;
    const [first, second] = share.keys;
    core.reset(first, second, share.index, share.of);
    this.refresh();
  }

  /** Where the bytes of a run need not be copied. */
  get block(): Uint8Array {
    return this.core.block;
  }

  /** Zeroed memory for a page of full rows, which may then take segments here; null where there is no more. */
  takePage(bytes: number): PageMemory | null {
    const offset = this.core.takePage(bytes);
    this.refresh();
    return offset === 0 ? null : { buffer: this.core.memory.buffer, offset };
  }

  /** Blocks of 4,096 segments that the journal has in use. */
  get journalBlocks(): number {
    return this.core.blocksInUse();
  }

  find(s: Segment): number {
    if (s.ipVersion === 6) {
      this.core.setIpv6(
        s.source0,
        s.source1,
        s.source2,
        s.source3,
        s.destination0,
        s.destination1,
        s.destination2,
        s.destination3,
        s.sourcePort,
        s.destinationPort,
      );
    } else {
      this.core.setIpv4(s.source3, s.destination3, s.sourcePort, s.destinationPort);
    }
    const found = this.core.lookUp();
    if (found < 0) return ELSEWHERE;
    this.direction = found & 1 ? 1 : 0;
    if (found > 1) return this.entryOf(found >> 1);
    return this.overflow?.find(s) ?? 0;
  }

  add(row: number): void {
    this.lookUp(row);
    if (this.core.enterFull(row, this.addressOf(row)) === 0) {
      this.overflow ??= new FlowIndex(this.share, this.full);
      this.overflow.add(row);
    }
    this.refresh();
  }

  replace(old: number, row: number): void {
    const compact = old < 0 ? ~old : this.rowOf(old - 1);
    if (compact !== 0) this.core.leadTo(compact, row, this.addressOf(row));
    else this.overflow?.replace(old, row);
  }

  remove(entry: number): void {
    const compact = entry < 0 ? ~entry : this.rowOf(entry - 1);
    if (compact === 0) {
      this.overflow?.remove(entry);
      return;
    }
    this.core.remove(compact);
    if (entry > 0) this.core.release(compact);
  }

  has(entry: number): boolean {
    if (entry < 0) return this.core.isEntered(~entry) !== 0;
    return this.rowOf(entry - 1) !== 0 || this.overflow?.has(entry) === true;
  }

  *[Symbol.iterator](): Generator<number, void, void> {
    for (let place = this.core.places() - 1; place >= 0; place--) {
      const row = this.core.rowIn(place);
      if (row !== 0) yield this.entryOf(row);
    }
    if (this.overflow !== null) yield* this.overflow;
  }

  /** A row for a connection that this segment, which was looked for last, opens; 0 where it needs a full one. */
  begin(segment: Segment, options: OptionNumbers, id: number): number {
    if (!this.present(segment, options)) return 0;
    const row = this.core.begin(id);
    this.refresh();
    return row;
  }

  /**
   * Takes a segment, which was looked for last, that goes by the book. Returns twice the row, which is another one where that
   * closed the connection, and 1 more where it is to be queued; 0, and nothing is changed, where it does not.
   */
  append(row: number, segment: Segment, options: OptionNumbers): number {
    if (!this.present(segment, options)) return 0;
    const taken = this.core.append(row);
    this.refresh();
    return taken;
  }

  /**
   * Takes what it can from the beginning of a run of records. The connections that it created have the next numbers.
   *
   * @param prepared the packets of a block that may be the run's, read by another thread
   */
  walk(run: RecordRun, options: WalkOptions, prepared: PreparedPackets | null): Walked {
    const { walked } = this;
    walked.segments = 0;
    if (this.overflow !== null) return walked;
    if (prepared !== null && prepared.block === run.bytes) this.walkPrepared(run, options, prepared);
    else this.walkRecords(run, options);
    return walked;
  }

  private walkRecords(run: RecordRun, options: WalkOptions): void {
    if (!setRun(this.core, run)) return;
    if (run.isNew || run.from < this.from || run.from >= this.end) this.load(run);
    const { start, walked } = this;
    this.beginWalk(run, start + run.from, options);
    this.core.walk(start + this.end);
    this.endWalk(run, start);
    walked.goesOn &&= this.end < run.end;
    // What is left of the part is less than a record.
    if (walked.goesOn) this.end = run.from;
  }

  private walkPrepared(run: RecordRun, options: WalkOptions, prepared: PreparedPackets): void {
    if (prepared !== this.prepared) this.loadPackets(prepared);
    this.beginWalk(run, run.from, options);
    this.nextPacket = this.core.walkPrepared(this.nextPacket, this.endOfPackets);
    this.endWalk(run, 0);
  }

  private beginWalk(run: RecordRun, from: number, { latest, until, shift, frames, nextId }: WalkOptions): void {
    this.core.beginWalk(from, run.previous, shift, latest, until, run.frame + frames, nextId);
  }

  /** @param start what the addresses of records are more than their places in the run */
  private endWalk(run: RecordRun, start: number): void {
    this.refresh();
    const { walked, words } = this;
    walked.segments = words[WALKED_RECORDS >> 2] ?? 0;
    walked.created = words[WALKED_CREATED >> 2] ?? 0;
    walked.ended = words[WALKED_ENDED >> 2] ?? 0;
    walked.goesOn = walked.segments > 0 && words[WALKED_LEFT >> 2] === 0;
    if (walked.segments > 0) run.previous = this.doubles[WALKED_TIME >> 3] ?? 0;
    run.frame += walked.segments;
    run.from = (words[WALKED_TO >> 2] ?? 0) - start;
  }

  private loadPackets(prepared: PreparedPackets): void {
    const { list } = prepared;
    this.prepared = prepared;
    if (list.byteLength > this.roomForPackets) {
      this.packets = this.core.takePage(list.byteLength);
      this.roomForPackets = this.packets === 0 ? 0 : list.byteLength;
      this.refresh();
    }
    // Where there is no more memory, they are all left.
    this.nextPacket = this.packets;
    this.endOfPackets = this.packets + Math.min(list.byteLength, this.roomForPackets);
    if (this.packets !== 0) new Uint8Array(this.words.buffer).set(list, this.packets);
  }

  /** With which of its segments, from 1, the last walk created a connection. */
  createdWith(index: number): number {
    return this.words[(CREATED >> 2) + index] ?? 0;
  }

  /** A row that the last walk may have ended; 0 where that has moved since. */
  endedRow(index: number): number {
    const at = (ENDED >> 2) + 2 * index;
    const row = this.words[at] ?? 0;
    return this.word(row, NUMBER) === this.words[at + 1] ? row : 0;
  }

  /** When it began to close. */
  closedAt(row: number): number {
    return this.doubles[(baseOf(row) + APART + CLOSE_START) >> 1] ?? 0;
  }

  /** Makes a segment the one at hand; false where it is longer than an IP packet, or its options are cut. */
  private present(segment: Segment, { timed, timestamp, echo, announced }: OptionNumbers): boolean {
    const { time, frame, seq, ack, flags, window, length, ttl, ipId } = segment;
    if (segment.optionsCut || length >>> 16 !== 0) return false;
    const stamped = timed ? 1 : 0;
    this.core.setSegment(
      time,
      frame,
      seq,
      ack,
      flags,
      window,
      length,
      ttl,
      ipId,
      stamped,
      timestamp,
      echo,
      announced,
    );
    return true;
  }

  /** Where a full row lies in the memory; 0 where it does not. */
  private addressOf(full: number): number {
    const { buffer, byteOffset } = this.full.page(full);
    return buffer instanceof SharedArrayBuffer ? byteOffset + 4 * this.full.base(full) : 0;
  }

  private entryOf(row: number): number {
    const base = baseOf(row);
    return (this.words[base + STATUS] ?? 0) & IS_FULL ? (this.words[base + LAST] ?? 0) + 1 : ~row;
  }

  /** The row that leads to a full one; 0 where its key leads elsewhere. */
  private rowOf(full: number): number {
    const row = this.lookUp(full);
    return row !== 0 && this.entryOf(row) === full + 1 ? row : 0;
  }

  /** The row to which the key of a full one leads. */
  private lookUp(full: number): number {
    const { key } = this;
    loadKey(key, this.full.page(full), this.full.base(full));
    const { a0, a1, a2, a3, b0, b1, b2, b3, ports } = key;
    const [portA, portB] = [ports >>> 16, ports & 0xffff];
    if (key.ipv6) this.core.setIpv6(a0, a1, a2, a3, b0, b1, b2, b3, portA, portB);
    else this.core.setIpv4(a3, b3, portA, portB);
    return this.core.lookUp() >> 1;
  }

  /** Puts the next part of a run into the memory, unless it stands there. */
  private load(run: RecordRun): void {
    const { block } = this.core;
    const { bytes } = run;
    run.isNew = false;
    this.from = run.from;
    if (bytes.buffer === block.buffer) {
      this.end = run.end;
      this.start = bytes.byteOffset;
      return;
    }
    this.end = Math.min(run.end, run.from + INPUT_BYTES);
    // Shared memory is written byte by byte, which takes eight times as long, where it is not aligned as its source is.
    const at = INPUT + ((bytes.byteOffset + this.from) & 7);
    this.start = at - this.from;
    new Uint8Array(this.words.buffer).set(bytes.subarray(this.from, this.end), at);
  }
}
