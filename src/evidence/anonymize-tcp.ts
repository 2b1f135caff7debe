import { ACK } from '../decode/segment.ts';
import { type Hosts, kept } from './anonymize-ip.ts';
import { checksumFor, sumOf } from './internet-checksum.ts';
import type { Pseudonyms } from './pseudonyms.ts';

const FIXED = 20;
const URGENT = 0x20;
const PROTOCOL = 6;

/** What of a TCP header cannot be told from its bytes. */
export interface TcpFacts {
  /** Before anonymisation: what the offsets of timestamps hang on. */
  readonly hosts: Hosts;
  /** The addresses that the packet has now, for the checksum. */
  readonly pseudonyms: Hosts;
  /** Payload bytes, which are not in the file. */
  readonly payload: number;
  readonly isChecksumWrong: boolean | null;
}

/**
 * `bytes` is what was captured of a TCP header. Ports and sequence numbers stay; timestamps move by an offset of their
 * host; options that can carry an identity keep kind and length and lose their content. The checksum is the one that a
 * payload of zeros would have, since the true one tells the sum of the payload; a wrong one stays wrong.
 */
export function anonymizeTcp(bytes: Uint8Array, facts: TcpFacts, pseudonyms: Pseudonyms): void {
  anonymizeOptions(bytes, facts.hosts, pseudonyms);
  if (bytes.length < FIXED) {
    bytes.fill(0, 16);
    return;
  }
  if (((bytes[13] ?? 0) & URGENT) === 0) bytes.fill(0, 18, FIXED);
  bytes.fill(0, 16, 18);
  const { source, destination } = facts.pseudonyms;
  const length = ((bytes[12] ?? 0) >> 4) * 4 + facts.payload;
  const addresses = sumOf(destination, 0, destination.length, sumOf(source, 0, source.length));
  const pseudoHeader = addresses + PROTOCOL + (length & 0xffff) + Math.floor(length / 0x1_0000);
  const right = checksumFor(sumOf(bytes, 0, bytes.length, pseudoHeader));
  viewOf(bytes).setUint16(16, kept(right, facts.isChecksumWrong !== true));
}

const END_OF_LIST = 0;
const NO_OPERATION = 1;
const TIMESTAMPS = 8;
const MULTIPATH = 30;
const EXPERIMENTS: readonly number[] = [253, 254];
/** Experiment identifier of Fast Open before it had a kind of its own (RFC 7413 4.1.1). */
const FAST_OPEN_EXPERIMENT = 0xf989;
const SACK = 5;
/** Maximum segment size, window scale, SACK permitted, by kind, with the only length that they can have. */
const HARMLESS: ReadonlyMap<number, number> = new Map([
  [2, 4],
  [3, 3],
  [4, 2],
]);

/** Everything that is not known to be harmless loses its content; no length changes, and no option goes. */
function anonymizeOptions(bytes: Uint8Array, hosts: Hosts, pseudonyms: Pseudonyms): void {
  const view = viewOf(bytes);
  for (let at = FIXED; at < bytes.length; ) {
    const kind = bytes[at] ?? END_OF_LIST;
    if (kind === NO_OPERATION) {
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    const isWhole = length >= 2 && length <= bytes.length - at;
    if (kind === END_OF_LIST || !isWhole) {
      // Behind the end, or behind a length that cannot be true, nothing is an option.
      bytes.fill(0, kind === END_OF_LIST ? at : at + 2);
      return;
    }
    if (kind === TIMESTAMPS && length === 10) moveTimestamps(view, at, hosts, pseudonyms);
    else if (!isHarmless(kind, length))
      bytes.fill(0, at + 2 + identifying(view, at, kind, length), at + length);
    at += length;
  }
}

/** Holds numbers of the connection alone. */
function isHarmless(kind: number, length: number): boolean {
  return HARMLESS.get(kind) === length || (kind === SACK && length % 8 === 2);
}

/** Bytes of an option's content that say which option it is: the subtype of MPTCP, the number of an experiment. */
function identifying(view: DataView, at: number, kind: number, length: number): number {
  if (kind === MULTIPATH) return Math.min(1, length - 2);
  const isFastOpen =
    EXPERIMENTS.includes(kind) && length >= 4 && view.getUint16(at + 2) === FAST_OPEN_EXPERIMENT;
  return isFastOpen ? 2 : 0;
}

function moveTimestamps(view: DataView, at: number, hosts: Hosts, pseudonyms: Pseudonyms): void {
  const value = view.getInt32(at + 2);
  const echo = view.getInt32(at + 6);
  view.setInt32(at + 2, value + pseudonyms.timestampOffset(hosts.source));
  const isEcho = (view.getUint8(13) & ACK) !== 0 && echo !== 0;
  view.setInt32(at + 6, isEcho ? echo + pseudonyms.timestampOffset(hosts.destination) : 0);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
