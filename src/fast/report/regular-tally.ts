import { textOfIpv4, textOfIpv6 } from '../../flow/address.ts';
import { type Profile, twoMslOf } from '../../machine/profile.ts';
import type { Verdict } from '../../report/report.ts';
import { type CloseOutcome, outcomeOf } from '../../report/summary/close-counts.ts';
import {
  lastTimeWait,
  type Stay,
  staysOf,
  type TalliedCause,
  type Tally,
  talliedCause,
} from '../../report/summary/tally.ts';
import { epochSeconds, toSeconds } from '../../report/timestamp.ts';
import { endpoint } from '../../report/wording.ts';
import type { RegularClose } from '../regular-close.ts';
import { NONE } from '../template.ts';
import { ENDING_TIMES, type EndingTime, type KindTemplate, type Templates } from '../templates.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object | null ? T[K] : T[K] };

const LEFT_OPEN = outcomeOf('open', 'none');

/** What a summary counts of a kind of regular ending, but for its numbers. */
interface KindTally {
  readonly way: CloseOutcome;
  readonly verdict: Verdict;
  readonly findings: Tally['findings'];
  readonly cause: TalliedCause | null;
  readonly seen: Tally['seen'];
  /** Something came before the segment with which it began to close. */
  readonly hasIdle: boolean;
  /** The segment with which it ends is there. */
  readonly isTimed: boolean;
  readonly stays: readonly Writable<Stay>[];
  /** The times at which each of them begins and ends. */
  readonly spans: readonly { readonly from: EndingTime; readonly to: EndingTime }[];
  /** When the client entered TIME_WAIT; null where it did not. */
  readonly entered: EndingTime | null;
}

/** Turns regular endings into what a summary counts. One object is filled over and over, and nothing is allocated. */
export class RegularTally {
  private readonly book = new ServiceBook();
  private readonly templates: Templates;
  private readonly kinds: (KindTally | undefined)[] = [];
  /** Nanoseconds. */
  private readonly twoMsl: number;
  private readonly timeWait: Writable<NonNullable<Tally['timeWait']>> = {
    start: 0.5,
    lasted: Number.NaN,
    reopened: false,
  };
  private readonly tally: Writable<Tally> = {
    id: 0,
    client: '',
    clientPort: 0,
    server: { address: '', port: 0 },
    service: '',
    verdict: 'conformant',
    way: LEFT_OPEN,
    duration: Number.NaN,
    idle: Number.NaN,
    cause: null,
    findings: [],
    isSelfConnected: false,
    stays: [],
    timeWait: null,
    left: [],
    seen: 'all',
  };

  constructor(templates: Templates, profile: Profile) {
    this.templates = templates;
    this.twoMsl = twoMslOf(profile);
  }

  /** @param epoch what the times of `close` count from, nanoseconds since 1970 */
  of(close: RegularClose, epoch: bigint): Tally {
    const { tally } = this;
    const kind = this.templates.ofKind(close);
    const known = this.kinds[kind.index] ?? this.learn(kind);
    const service = this.book.of(close);
    tally.id = close.id;
    tally.client = textOf(close.ipv6, close.client0, close.client1, close.client2, close.client3);
    tally.clientPort = close.clientPort;
    tally.server = service.server;
    tally.service = service.name;
    tally.verdict = known.verdict;
    tally.way = known.way;
    tally.findings = known.findings;
    tally.cause = known.cause;
    tally.seen = known.seen;
    tally.idle = known.hasIdle ? toSeconds(close.start - close.before) : Number.NaN;
    tally.duration = known.isTimed ? toSeconds(close.end - close.start) : Number.NaN;
    const { stays, spans } = known;
    for (let index = 0; index < stays.length; index++) {
      const stay = stays[index];
      const span = spans[index];
      if (stay && span) stay.seconds = toSeconds(close[span.to] - close[span.from]);
    }
    tally.stays = stays;
    tally.timeWait = known.entered === null ? null : this.entered(close, close[known.entered], epoch);
    return tally;
  }

