import type { Connection } from '../../rules/rule.ts';
import { type Drawing, drawingOf } from '../diagram/drawing.ts';
import { mermaidLines } from '../diagram/mermaid.ts';
import type { ReportedConnection } from '../report.ts';
import { drawLadder, type ReportLadder } from './ladder.ts';
import type { Drawable } from './ladder-rungs.ts';
import { loggedSegments, remarksOn, showSegments } from './shown-segments.ts';

/** Segments and notes that a ladder of a report has at most. */
const MOST = 100;

/**
 * The ladder of a connection that was checked, from the segments that the model looked at: the opening, the last before
 * the closing, and the closing. What lies between was counted and not kept; `show` reads the capture again for it.
 */
export function ladderOf(connection: Connection, reported: ReportedConnection, epoch: bigint): ReportLadder {
  const drawable = drawableOf(connection, reported, epoch);
  const ladder = drawLadder(drawable, { most: MOST });
  return { ...ladder, mermaid: mermaidLines(drawingOf(drawable, MOST)) };
}

/** What the picture of the same connection is drawn from. */
export function pictureOf(
  connection: Connection,
  reported: ReportedConnection,
  epoch: bigint,
  most: number,
): Drawing {
  return drawingOf(drawableOf(connection, reported, epoch), most);
}

function drawableOf({ flow }: Connection, reported: ReportedConnection, epoch: bigint): Drawable {
  const segments = showSegments(loggedSegments(flow), reported, epoch);
  return { connection: reported, segments, remarks: remarksOn(flow.segments) };
}
