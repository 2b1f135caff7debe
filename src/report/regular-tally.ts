import { formatIpv4, formatIpv6 } from '../flow/address.ts';
import { ABORT, HALF_CLOSE, OPEN, RESET_AFTER_FIN, THREE_WAY } from '../flow/close-codes.ts';
import { REGULAR_KINDS, type RegularClose } from '../flow/regular-close.ts';
import { wayOf } from './close-counts.ts';
import { type Stay, stayOf, type TalliedCause, type Tally } from './tally.ts';
import { epochSeconds, toSeconds } from './timestamp.ts';
import { endpoint } from './wording.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object | null ? T[K] : T[K] };

const NONE: Tally['findings'] = [];
/** What the rules say of each regular kind: that it is one. */
const NOTES: Readonly<Record<number, Tally['findings']>> = {
  [THREE_WAY]: [{ tier: 'note', rule: 'three-way-close' }],
  [HALF_CLOSE]: [{ tier: 'note', rule: 'half-close' }],
  [ABORT]: [{ tier: 'note', rule: 'rst-on-close' }],
  [RESET_AFTER_FIN]: [{ tier: 'note', rule: 'rst-after-fin' }],
};
/** Rules with something to say of regular endings. */
export const REGULAR_RULES: readonly string[] = Object.values(NOTES).flatMap((notes) =>
  notes.map(({ rule }) => rule),
);
const LEFT_OPEN = wayOf('open', 'none');
/** By kind, as its number; nobody closed what is open. */
const BY_CLIENT = REGULAR_KINDS.map((kind) => (kind === 'open' ? LEFT_OPEN : wayOf(kind, 'client')));
const BY_SERVER = REGULAR_KINDS.map((kind) => (kind === 'open' ? LEFT_OPEN : wayOf(kind, 'server')));
const CLIENT_CLOSE_WAIT = stayOf('client', 'CLOSE_WAIT');
const SERVER_CLOSE_WAIT = stayOf('server', 'CLOSE_WAIT');
const CLIENT_FIN_WAIT_2 = stayOf('client', 'FIN_WAIT_2');
const SERVER_FIN_WAIT_2 = stayOf('server', 'FIN_WAIT_2');
const ABORTS: Readonly<Record<'client' | 'server', TalliedCause>> = {
  client: { name: 'application-abort', side: 'client', idle: null },
  server: { name: 'application-abort', side: 'server', idle: null },
};

/** Turns regular endings into what a summary counts. One object is filled over and over, and nothing is allocated. */
export class RegularTally {
  private readonly book = new AddressBook();
  private readonly twoMsl: number;
  private readonly finWait2: Writable<Stay> = { which: 0, seconds: 0.5 };
  private readonly closeWait: Writable<Stay> = { which: 0, seconds: 0.5 };
  private readonly timeWait: Writable<NonNullable<Tally['timeWait']>> = {
    start: 0.5,
    lasted: Number.NaN,
    reopened: false,
  };
  private readonly without: Tally['stays'] = [];
  private readonly three: Tally['stays'] = [this.closeWait];
  /** In the order of the plain path: the client's first. */
  private readonly byClient: Tally['stays'] = [this.finWait2, this.closeWait];
  private readonly byServer: Tally['stays'] = [this.closeWait, this.finWait2];
  private readonly tally: Writable<Tally> = {
    id: 0,
    client: '',
    server: { address: '', port: 0 },
    service: '',
    verdict: 'conformant',
    way: LEFT_OPEN,
    duration: Number.NaN,
    idle: Number.NaN,
    cause: null,
    findings: NONE,
    stays: this.without,
    timeWait: null,
  };

  /** @param twoMsl nanoseconds */
  constructor(twoMsl: number) {
    this.twoMsl = twoMsl;
  }

  /** @param epoch what the times of `close` count from, nanoseconds since 1970 */
  of(close: RegularClose, epoch: bigint): Tally {
    const { tally } = this;
    const { kind, byServer } = close;
    const service = this.book.service(close);
    tally.id = close.id;
    tally.client = this.book.address(close.ipv6, close.client0, close.client1, close.client2, close.client3);
    tally.server = service.server;
    tally.service = service.name;
    tally.way = (byServer ? BY_SERVER : BY_CLIENT)[kind] ?? LEFT_OPEN;
    tally.findings = NOTES[kind] ?? NONE;
    tally.idle = kind === OPEN ? Number.NaN : toSeconds(close.start - close.before);
    if (kind === ABORT || kind === OPEN) {
      tally.duration = Number.NaN;
      tally.cause = kind === OPEN ? null : byServer ? ABORTS.server : ABORTS.client;
      tally.stays = this.without;
      tally.timeWait = null;
      return tally;
    }
    const aborted = kind === RESET_AFTER_FIN;
    tally.duration = toSeconds(close.end - close.start);
    tally.cause = !aborted ? null : byServer ? ABORTS.server : ABORTS.client;
    this.closeWait.which = byServer ? CLIENT_CLOSE_WAIT : SERVER_CLOSE_WAIT;
    this.closeWait.seconds = toSeconds(close.answered - close.start);
    if (kind === THREE_WAY) {
      tally.stays = this.three;
    } else {
      this.finWait2.which = byServer ? SERVER_FIN_WAIT_2 : CLIENT_FIN_WAIT_2;
      this.finWait2.seconds = toSeconds(close.answered - close.covered);
      tally.stays = byServer ? this.byServer : this.byClient;
    }
    tally.timeWait = byServer || aborted ? null : this.entered(close, epoch);
    return tally;
  }

  /** The first closer's TIME_WAIT: from the second FIN on, anew from its ACK (RFC 9293 3.10.7.4 step 8). */
  private entered({ answered, end, until }: RegularClose, epoch: bigint): Tally['timeWait'] {
    this.timeWait.start = epochSeconds(epoch, answered);
    // An ACK that comes later than that finds it gone.
    const over = (end - answered > this.twoMsl ? answered : end) + this.twoMsl;
    this.timeWait.lasted = until > over ? toSeconds(over - answered) : Number.NaN;
    return this.timeWait;
  }
}

interface NamedService {
  readonly server: Tally['server'];
  readonly name: string;
}

/** Text of addresses: making it costs more than all the rest, and few addresses occur often. */
class AddressBook {
  private readonly addresses = new WordsCache<string>();
  private readonly services = new WordsCache<NamedService>();

  address(ipv6: boolean, w0: number, w1: number, w2: number, w3: number): string {
    const known = this.addresses.get(w0, w1, w2, w3, ipv6 ? 6 : 4);
    if (known !== undefined) return known;
    const text = ipv6 ? formatIpv6([w0, w1, w2, w3]) : formatIpv4(w3);
    return this.addresses.set(text);
  }

  service({ ipv6, server0, server1, server2, server3, serverPort }: RegularClose): NamedService {
    const known = this.services.get(server0, server1, server2, server3, ipv6 ? -serverPort - 1 : serverPort);
    if (known !== undefined) return known;
    const server = { address: this.address(ipv6, server0, server1, server2, server3), port: serverPort };
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
