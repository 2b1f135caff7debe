import type { Flow } from '../flow/flow.ts';
import { closeOf } from '../machine/close.ts';
import type { Profile } from '../machine/profile.ts';
import { type Replay, replay } from '../machine/replay.ts';
import type { Connection } from '../rules/rule.ts';

/** Turns flows into connections: replays each, says how it closed, and gives it the incarnation before it. */
export class Judge {
  /** Connections whose next incarnation has not ended yet. */
  private readonly awaited: Map<number, Connection> = new Map();
  private readonly profile: Profile;
  private readonly linger: number;

  constructor(profile: Profile, linger: number) {
    this.profile = profile;
    this.linger = linger;
  }

  /** Connections that another incarnation follows, which has not ended yet. */
  save(): readonly Connection[] {
    return [...this.awaited.values()];
  }

  load(awaited: readonly Connection[]): void {
    for (const connection of awaited) this.awaited.set(connection.flow.id, connection);
  }

  /** A connection as it stands, which goes on. */
  soFar(flow: Flow): Connection {
    const replayed = replay(flow, this.profile);
    const { profile, linger } = this;
    return { flow, replay: replayed, close: closeOf(flow, replayed), previous: null, profile, linger };
  }

  /** @param replayed what the model made of it, where it was asked already */
  connection(flow: Flow, replayed: Replay = replay(flow, this.profile)): Connection {
    const previous = flow.previous === null ? null : (this.awaited.get(flow.previous) ?? null);
    if (flow.previous !== null) this.awaited.delete(flow.previous);
    const connection: Connection = {
      flow,
      replay: replayed,
      close: closeOf(flow, replayed),
      previous,
      profile: this.profile,
      linger: this.linger,
    };
    // Without the chain behind it: a port that is used again and again must not keep its whole past.
    if (flow.followed) this.awaited.set(flow.id, { ...connection, previous: null });
    return connection;
  }
}
