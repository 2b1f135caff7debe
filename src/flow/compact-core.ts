import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What the WebAssembly of `wasm/` exports (`wasm/core.ts`). Booleans are 0 and 1; a row of 0 is none. */
export interface CompactCore {
  readonly memory: { readonly buffer: ArrayBuffer };
  reset(firstKey: number, secondKey: number, share: number, shares: number): void;
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
  ): void;
  begin(id: number): number;
  append(row: number): number;
  enterFull(full: number): number;
  leadTo(row: number, full: number): void;
  isEntered(row: number): number;
  remove(row: number): void;
  release(row: number): void;
  places(): number;
  rowIn(place: number): number;
  sweep(parts: number, now: number, silence: number): void;
  settle(parts: number): void;
  gather(first: number, parts: number): void;
  blocksInUse(): number;
  walk(
    from: number,
    end: number,
    longest: number,
    baseSeconds: number,
    baseFraction: number,
    scale: number,
    previous: number,
    shift: number,
    latest: number,
    until: number,
    frame: number,
    id: number,
  ): number;
}

let compiled: WebAssembly.Module | null = null;
/** One that nobody needs any more: making one takes longer than reading a small capture. */
let spare: CompactCore | null = null;

/** A core with a memory of its own, to be {@link CompactCore.reset}. */
export function takeCore(): CompactCore {
  const core = spare ?? createCore();
  spare = null;
  return core;
}

/** @param core is not used by the caller any more */
export function releaseCore(core: CompactCore): void {
  spare = core;
}

function createCore(): CompactCore {
  compiled ??= new WebAssembly.Module(
    readFileSync(createRequire(import.meta.url).resolve('#compact-core.wasm')),
  );
  return new WebAssembly.Instance(compiled).exports as unknown as CompactCore;
}