  /** The first closer's TIME_WAIT: from the second FIN on, anew from its ACK (RFC 9293 3.10.7.4 step 8). */
  private entered({ end, until }: RegularClose, since: number, epoch: bigint): Tally['timeWait'] {
    this.timeWait.start = epochSeconds(epoch, since);
    // An ACK that comes later than that finds it gone.
    const over = (end - since > this.twoMsl ? since : end) + this.twoMsl;
    this.timeWait.lasted = until > over ? toSeconds(over - since) : Number.NaN;
    return this.timeWait;
  }

  private learn({ index, template, places }: KindTemplate): KindTally {
    const { close, cause, notes, start, end, seen } = template;
    const steps = template.steps.map(({ transition: { side, to, on }, at }) => {
      return { side, to, on, frame: at === NONE ? null : at, time: at };
    });
    // Of two times at one place the later one, which is what the place is for.
    const timeAt = (place: number): EndingTime =>
      ENDING_TIMES.findLast((time) => time !== 'end' && places[time] === place) ?? 'end';
    const spans: { from: EndingTime; to: EndingTime }[] = [];
    const stays = staysOf(steps, (from, to) => {
      spans.push({ from: timeAt(from), to: timeAt(to) });
      return 0.5;
    });
    const entered = lastTimeWait(
      steps,
      (place) => place,
      () => Number.NaN,
    );
    const known: KindTally = {
      way: outcomeOf(close.kind, close.closer),
      verdict: template.verdict,
      findings: notes.map(({ rule, fact }) => ({ tier: fact.tier, rule: rule.meta.id, side: fact.side })),
      cause: talliedCause(cause),
      seen,
      hasIdle: start > 0,
      isTimed: end !== NONE,
      stays,
      spans,
      entered: entered === null ? null : timeAt(entered.start),
    };
    this.kinds[index] = known;
    return known;
  }
}

interface NamedService {
  readonly server: Tally['server'];
  readonly name: string;
}

function textOf(ipv6: boolean, w0: number, w1: number, w2: number, w3: number): string {
  return ipv6 ? textOfIpv6(w0, w1, w2, w3) : textOfIpv4(w3);
}

/** Services by name: making that costs more than all the rest, and few occur often. */
class ServiceBook {
  private readonly services = new WordsCache<NamedService>();

  of({ ipv6, server0, server1, server2, server3, serverPort }: RegularClose): NamedService {
    const known = this.services.get(server0, server1, server2, server3, ipv6 ? -serverPort - 1 : serverPort);
    if (known !== undefined) return known;
    const server = { address: textOf(ipv6, server0, server1, server2, server3), port: serverPort };
    return this.services.set({ server, name: endpoint(server) });
  }
}

const SLOTS = 1 << 12;
const WORDS = 5;

/** Values by five words: each place holds the newest of those that share it. */
class WordsCache<T> {
  private readonly keys = new Int32Array(SLOTS * WORDS);
  private readonly values: (T | undefined)[] = new Array(SLOTS).fill(undefined);
  private slot = 0;

  get(w0: number, w1: number, w2: number, w3: number, w4: number): T | undefined {
    let hash = Math.imul(w0, 0x9e3779b1) ^ Math.imul(w1, 0x85ebca77) ^ Math.imul(w2, 0xc2b2ae3d);
    hash = Math.imul(hash ^ w3, 0x27d4eb2f) ^ Math.imul(w4, 0x165667b1);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const { keys } = this;
    const at = slot * WORDS;
    this.slot = slot;
    if (
      keys[at + 3] === w3 &&
      keys[at + 4] === w4 &&
      keys[at] === w0 &&
      keys[at + 1] === w1 &&
      keys[at + 2] === w2
    ) {
      return this.values[slot];
    }
    keys[at] = w0;
    keys[at + 1] = w1;
    keys[at + 2] = w2;
    keys[at + 3] = w3;
    keys[at + 4] = w4;
    this.values[slot] = undefined;
    return undefined;
  }

  /** The value of the key that was asked for last. */
  set(value: T): T {
    this.values[this.slot] = value;
    return value;
  }
}
