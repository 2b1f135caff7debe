import type { PacketRecord } from '../../capture/record.ts';
import type { Cursor } from '../cursor.ts';
import type { Segment } from '../segment.ts';

/** Datagrams that wait for the rest of them, and how long each may be, bytes. */
const MOST_DATAGRAMS = 64;
const LONGEST = 65_535;
/** Fragments of a datagram: more than one of 64 kB has on a path that takes 576 bytes. */
const MOST_FRAGMENTS = 128;
/** What waits longer is given up, nanoseconds by the capture's clock: RFC 8200 4.5 says 60 s, RFC 1122 3.3.2 at least that; Linux 30 s. */
const PATIENCE = 30_000_000_000;

interface Datagram {
  readonly frame: number;
  /** Nanoseconds since 1970, as exactly as a double has them: some 256. */
  readonly time: number;
  bytes: Uint8Array<ArrayBuffer>;
  /** Where each fragment begins and ends, in turn. */
  readonly ranges: number[];
  /** Fragments, copies included. */
  count: number;
  /** Bytes of the whole; -1 until its last fragment has come. */
  length: number;
  received: number;
  /** The first byte that was not captured. */
  cut: number;
  /** Fragments overlap, or cannot be of one datagram: whatever else comes is left out, too. */
  isSpoilt: boolean;
  /** It began in an earlier capture, which counted it as lost. */
  isOld: boolean;
}

/** A datagram that waits for the rest of it, as plain data. */
export interface WaitingDatagram extends Omit<Datagram, 'bytes' | 'cut' | 'isOld'> {
  readonly key: string;
  readonly bytes: readonly number[];
  /** Null where all was captured. */
  readonly cut: number | null;
}

/** Fragments that were not put together, and the first frame of them. */
export interface LostFragments {
  count: number;
  frame: number;
}

/** Puts the fragments of TCP segments together (RFC 791 3.2, RFC 8200 4.5), within bounds. */
export class Reassembly {
  /** By addresses and identification, oldest first. */
  readonly #waiting = new Map<string, Datagram>();
  #lost: LostFragments = { count: 0, frame: 0 };
  /** What the times of records count from. */
  #clock: { readonly epoch: bigint } = { epoch: 0n };

