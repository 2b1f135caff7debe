/** What the other side calls: `../compact-core.ts` says it in types. */
import { resetIndexes } from './flow-index';
import { setPartition } from './flow-key';
import { resetJournal } from './journal';
import { resetMemory } from './memory';
import { resetGroups } from './packet-list';
import { resetRows } from './row';

export { settle, sweep } from './endings';
export { listEntries, lookUp } from './flow-index';
export { gather } from './gathering';
export { blocksInUse } from './journal';
export { beginAt, cleanBlock, nextBlock, setLimit, takePage } from './memory';
export { beginWalk, walk } from './packets';
export { copy, prepare, setBase } from './preparing';
export { enterFull, isEntered, leadTo, release, remove } from './row-life';
export { setRun } from './run';
export { append, begin, setIpv4, setIpv6, setSegment } from './single-packet';

/** Forgets everything, and begins anew for one of several partitions. */
export function reset(firstKey: i32, secondKey: i32, partition: i32, partitions: i32): void {
  resetMemory();
  resetJournal();
  resetRows();
  resetIndexes();
  resetGroups();
  setPartition(firstKey, secondKey, partition, partitions);
}
