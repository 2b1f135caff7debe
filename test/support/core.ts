import { type CompactCore, takeCore } from '../../src/fast/compact-core.ts';

/** A core for compact rows. */
export function freshCore(): CompactCore {
  const core = takeCore();
  if (core === null) throw new Error('there is no WebAssembly');
  return core;
}