  /**
   * Begins a capture.
   *
   * @param goesOn it goes on where the one before it ended: what waited waits on
   */
  begin(clock: { readonly epoch: bigint }, goesOn: boolean): void {
    this.#clock = clock;
    this.#lost = { count: 0, frame: 0 };
    if (!goesOn) this.#waiting.clear();
    for (const datagram of this.#waiting.values()) datagram.isOld = true;
  }

  /**
   * Takes the fragment at the cursor, whose IP header the segment has. True when that makes its datagram whole: then the cursor stands
   * at the beginning of its payload.
   */
  add(cursor: Cursor, segment: Segment, context: number, record: PacketRecord): boolean {
    const { frame } = record;
    const time = Number(this.#clock.epoch) + record.time;
    this.#giveUp(time);
    const key = keyOf(cursor, segment, context);
    let datagram = this.#waiting.get(key);
    if (datagram === undefined) {
      datagram = createDatagram(frame, time);
      this.#waiting.set(key, datagram);
      if (this.#waiting.size > MOST_DATAGRAMS) this.#giveUp(time, MOST_DATAGRAMS);
    }
    datagram.count += 1;
    if (!datagram.isSpoilt && !take(datagram, cursor)) datagram.isSpoilt = true;
    if (datagram.isSpoilt || datagram.received !== datagram.length) return false;
    this.#waiting.delete(key);
    const { bytes, length, cut } = datagram;
    cursor.view = new DataView(bytes.buffer);
    cursor.offset = 0;
    cursor.end = Math.min(length, cut);
    cursor.wireEnd = length;
    return true;
  }

  /** What was not put together so far. */
  lost(): LostFragments {
    const lost = { ...this.#lost };
    for (const datagram of this.#waiting.values()) countLost(lost, datagram);
    return lost;
  }

  save(): readonly WaitingDatagram[] {
    return Array.from(this.#waiting, ([key, { isOld, ...datagram }]) => ({
      ...datagram,
      key,
      ranges: [...datagram.ranges],
      bytes: [...datagram.bytes.subarray(0, Math.max(0, ...datagram.ranges))],
      cut: datagram.cut === Infinity ? null : datagram.cut,
    }));
  }

  load(waiting: readonly WaitingDatagram[]): void {
    for (const { key, ...datagram } of waiting) {
      const bytes = Uint8Array.from(datagram.bytes);
      const cut = datagram.cut ?? Infinity;
      this.#waiting.set(key, { ...datagram, bytes, cut, ranges: [...datagram.ranges], isOld: true });
    }
  }

  /** Gives up what has waited for too long, and the oldest where there are too many. */
  #giveUp(now: number, most = Infinity): void {
    for (const [key, datagram] of this.#waiting) {
      if (now - datagram.time <= PATIENCE && this.#waiting.size <= most) return;
      this.#waiting.delete(key);
      countLost(this.#lost, datagram);
    }
  }
}

function countLost(lost: LostFragments, { count, frame, isOld }: Datagram): void {
  if (isOld) return;
  if (lost.count === 0 || frame < lost.frame) lost.frame = frame;
  lost.count += count;
}

function keyOf({ fragment }: Cursor, s: Segment, context: number): string {
  const source = `${s.source0} ${s.source1} ${s.source2} ${s.source3}`;
  const destination = `${s.destination0} ${s.destination1} ${s.destination2} ${s.destination3}`;
  return `${context} ${s.ipVersion} ${source} ${destination} ${fragment.protocol} ${fragment.id}`;
}

function createDatagram(frame: number, time: number): Datagram {
  return {
    frame,
    time,
    bytes: new Uint8Array(2048),
    ranges: [],
    count: 0,
    length: -1,
    received: 0,
    cut: Infinity,
    isSpoilt: false,
    isOld: false,
  };
}

/** Copies a fragment into its datagram; false where it cannot be a part of that. */
function take(datagram: Datagram, { view, offset, end, wireEnd, fragment }: Cursor): boolean {
  const { at, hasMore } = fragment;
  const length = wireEnd - offset;
  const to = at + length;
  const captured = Math.max(0, end - offset);
  if (length <= 0 || to > LONGEST || (hasMore && length % 8 !== 0)) return false;
  const part = new Uint8Array(view.buffer, view.byteOffset + offset, captured);
  const { ranges } = datagram;
  for (let index = 0; index < ranges.length; index += 2) {
    const [from = 0, until = 0] = ranges.slice(index, index + 2);
    // A packet that was captured twice is no overlap (RFC 8200 4.5).
    if (from === at && until === to) return isSame(datagram, at, part);
    if (at < until && to > from) return false;
  }
  if (!hasMore && datagram.length >= 0) return false;
  if (!hasMore) datagram.length = to;
  const furthest = ranges.reduce((most, place) => Math.max(most, place), to);
  if (datagram.length >= 0 && furthest > datagram.length) return false;
  if (ranges.length >= 2 * MOST_FRAGMENTS) return false;
  ranges.push(at, to);
  datagram.received += length;
  if (captured < length) datagram.cut = Math.min(datagram.cut, at + captured);
  if (at + captured > datagram.bytes.length) {
    const grown = new Uint8Array(Math.min(LONGEST, Math.max(2 * datagram.bytes.length, at + captured)));
    grown.set(datagram.bytes);
    datagram.bytes = grown;
  }
  datagram.bytes.set(part, at);
  return true;
}

/** What is there of a copy is the same as what came first. */
function isSame({ bytes, cut }: Datagram, at: number, part: Uint8Array): boolean {
  for (let index = 0; index < part.length && at + index < cut; index++) {
    if (bytes[at + index] !== part[index]) return false;
  }
  return true;
}
