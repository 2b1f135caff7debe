import type { RecordBatch } from '../capture/record.ts';
import { PLAIN_TIME } from '../capture/time-bounds.ts';
import { checksumOf } from '../decode/network/checksum.ts';
import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { SUM_RIGHT } from '../flow/announced.ts';
import { FlowIndex } from '../flow/flow-index.ts';
import { createKey, type FlowKey, loadKey } from '../flow/flow-key.ts';
import type { IntList } from '../flow/int-list.ts';
import type { PageMemory, Pages } from '../flow/pages.ts';
import type { Partition } from '../flow/partition.ts';
import { ELSEWHERE, type RowIndex } from '../flow/row-index.ts';
import type { OptionNumbers } from '../flow/segment-options.ts';
import type { CompactCore } from './compact-core.ts';
import { baseOf, CompactMemory } from './compact-memory.ts';
import {
  APART,
  BLOCK_BITS,
  BLOCK_BYTES,
  CLOSE_START,
  CONTENT_IN_PACKET,
  CREATED,
  ENDED,
  ENTRIES,
  FRAME_BITS,
  HAS_WRONG_SUM,
  INPUT,
  INPUT_BYTES,
  IS_FULL,
  LAST,
  LISTED,
  NUMBER,
  STATUS,
  WALKED_CREATED,
  WALKED_ENDED,
  WALKED_FURTHER,
  WALKED_RECORDS,
  WALKED_TIME,
  WALKED_TO,
} from './memory-map.ts';
import { LAST_PACKET, LIST_BYTES, type PreparedPackets } from './prepared-packets.ts';
import { setRun } from './set-run.ts';

