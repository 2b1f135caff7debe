/**
 * A ring of blocks in shared memory: one thread fills them, several others each walk every one of them, in order. Bytes
 * are copied once, out of the source, however many walk them (HTML living standard, SharedArrayBuffer; ECMA-262 25.4,
 * Atomics).
 */

import { Endings } from '../fast/endings.ts';
import { BLOCK_BYTES } from '../fast/memory-map.ts';
import type { BlockMemory } from '../fast/prepared-packets.ts';

/** Words of the control memory. */
const PUBLISHED = 0;
const REFUSED = 1;
/** Counts whatever a walker does that the feeder may wait for. */
const ACTIVITY = 2;
/**
 * How many blocks have to be walked before a walker signals that there is room; 0 while no thread waits for
 * room.
 */
const WANTED = 3;
const FIRST_WALKER = 4;
/** Words a walker: blocks walked, messages sent, messages taken. */
const WALKED = 0;
const SENT = 1;
const TAKEN = 2;
const PER_WALKER = 3;
/** Words a block: what it holds, how many bytes of it, and how many of its list. */
const PER_BLOCK = 3;

/** Messages of a walker under way. */
const MESSAGES = 8;
/** Words of the endings that go with one of them. */
export const ENDING_ROOM = 57_344;
/** How often a walker looks for the next block before it sleeps: to be woken takes as long as several blocks do. */
const LOOKS = 10_000;

/** What a block holds. */
export const BYTES = 0;
export const BEGIN = 1;
export const END_OF_CAPTURE = 2;
export const END_OF_RUN = 3;

/** The memory of a ring, to be handed to the threads. */
export interface RingMemory {
  readonly walkers: number;
  readonly control: SharedArrayBuffer;
  readonly blocks: readonly BlockMemory[];
  /** Of each walker: the endings of its messages, one more than may be under way, for the next one. */
  readonly endings: readonly (readonly SharedArrayBuffer[])[];
}

export function createRing(walkers: number, blocks: readonly BlockMemory[]): RingMemory {
  return {
    walkers,
    control: new SharedArrayBuffer(4 * (FIRST_WALKER + walkers * PER_WALKER + PER_BLOCK * blocks.length)),
    blocks,
    endings: Array.from({ length: walkers }, () => shared(MESSAGES + 1, 4 * ENDING_ROOM)),
  };
}

/** Blocks without lists. */
export function plainBlocks(count: number): BlockMemory[] {
  const list = new Uint8Array(0);
  return shared(count, BLOCK_BYTES).map((memory) => ({ bytes: new Uint8Array(memory), list }));
}

function shared(count: number, bytes: number): SharedArrayBuffer[] {
  return Array.from({ length: count }, () => new SharedArrayBuffer(bytes));
}

/** Those of the message that has this number, from 0. */
function turn(endings: readonly Endings[], message: number): Endings {
  const own = endings[message % (MESSAGES + 1)];
  if (!own) throw new RangeError('a ring has places for endings');
  return own;
}

/** The side that fills the blocks. */
export class RingFeeder {
  private readonly control: Int32Array;
  private readonly blocks: readonly BlockMemory[];
  private readonly walkers: number;
  private readonly endings: readonly (readonly Endings[])[];
  private readonly whileWaiting: () => void;
  private count = 0;

  /** @param whileWaiting called again and again while there is no free block */
  constructor({ walkers, control, blocks, endings }: RingMemory, whileWaiting: () => void) {
    this.control = new Int32Array(control);
    this.endings = endings.map((own) => own.map((memory) => new Endings(memory)));
    this.blocks = blocks;
    this.walkers = walkers;
    this.whileWaiting = whileWaiting;
  }

  /** A walker wants no more bytes of this capture. */
  get refused(): boolean {
    return Atomics.load(this.control, REFUSED) !== 0;
  }

  /** The next block need not be waited for. */
  get hasRoom(): boolean {
    return this.haveAllWalked(this.count - this.blocks.length + 1);
  }

  /**
   * Asks the walkers to signal when half of the blocks are free (see {@link RingWalker.next}). Returns true if
   * they are free already. A thread that waits asks again after each signal.
   */
  wantsRoom(): boolean {
    const wanted = this.count - this.blocks.length / 2;
    Atomics.store(this.control, WANTED, wanted);
    return this.haveAllWalked(wanted);
  }

  /** The next block to fill; waits until every walker is done with what it held. */
  acquire(): BlockMemory {
    this.waitFor(this.count - this.blocks.length + 1);
    const block = this.blocks[this.count % this.blocks.length];
    if (!block) throw new RangeError('a ring has blocks');
    return block;
  }

