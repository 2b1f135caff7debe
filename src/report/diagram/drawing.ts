import { cutRungs } from '../ladder/cut-rungs.ts';
import { type Drawable, type Rung, rungsOf } from '../ladder/ladder-rungs.ts';
import type { ReportedConnection } from '../report.ts';

/** What the diagram of a connection is drawn from: its rungs, so many at most. */
export interface Drawing {
  readonly connection: ReportedConnection;
  readonly rungs: readonly Rung[];
}

/** @param full every segment; otherwise long quiet stretches are folded */
export function drawingOf(shown: Drawable, most: number = Infinity, full: boolean = false): Drawing {
  return { connection: shown.connection, rungs: cutRungs(rungsOf(shown, full), most, shown) };
}
