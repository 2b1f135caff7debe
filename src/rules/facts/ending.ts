import type { LoggedSegment } from '../../machine/logged-segment.ts';
import type { Side } from '../../machine/state.ts';
import { triggerOf } from '../../machine/trigger.ts';
import type { Connection } from '../rule.ts';
import { at, contextOf } from './facts.ts';

/** The RST that ended a connection. */
export interface Ending {
  readonly connection: Connection;
  readonly reset: LoggedSegment;
  readonly index: number;
  /** The side in whose name the RST came. */
  readonly side: Side;
}

/** The segment that a bare RST answers. */
export function triggerSegment({ connection, side, index }: Ending): LoggedSegment | null {
  return at(connection, triggerOf(contextOf(connection), side, index));
}