  /**
   * Hands the acquired block to the walkers.
   *
   * @param prepared bytes of its list
   */
  publish(kind: number, length: number, prepared = 0): void {
    const meta = FIRST_WALKER + this.walkers * PER_WALKER + PER_BLOCK * (this.count % this.blocks.length);
    this.control[meta] = kind;
    this.control[meta + 1] = length;
    this.control[meta + 2] = prepared;
    if (kind === BEGIN) Atomics.store(this.control, REFUSED, 0);
    this.count += 1;
    Atomics.store(this.control, PUBLISHED, this.count);
    Atomics.notify(this.control, PUBLISHED);
  }

  /** The endings that go with the next message of a walker, until {@link took} is called. */
  endingsOf(walker: number): Endings {
    const taken = Atomics.load(this.control, FIRST_WALKER + walker * PER_WALKER + TAKEN);
    return turn(this.endings[walker] ?? [], taken);
  }

  /** Says that a message of a walker was taken, so that it may send another. */
  took(walker: number): void {
    const at = FIRST_WALKER + walker * PER_WALKER + TAKEN;
    Atomics.add(this.control, at, 1);
    Atomics.notify(this.control, at);
  }

  private waitFor(walked: number): void {
    for (;;) {
      const activity = Atomics.load(this.control, ACTIVITY);
      if (this.haveAllWalked(walked)) return;
      this.whileWaiting();
      Atomics.wait(this.control, ACTIVITY, activity);
    }
  }

  private haveAllWalked(walked: number): boolean {
    for (let walker = 0; walker < this.walkers; walker++) {
      if (Atomics.load(this.control, FIRST_WALKER + walker * PER_WALKER + WALKED) < walked) return false;
    }
    return true;
  }
}

/** What a walker is to do. */
export interface RingBlock {
  readonly kind: number;
  readonly bytes: Uint8Array;
  /** The packets in it, as far as they were prepared. */
  readonly list: Uint8Array;
}

/** The side that walks them. */
export class RingWalker {
  private readonly control: Int32Array;
  private readonly blocks: readonly BlockMemory[];
  private readonly own: number;
  private readonly meta: number;
  private readonly endings: readonly Endings[];
  private readonly sayRoom: () => void;
  private count = 0;

  /** @param sayRoom tells the feeder that there may be the room that it wants */
  constructor({ walkers, control, blocks, endings }: RingMemory, index: number, sayRoom: () => void) {
    this.endings = (endings[index] ?? []).map((memory) => new Endings(memory));
    this.control = new Int32Array(control);
    this.blocks = blocks;
    this.own = FIRST_WALKER + index * PER_WALKER;
    this.meta = FIRST_WALKER + walkers * PER_WALKER;
    this.sayRoom = sayRoom;
  }

  /** Says that no more bytes of this capture are wanted. */
  refuse(): void {
    Atomics.store(this.control, REFUSED, 1);
  }

  /** Waits for the next block and walks it. */
  next(walk: (block: RingBlock) => void): void {
    this.waitForNext();
    const at = this.meta + PER_BLOCK * (this.count % this.blocks.length);
    const block = this.blocks[this.count % this.blocks.length];
    if (!block) throw new RangeError('a ring has blocks');
    walk({
      kind: this.control[at] ?? BYTES,
      bytes: block.bytes.subarray(0, this.control[at + 1]),
      list: block.list.subarray(0, this.control[at + 2]),
    });
    this.count += 1;
    Atomics.store(this.control, this.own + WALKED, this.count);
    this.wake();
    const wanted = Atomics.load(this.control, WANTED);
    if (wanted === 0 || this.count < wanted) return;
    Atomics.compareExchange(this.control, WANTED, wanted, 0);
    this.sayRoom();
  }

  /** Where the endings that go with the next message are to be put: {@link ENDING_ROOM} at most. */
  nextEndings(): Endings {
    const endings = turn(this.endings, Atomics.load(this.control, this.own + SENT));
    endings.length = 0;
    return endings;
  }

  /** Sends a message by `post`, once not too many of its own are under way. */
  send(post: () => void): void {
    const sent = Atomics.add(this.control, this.own + SENT, 1) + 1;
    for (;;) {
      const taken = Atomics.load(this.control, this.own + TAKEN);
      if (sent - taken <= MESSAGES) break;
      Atomics.wait(this.control, this.own + TAKEN, taken);
    }
    post();
    this.wake();
  }

  private waitForNext(): void {
    const { control, count } = this;
    for (let looks = LOOKS; Atomics.load(control, PUBLISHED) <= count; looks--) {
      if (looks <= 0) Atomics.wait(control, PUBLISHED, count);
    }
  }

  private wake(): void {
    Atomics.add(this.control, ACTIVITY, 1);
    Atomics.notify(this.control, ACTIVITY);
  }
}
