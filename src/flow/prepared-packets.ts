import type { RecordRun, RecordSink } from '../capture/record.ts';
import { type CompactCore, takeCore } from './compact-core.ts';
import { BLOCK_BYTES, WALKED_RECORDS, WALKED_TIME, WALKED_TO } from './compact-row.ts';
import { setRun } from './set-run.ts';

/** Packets of a block of a capture, in order, as far as they are ordinary (`wasm/packet.ts`). */
export interface PreparedPackets {
  readonly block: Uint8Array;
  readonly list: Uint8Array;
}

/** Memory for a block of a capture, and for the packets in it. */
export interface BlockMemory {
  readonly bytes: Uint8Array;
  readonly list: Uint8Array;
}

/** The shortest packets in their records have 56 bytes over IPv4, and 76 over IPv6; here they take 64 and 128. */
export const LIST_BYTES: number = 2 * BLOCK_BYTES;
/** Where the last packet of a list may begin, behind the first. */
export const LAST_PACKET: number = LIST_BYTES - 128;

/** Reads the packets of blocks for tables in other threads, which then need not look at the bytes. */
export class PacketReader implements RecordSink {
  /** Where blocks are read to. */
  readonly blocks: readonly BlockMemory[];
  private readonly core: CompactCore;
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private current: BlockMemory | null = null;
  private used = 0;

  private constructor(core: CompactCore, blocks: readonly BlockMemory[]) {
    this.core = core;
    this.blocks = blocks;
    this.words = new Int32Array(core.memory.buffer);
    this.doubles = new Float64Array(core.memory.buffer);
  }

  /**
   * Null where there is no WebAssembly, or no memory for so many blocks.
   *
   * @param keys of the tables' shares
   */
  static of(count: number, [first, second]: readonly [number, number]): PacketReader | null {
    const core = takeCore();
    if (core === null) return null;
    core.reset(first, second, 0, 1);
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
    return blocks.every((block) => block !== null) ? new PacketReader(core, blocks) : null;
  }

  /** The records that follow are of this block. */
  begin(block: BlockMemory): void {
    this.current = block;
    this.used = 0;
  }

  /** How many bytes of the block's list the packets take. */
  get bytes(): number {
    return this.used;
  }

  /** What is not ordinary is the tables' business. */
  record(): void {}

  records(run: RecordRun): void {
    const { current, core, words } = this;
    if (current === null || run.bytes.buffer !== current.bytes.buffer || !setRun(core, run)) return;
    const start = run.bytes.byteOffset;
    const { byteOffset } = current.list;
    const last = byteOffset + LAST_PACKET;
    const from = start + run.from;
    this.used =
      core.prepare(from, start + run.end, byteOffset, byteOffset + this.used, last, start) - byteOffset;
    const records = words[WALKED_RECORDS >> 2] ?? 0;
    if (records === 0) return;
    run.frame += records;
    run.previous = this.doubles[WALKED_TIME >> 3] ?? 0;
    run.from = (words[WALKED_TO >> 2] ?? 0) - start;
  }
}
