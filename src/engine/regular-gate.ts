import type { RegularClose } from '../fast/regular-close.ts';
import type { RegularPolicy } from '../fast/regular-policy.ts';
import type { WantedConnections } from './collector.ts';

/** Decides which regular endings take the plain path, because a policy changes their findings. */
export class RegularGate {
  /** There may be some. */
  readonly mayLeave: boolean;
  private readonly policy: RegularPolicy | null;
  private readonly wanted: WantedConnections;

  constructor(policy: RegularPolicy | null, wanted: WantedConnections) {
    this.mayLeave = policy !== null;
    this.policy = policy;
    this.wanted = wanted;
  }

  /**
   * Whether an ending that is only counted takes the plain path: it may be too long, or bad enough to be
   * listed.
   */
  leavesCounted(close: RegularClose): boolean {
    const judged = this.policy?.of(close) ?? null;
    return judged === 'long' || (judged !== null && this.wanted.mayBeWanted({ id: close.id, ...judged }));
  }

  /** Of one that is listed as it is by the rules alone. */
  leavesListed(close: RegularClose): boolean {
    return (this.policy?.of(close) ?? null) !== null;
  }
}
