import type { Flow } from '../flow/flow.ts';
import type { Close } from '../machine/close.ts';
import type { Profile } from '../machine/profile.ts';
import type { Replay } from '../machine/replay.ts';
import type { Side } from '../machine/state.ts';
import type { Finding, Tier } from './finding.ts';

/** A finished connection, as a rule sees it. Times are nanoseconds since the capture's first record. */
export interface Connection {
  readonly flow: Flow;
  readonly replay: Replay;
  readonly close: Close;
  /** The incarnation before this one of the same 4-tuple. */
  readonly previous: Connection | null;
  readonly profile: Profile;
  /** Seconds that a side may take to close before it counts as leaking (`--linger`). */
  readonly linger: number;
}

/** What a rule found: facts, and the id of the sentence that tells them. */
export interface Fact {
  readonly message: string;
  readonly tier: Tier;
  readonly side: Side | null;
  readonly frames: readonly number[];
  readonly evidence: Finding['evidence'];
}

export interface RuleMeta {
  readonly id: string;
  /** The tiers it can report, worst first. */
  readonly tiers: readonly Tier[];
  /** `RFC 9293 3.10.4`. */
  readonly clause: string;
  /** What it is in few words, for tables: `{side} never closes`. */
  readonly label: string;
  /** One line: what it fires on. */
  readonly summary: string;
  /** Sentences by message id; `{name}` is filled from the evidence, `{side}` and `{peer}` with the sides. */
  readonly messages: Readonly<Record<string, string>>;
  /** What packet would overturn a finding. */
  readonly refutedBy: string;
  /** Seconds of silence that it rests on, where it rests on waiting; null where it does not. */
  readonly waits: number | null;
  readonly docs: RuleDocs;
}

/** The page that `lastack explain RULE` prints. */
export interface RuleDocs {
  readonly what: string;
  readonly why: string;
  readonly legitimate: string;
  readonly action: string;
  /** Ladders: one that the rule passes, one that it reports. */
  readonly good: string;
  readonly bad: string;
}

/** One rule: its description, and a pure function over a finished connection. */
export interface Rule {
  readonly meta: RuleMeta;
  /** Cheap test whether it can matter; clean connections stop here. */
  readonly concerns: (connection: Connection) => boolean;
  readonly check: (connection: Connection) => readonly Fact[];
}
