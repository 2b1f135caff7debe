import type { Side } from '../../machine/state.ts';

/** What a capture filter let through where everything in the captures says so. */
export type CapturedOnly = 'control-segments' | 'one-direction';

/**
 * How much of a connection was captured. `all`: some data, or ACKs without SYN, FIN and RST; `direction`: it was opened and went
 * on, and only one side is there; `flags`: it was closed with FIN, and only segments with SYN, FIN or RST are there; `holes`:
 * the same, and what was acknowledged shows that there were others; `little`: too little to tell.
 */
export type Seen = 'all' | 'direction' | 'flags' | 'holes' | 'little';

/** How much of a connection was captured, by Zeek's letters. */
export function seenOf({
  history,
  oneSided,
  holes,
}: {
  readonly history: string;
  readonly oneSided: boolean;
  readonly holes: Readonly<Record<Side, number>>;
}): Seen {
  const hasOthers = /[ad]/i.test(history);
  // Who acknowledges has heard of the peer.
  if (oneSided) return /[sh]/i.test(history) && (hasOthers || /f/i.test(history)) ? 'direction' : 'little';
  if (hasOthers) return 'all';
  // A scanner's SYN, SYN,ACK and RST is a whole connection.
  if (!/f/i.test(history)) return 'little';
  return holes.client + holes.server > 0 ? 'holes' : 'flags';
}

/** Closes without any ACK that prove a filter where no number does: one may have lost it. */
const ENOUGH = 3;

/** Tells of connections, one after another, whether a capture filter took something of each. */
export class CapturedOnlyCounter {
  private readonly counts: Record<Seen, number> = { all: 0, direction: 0, flags: 0, holes: 0, little: 0 };

  count(seen: Seen): void {
    this.counts[seen] += 1;
  }

  /** Null where nothing was filtered, or that is not certain. */
  result(): CapturedOnly | null {
    const { all, direction, flags, holes } = this.counts;
    if (all > 0) return null;
    if (direction > 0) return flags + holes === 0 ? 'one-direction' : null;
    return holes > 0 || flags >= ENOUGH ? 'control-segments' : null;
  }
}
