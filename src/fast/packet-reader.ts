import type { RecordBatch, RecordSink } from '../capture/record.ts';
import { type CompactCore, takeCore } from './compact-core.ts';
import { BLOCK_BYTES, WALKED_RECORDS, WALKED_TIME, WALKED_TO } from './memory-map.ts';
import { type BlockMemory, LAST_PACKET, LIST_BYTES } from './prepared-packets.ts';
import { setRun } from './set-run.ts';

/** Reads the packets of blocks for tables in other threads, which then need not look at the bytes. */
export class PacketReader implements RecordSink {
  /** Where blocks are read to. */
  readonly blocks: readonly BlockMemory[];
  /** Another thread may have one in its memory: see `compact-core.ts`. */
  readonly core: CompactCore;
  private readonly base: number;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private current: BlockMemory | null = null;
  /**
   * Where the list of packets is made: in memory that no other thread reads, since sharing each cache line
   * would cost a wait.
   */
  private readonly list: number;
  private end: number;

  private constructor(core: CompactCore, base: number, list: number, blocks: readonly BlockMemory[]) {
    this.core = core;
    this.base = base;
    this.list = list;
    this.end = list;
    this.blocks = blocks;
    this.words = new Int32Array(core.memory.buffer);
    this.doubles = new Float64Array(core.memory.buffer);
  }

  /**
   * Null where there is no WebAssembly, or no memory for so many blocks.
   *
   * @param keys of the tables' partitions
   */
  static of(count: number, [first, second]: readonly [number, number]): PacketReader | null {
    const core = takeCore();
    if (core === null) return null;
    core.reset(first, second, 0, 1);
    // Fixed addresses are the other thread's.
    const base = core.takePage(BLOCK_BYTES);
    core.setBase(base);
    const list = core.takePage(LIST_BYTES);
    const blocks = Array.from({ length: count }, () => {
      const at = core.takePage(BLOCK_BYTES + LIST_BYTES);
      const { buffer } = core.memory;
      return at === 0
        ? null
        : {
            bytes: new Uint8Array(buffer, at, BLOCK_BYTES),
            list: new Uint8Array(buffer, at + BLOCK_BYTES, LIST_BYTES),
          };
    });
    if (base === 0 || list === 0 || !blocks.every((block) => block !== null)) return null;
    return new PacketReader(core, base, list, blocks);
  }

  /** The records that follow are of this block. */
  begin(block: BlockMemory): void {
    this.current = block;
    this.end = this.list;
  }

  /** The block is over: puts the packets into its list. Returns how many bytes they take. */
  finish(): number {
    const bytes = this.end - this.list;
    if (this.current !== null && bytes > 0) this.core.copy(this.current.list.byteOffset, this.list, bytes);
    return bytes;
  }

  /** Packets that are not ordinary are left to the tables. */
  record(): void {}

  records(run: RecordBatch): void {
    const { current, core, words } = this;
    if (current === null || run.bytes.buffer !== current.bytes.buffer || !setRun(core, run)) return;
    const start = run.bytes.byteOffset;
    const { base, list, end } = this;
    this.end = core.prepare(start + run.from, start + run.end, list, end, list + LAST_PACKET, start);
    const records = words[(base + WALKED_RECORDS) >> 2] ?? 0;
    if (records === 0) return;
    run.frame += records;
    run.previous = this.doubles[(base + WALKED_TIME) >> 3] ?? 0;
    run.from = (words[(base + WALKED_TO) >> 2] ?? 0) - start;
  }
}
