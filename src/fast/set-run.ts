import type { RecordBatch } from '../capture/record.ts';
import { LINK_LAYOUTS } from '../decode/link/link-layers.ts';
import type { CompactCore } from './compact-core.ts';

/** Says what a run is of; false where that is not read there. */
export function setRun(core: CompactCore, run: RecordBatch): boolean {
  const link = LINK_LAYOUTS.get(run.linkType);
  if (link === undefined) return false;
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
