import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { IS_LITTLE_ENDIAN } from '../flow/byte-order.ts';
import { BLOCK, BLOCK_BITS, BLOCK_BYTES, FIRST_PAGES, MOST_PAGES } from './memory-map.ts';

/** What the WebAssembly of `wasm/` exports (`wasm/core.ts`). Booleans are 0 and 1; a row of 0 is none. */
export interface CompactCore {
  readonly memory: CoreMemory;
  /** The part of it where bytes of a capture may be put that are to be walked. */
  readonly block: Uint8Array;
  /** Another thread has the same memory: what it has prepared is there. */
  readonly isShared: boolean;
  setLimit(blocks: number): void;
  reset(firstKey: number, secondKey: number, partition: number, partitions: number): void;
  setIpv4(source: number, destination: number, sourcePort: number, destinationPort: number): void;
  setIpv6(
    source0: number,
    source1: number,
    source2: number,
    source3: number,
    destination0: number,
    destination1: number,
    destination2: number,
    destination3: number,
    sourcePort: number,
    destinationPort: number,
  ): void;
  lookUp(): number;
  setSegment(
    time: number,
    frame: number,
    seq: number,
    ack: number,
    flags: number,
    window: number,
    length: number,
    ttl: number,
    ipId: number,
    stamped: number,
    timestamp: number,
    echo: number,
    announced: number,
    bits: number,
  ): void;
  begin(id: number): number;
  append(row: number): number;
  takePage(bytes: number): number;
  enterFull(full: number, address: number): number;
  leadTo(row: number, full: number, address: number): void;
  isEntered(row: number): number;
  remove(row: number): void;
  release(row: number): void;
  listEntries(from: number): number;
  sweep(parts: number, now: number, silence: number, segments: number, releases: number): number;
  settle(parts: number, now: number, segments: number): number;
  gather(first: number, parts: number): void;
  blocksInUse(): number;
  setRun(
    typeAt: number,
    ipAt: number,
    longest: number,
    ownInterface: number,
    baseHigh: number,
    baseLow: number,
    highUnit: number,
    lowUnit: number,
    unit: number,
    baseTime: number,
  ): void;
  beginWalk(
    from: number,
    previous: number,
    shift: number,
    latest: number,
    until: number,
    frame: number,
    id: number,
  ): void;
  walk(list: number, packets: number, end: number): number;
  copy(to: number, from: number, bytes: number): void;
  setBase(address: number): void;
  beginAt(first: number, clean: number): void;
  nextBlock(): number;
  cleanBlock(): number;
  prepare(from: number, end: number, list: number, packets: number, last: number, origin: number): number;
}

const MOST_BLOCKS = 2 ** (32 - BLOCK_BITS);

/** A `WebAssembly.Module`. */
let compiled: object | null = null;
/** One that nobody needs any more: making one takes longer than reading a small capture. */
let spare: CompactCore | null = null;
/** There is no memory for one: to ask for it again takes longer than reading a small capture, too. */
let isRefused = false;

/**
 * A core with a memory of its own, to be {@link CompactCore.reset}; null where there is no WebAssembly (`node --jitless`), no
 * address space for its memory (`ulimit -v`), or the machine's byte order is another.
 */
export function takeCore(): CompactCore | null {
  const core = spare ?? (IS_LITTLE_ENDIAN ? createCore() : null);
  spare = null;
  // Whoever had it before may have bounded it.
  core?.setLimit(MOST_BLOCKS);
  return core;
}

/** A `WebAssembly.Memory`, which not everybody has the type of. */
export interface CoreMemory {
  readonly buffer: SharedArrayBuffer;
}

/** The compiled module, and where another core may put its data in a memory that the two share. */
export interface CoreParts {
  readonly module: object;
  /** The memory, and the first blocks of it that are free, and that were never used; null where it is to have its own. */
  readonly place: {
    readonly memory: CoreMemory;
    readonly first: number;
    readonly clean: number;
  } | null;
}

/**
 * What another thread needs for a core of its own: the compiled module and, given `core`, a place in its
 * memory. Null if nothing is compiled yet.
 */
export function partsOf(core: CompactCore | null): CoreParts | null {
  if (compiled === null) return null;
  const place = core && { memory: core.memory, first: core.nextBlock(), clean: core.cleanBlock() };
  return { module: compiled, place };
}

/** The next core that is taken is made of these. */
export function useParts({ module, place }: CoreParts): void {
  compiled = module;
  if (place === null) return;
  spare = instantiate(module, place.memory, true);
  spare.beginAt(place.first, place.clean);
}

/** @param core is not used by the caller any more */
export function releaseCore(core: CompactCore): void {
  spare = core;
}

function createCore(): CompactCore | null {
  const memory = createMemory();
  if (memory === null) return null;
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('#compact-core.wasm')),
  );
  return instantiate(compiled, memory, false);
}

function instantiate(module: object, memory: CoreMemory, isShared: boolean): CompactCore {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const block = new Uint8Array(memory.buffer, BLOCK, BLOCK_BYTES);
  return { ...(exports as Omit<CompactCore, 'memory' | 'block' | 'isShared'>), memory, block, isShared };
}

/** Shared: what is seen of it stays valid when it grows: bytes may be walked where they were read. */
function createMemory(): CoreMemory | null {
  if (isRefused || !('WebAssembly' in globalThis)) return null;
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: MOST_PAGES, shared: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    isRefused = true;
    return null;
  }
}
