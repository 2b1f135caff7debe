import type { Profile } from '../machine/profile.ts';
import type { Replay } from '../machine/replay.ts';
import type { CompactSegments } from './compact-segments.ts';
import type { Flow } from './flow.ts';
import type { RegularClose } from './regular-close.ts';
import type { Share } from './share.ts';

/** What a connection table goes by, and whom it tells. */
export interface ConnectionTableOptions {
  profile: Profile;
  /** Number of the first connection. */
  firstId: number;
  /**
   * Takes each connection as it becomes final; an incarnation before the next one of its 4-tuple. `replayed`: what the
   * model made of it, where it was asked already.
   */
  onFlow: (flow: Flow, replayed?: Replay) => void;
  /**
   * Takes a connection that ended regularly, as it becomes final, instead of {@link onFlow}. The object is filled over and
   * over. Returns false where it has to be looked at as all others are: then it comes to {@link onFlow} all the same, which
   * {@link mayLeave} has to have said.
   */
  onRegular?: ((close: RegularClose) => boolean) | undefined;
  /** What {@link onRegular} is given may be left to {@link onFlow}. */
  mayLeave?: boolean | undefined;
  /**
   * Takes those of them that went by the book, several at once, and before others that become final at the same moment: numbers as
   * `ending-layout.ts` says, in memory that is filled over and over. Without it, {@link onRegular} takes them one by one.
   */
  onEndings?: ((endings: Float64Array) => void) | undefined;
  /**
   * Takes a connection that ended regularly with its segments, as it becomes final, where {@link onRegular} is not there
   * and few enough segments make it possible. `flow` reads it as a flow; it must be called at once or never. Returns false where
   * it is left to {@link onFlow}.
   */
  onListed?: ((close: RegularClose, segments: CompactSegments, flow: () => Flow) => boolean) | undefined;
  /** The share of all connections that it keeps; all of them unless told otherwise. */
  share?: Share | undefined;
  /** Told when a connection gets its number. */
  onCreate?: ((tick: number) => void) | undefined;
}
