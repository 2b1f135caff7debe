import type { Connection } from '../../rules/rule.ts';
import type { ReportedConnection } from '../report.ts';
import { drawLadder, type Ladder } from './ladder.ts';
import { loggedSegments, remarksOn, showSegments } from './shown-segments.ts';

/** Segments and notes that a ladder of a report has at most. */
const MOST = 100;

/**
 * The ladder of a connection that was checked, from the segments that the model looked at: the opening, the last before
 * the closing, and the closing. What lies between was counted and not kept; `show` reads the capture again for it.
 */
export function ladderOf({ flow }: Connection, reported: ReportedConnection, epoch: bigint): Ladder {
  const segments = showSegments(loggedSegments(flow), reported, epoch);
  return drawLadder({ connection: reported, segments, remarks: remarksOn(flow.segments) }, { most: MOST });
}