/** Of all memory that WebAssembly can have, and of the blocks in which it is handed out. */
const LARGEST = 2 ** 32;
const BLOCK_SIZE = 2 ** BLOCK_BITS;
/** Of a page of WebAssembly. */

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
  /** Segments that it took, up to the first that it did not. */
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
  private readonly partition: Partition;
  /** The full rows for which there was no more memory here. */
  private overflow: FlowIndex | null = null;
  private readonly key: FlowKey = createKey();
  private readonly walked: Walked = { segments: 0, created: 0, ended: 0, goesOn: false };
  /** The part of the run's bytes that is in the memory, and the address of what would be the first of them. */
  private from = 0;
  private end = 0;
  private start = 0;
  /** Where the list of packets stands, which of them is the next, and where it ends; 0 before there is one. */
  private packets = 0;
  private nextPacket = 0;
  private endOfPackets = 0;
  /** What it was taken over from; null where it was made here: from which place in the run, and up to which one. */
  private prepared: PreparedPackets | null = null;
  private origin = 0;
  private isAhead = false;
  private preparedTo = 0;

  /** @param most bytes of its memory */
  constructor(partition: Partition, full: Pages, core: CompactCore, most: number = Infinity) {
    super(core);
    this.full = full;
    this.partition = partition;
    const [first, second] = partition.keys;
    core.setLimit(Math.min(most, LARGEST) / BLOCK_SIZE);
    core.reset(first, second, partition.index, partition.of);
    this.refresh();
  }

  /** Where the bytes of a run need not be copied. */
  get block(): Uint8Array {
    return this.core.block;
  }

  /** Zeroed memory for a page of full rows, which may then take segments here; null where there is no more. */
  takePage(bytes: number): PageMemory | null {
    const offset = unsigned(this.core.takePage(bytes));
    this.refresh();
    return offset === 0 ? null : { buffer: this.core.memory.buffer, offset };
  }

  /** Without what an earlier run made the memory grow to. */
  get footprint(): number {
    return this.core.nextBlock() * BLOCK_SIZE + (this.overflow?.footprint ?? 0);
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
      this.overflow ??= new FlowIndex(this.partition, this.full);
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

  list(into: IntList): void {
    for (let place = 0; place >= 0; ) {
      place = this.core.listEntries(place);
      const first = ENTRIES >> 2;
      into.append(this.words.subarray(first, first + 2 * (this.words[LISTED >> 2] ?? 0)));
    }
    this.overflow?.list(into);
  }

  /** A row for a connection that this segment, which was looked for last, opens; 0 where it needs a full one. */
  begin(segment: Segment, options: OptionNumbers, id: number): number {
    const { flags, length } = segment;
    const isStrayAck = length === 0 && (flags & (ACK | SYN | RST | FIN)) === ACK;
    const announced = isStrayAck && checksumOf(segment) === 'right' ? SUM_RIGHT : options.announced;
    if (!this.present(segment, options, announced)) return 0;
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
  walk(run: RecordBatch, options: WalkOptions, prepared: PreparedPackets | null): Walked {
    const { walked } = this;
    walked.segments = 0;
    walked.goesOn = false;
    if (this.overflow !== null && !this.isAhead) return walked;
    // No run has so many records that the last would have a greater number than fits.
    if (run.frame + options.frames > FRAME_BITS - BLOCK_BYTES) return walked;
    if (prepared !== null && prepared.block === run.bytes) this.walkPrepared(run, options, prepared);
    else this.walkRecords(run, options);
    return walked;
  }

  /** Walks records whose packets are not known yet. */
  private walkRecords(run: RecordBatch, options: WalkOptions): void {
    if (run.isNew || run.from < this.from || run.from >= this.end) this.load(run);
    if (run.from >= this.preparedTo && !this.prepareFrom(run)) return;
    this.walkList(run, this.origin, options);
    // What is left of the part is less than a record.
    this.walked.goesOn = run.from === this.preparedTo && run.from > this.from && this.end < run.end;
    if (this.walked.goesOn) this.end = run.from;
  }

  private walkPrepared(run: RecordBatch, options: WalkOptions, prepared: PreparedPackets): void {
    if (prepared !== this.prepared) this.loadPackets(prepared);
    this.walkList(run, 0, options);
  }

  /** @param origin what the places of records in the run are more than in the list */
  private walkList(run: RecordBatch, origin: number, options: WalkOptions): void {
    const { core, walked } = this;
    const { latest, until, shift, frames, nextId } = options;
    // Where rows lie elsewhere, too, only what was taken is passed.
    const earliest = this.overflow === null ? latest : Infinity;
    core.beginWalk(run.from - origin, run.previous, shift, earliest, until, run.frame + frames, nextId);
    this.nextPacket = unsigned(core.walk(this.packets, this.nextPacket, this.endOfPackets));
    this.refresh();
    const { words } = this;
    walked.segments = words[WALKED_RECORDS >> 2] ?? 0;
    walked.created = words[WALKED_CREATED >> 2] ?? 0;
    walked.ended = words[WALKED_ENDED >> 2] ?? 0;
    this.isAhead = words[WALKED_FURTHER >> 2] === 1;
    run.isAhead = this.isAhead;
    if (walked.segments === 0) return;
    run.previous = this.doubles[WALKED_TIME >> 3] ?? 0;
    run.frame += walked.segments;
    run.from = (words[WALKED_TO >> 2] ?? 0) + origin;
  }

  /** Takes over a list that another thread has made. */
  private loadPackets(prepared: PreparedPackets): void {
    const { list } = prepared;
    this.prepared = prepared;
    const hasRoom = this.takeList();
    // Where there is no memory for them, they are all left.
    this.endOfPackets = this.packets + (hasRoom ? list.byteLength : 0);
    if (!hasRoom) return;
    if (this.core.isShared) this.core.copy(this.packets, list.byteOffset, list.byteLength);
    else this.bytes.set(list, this.packets);
  }

  /** Makes a list of what can be read of the part of a run that is in the memory; false where there is none. */
  private prepareFrom(run: RecordBatch): boolean {
    this.prepared = null;
    if (!this.takeList() || !setRun(this.core, run)) return false;
    const { core, packets, start } = this;
    const from = start + run.from;
    this.endOfPackets = unsigned(
      core.prepare(from, start + this.end, packets, packets, packets + LAST_PACKET, from),
    );
    this.origin = run.from;
    this.preparedTo = (this.words[WALKED_TO >> 2] ?? 0) - start;
    return true;
  }

  /** Begins a new list; false where there is no memory for it. */
  private takeList(): boolean {
    if (this.packets === 0) {
      this.packets = unsigned(this.core.takePage(LIST_BYTES));
      this.refresh();
    }
    this.nextPacket = this.packets;
    return this.packets !== 0;
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

  /** Makes a segment the one at hand; false where a compact row has no room for what it is. */
  private present(segment: Segment, options: OptionNumbers, announced = options.announced): boolean {
    const { timed, timestamp, echo, content, wrongSum } = options;
    const { time, frame, seq, ack, flags, window, length, ttl, ipId } = segment;
    if (Math.abs(time) > PLAIN_TIME) return false;
    if (segment.optionsCut || options.signed || length >>> 16 !== 0 || frame > FRAME_BITS) return false;
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
      (content << CONTENT_IN_PACKET) | (wrongSum ? HAS_WRONG_SUM : 0),
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
  private load(run: RecordBatch): void {
    const { block } = this.core;
    const { bytes } = run;
    run.isNew = false;
    this.from = run.from;
    this.preparedTo = run.from;
    if (bytes.buffer === block.buffer) {
      this.end = run.end;
      this.start = bytes.byteOffset;
      return;
    }
    this.end = Math.min(run.end, run.from + INPUT_BYTES);
    // Shared memory is written byte by byte, which takes eight times as long, where it is not aligned as its source is.
    const at = INPUT + ((bytes.byteOffset + this.from) & 7);
    this.start = at - this.from;
    this.bytes.set(bytes.subarray(this.from, this.end), at);
  }
}

/** An address: WebAssembly hands out all numbers as signed ones. */
function unsigned(address: number): number {
  return address >>> 0;
}
