/**
 * A ring of blocks in shared memory: one thread fills them, several others each walk every one of them, in order. Bytes
 * are copied once, out of the source, however many walk them (HTML living standard, SharedArrayBuffer; ECMA-262 25.4,
 * Atomics).
 */

/** Blocks under way: enough that no side waits for the other's hiccups, few enough to stay in the cache. */
const BLOCKS = 8;
const BLOCK = 1 << 18;

/** Words of the control memory. */
const PUBLISHED = 0;
const REFUSED = 1;
/** Counts whatever a walker does that the feeder may wait for. */
const ACTIVITY = 2;
/** Blocks of the capture at hand that walkers which read by themselves have read. */
const READ = 3;
const FIRST_WALKER = 4;
/** Words a walker: blocks walked, messages sent, messages taken. */
const WALKED = 0;
const SENT = 1;
const TAKEN = 2;
const PER_WALKER = 3;

/** Messages of a walker under way. */
const MESSAGES = 8;
/** Numbers that go with one of them. */
export const NUMBERS = 51_200;

/** What a block holds. */
export const BYTES = 0;
export const BEGIN = 1;
export const END_OF_CAPTURE = 2;
export const END_OF_RUN = 3;

/** The memory of a ring, to be handed to the threads. */
export interface RingMemory {
  readonly walkers: number;
  readonly control: SharedArrayBuffer;
  readonly blocks: readonly SharedArrayBuffer[];
  /** Of each walker: the numbers of its messages, one more than may be under way, for the next one. */
  readonly numbers: readonly (readonly SharedArrayBuffer[])[];
}

export function createRing(walkers: number): RingMemory {
  return {
    walkers,
    control: new SharedArrayBuffer(4 * (FIRST_WALKER + walkers * PER_WALKER + 2 * BLOCKS)),
    blocks: shared(BLOCKS, BLOCK),
    numbers: Array.from({ length: walkers }, () => shared(MESSAGES + 1, 8 * NUMBERS)),
  };
}

function shared(count: number, bytes: number): SharedArrayBuffer[] {
  return Array.from({ length: count }, () => new SharedArrayBuffer(bytes));
}

/** The side that fills the blocks. */
export class RingFeeder {
  private readonly control: Int32Array;
  private readonly blocks: readonly Uint8Array[];
  private readonly walkers: number;
  private readonly numbers: readonly (readonly Float64Array[])[];
  private readonly whileWaiting: () => void;
  private count = 0;

  /** @param whileWaiting called again and again while there is no free block */
  constructor({ walkers, control, blocks, numbers }: RingMemory, whileWaiting: () => void) {
    this.control = new Int32Array(control);
    this.numbers = numbers.map((own) => own.map((memory) => new Float64Array(memory)));
    this.blocks = blocks.map((block) => new Uint8Array(block));
    this.walkers = walkers;
    this.whileWaiting = whileWaiting;
  }

  /** A walker wants no more bytes of this capture. */
  get refused(): boolean {
    return Atomics.load(this.control, REFUSED) !== 0;
  }

  /** Bytes that the walkers have read by themselves, of the capture at hand. */
  get read(): number {
    return BLOCK * Atomics.load(this.control, READ);
  }

  /** The next block to fill; waits until every walker is done with what it held. */
  acquire(): Uint8Array {
    this.waitFor(this.count - BLOCKS + 1);
    const block = this.blocks[this.count % BLOCKS];
    if (!block) throw new RangeError('a ring has blocks');
    return block;
  }

  /** Hands the acquired block to the walkers. */
  publish(kind: number, length: number): void {
    const meta = FIRST_WALKER + this.walkers * PER_WALKER + 2 * (this.count % BLOCKS);
    this.control[meta] = kind;
    this.control[meta + 1] = length;
    if (kind === BEGIN) {
      Atomics.store(this.control, REFUSED, 0);
      Atomics.store(this.control, READ, 0);
    }
    this.count += 1;
    Atomics.store(this.control, PUBLISHED, this.count);
    Atomics.notify(this.control, PUBLISHED);
  }

  /** The numbers that go with the next message of a walker, until that {@link took} is called. */
  numbersOf(walker: number): Float64Array {
    const taken = Atomics.load(this.control, FIRST_WALKER + walker * PER_WALKER + TAKEN);
    return this.numbers[walker]?.[taken % (MESSAGES + 1)] ?? new Float64Array(0);
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
      this.whileWaiting();
      if (this.haveAllWalked(walked)) return;
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

/** The side that walks them. */
export class RingWalker {
  private readonly control: Int32Array;
  private readonly blocks: readonly Uint8Array[];
  private readonly own: number;
  private readonly meta: number;
  private readonly numbers: readonly Float64Array[];
  private count = 0;

  constructor({ walkers, control, blocks, numbers }: RingMemory, index: number) {
    this.numbers = (numbers[index] ?? []).map((memory) => new Float64Array(memory));
    this.control = new Int32Array(control);
    this.blocks = blocks.map((block) => new Uint8Array(block));
    this.own = FIRST_WALKER + index * PER_WALKER;
    this.meta = FIRST_WALKER + walkers * PER_WALKER;
  }

  /** Says that no more bytes of this capture are wanted. */
  refuse(): void {
    Atomics.store(this.control, REFUSED, 1);
  }

  /** Says how many bytes of this capture it has read by itself. */
  hasRead(bytes: number): void {
    const blocks = Math.floor(bytes / BLOCK);
    if (blocks <= Atomics.load(this.control, READ)) return;
    Atomics.store(this.control, READ, blocks);
    this.wake();
  }

  /** Waits for the next block and walks it. */
  async next(walk: (kind: number, bytes: Uint8Array) => Promise<void>): Promise<void> {
    while (Atomics.load(this.control, PUBLISHED) <= this.count)
      Atomics.wait(this.control, PUBLISHED, this.count);
    const at = this.count % BLOCKS;
    const kind = this.control[this.meta + 2 * at] ?? BYTES;
    const length = this.control[this.meta + 2 * at + 1] ?? 0;
    await walk(kind, this.blocks[at]?.subarray(0, length) ?? new Uint8Array(0));
    this.count += 1;
    Atomics.store(this.control, this.own + WALKED, this.count);
    this.wake();
  }

  /** Where the numbers that go with the next message are to be put: {@link NUMBERS} at most. */
  nextNumbers(): Float64Array {
    const sent = Atomics.load(this.control, this.own + SENT);
    return this.numbers[sent % (MESSAGES + 1)] ?? new Float64Array(0);
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

  private wake(): void {
    Atomics.add(this.control, ACTIVITY, 1);
    Atomics.notify(this.control, ACTIVITY);
  }
}
