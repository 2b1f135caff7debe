import type { RecordBatch } from '../capture/record.ts';
import { LINK_TYPES } from '../decode/link/link-layers.ts';
import type { CompactCore } from './compact-core.ts';

/** Tells the core the format of a batch of records. Returns false if WebAssembly does not read that format. */
export function setRun(core: CompactCore, run: RecordBatch): boolean {
  const link = LINK_TYPES.get(run.linkType)?.layout;
  if (!link) return false;
  core.setRun(
    link.typeAt,
    link.ipAt,
    run.longest,
    run.interface,
    run.baseHigh,
    run.baseLow,
    run.highUnit,
    run.lowUnit,
    run.unit,
    run.baseTime,
  );
  return true;
}
