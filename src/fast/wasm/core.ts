/** What the other side calls: `../compact-core.ts` says it in types. */
import { resetIndexes } from './flow-index';
import { setShare } from './flow-key';
import { resetJournal } from './journal';
import { resetMemory } from './memory';
import { resetGroups } from './packet-list';
import { resetRows } from './row';

export { append, begin, setIpv4, setIpv6, setSegment } from './alone';
export { settle, sweep } from './endings';
export { listEntries, lookUp } from './flow-index';
export { gather } from './gathering';
export { blocksInUse } from './journal';
export { beginAt, cleanBlock, nextBlock, setLimit, takePage } from './memory';
export { beginWalk, walk } from './packets';
export { copy, prepare, setBase } from './preparing';
export { enterFull, isEntered, leadTo, release, remove } from './row-life';
export { setRun } from './run';

/** Forgets everything, and begins anew for one of several shares. */
export function reset(firstKey: i32, secondKey: i32, share: i32, shares: i32): void {
  resetMemory();
  resetJournal();
  resetRows();
  resetIndexes();
  resetGroups();
  setShare(firstKey, secondKey, share, shares);
}
