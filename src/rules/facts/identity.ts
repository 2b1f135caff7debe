import { ACK, RST, SYN } from '../../decode/segment.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, atOrAfter } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { highestAck, isNewData, type Sent, sentBy, streamOf } from './facts.ts';
import { askedOnceOf } from './memo.ts';

/** Hop counts of one sender may differ by this much: routes change, hosts answer from another layer. */
const TTL_SLACK = 2;
/** Signs that have to agree before a segment counts as another's: one alone has honest reasons (a SYN proxy, a slow SYN,ACK). */
const PROOF = 2;
/** A round trip below this, nanoseconds, is too short to say what came sooner than it. */
const MEASURABLE = 4e6;
/** An answer is too early below this part of what the opening took, for hosts take time as well as the path. */
const EARLY = 2;
/** The same of an RST against which nothing else speaks. */
const FAR_TOO_EARLY = 4;

/** What speaks against a segment having been sent by the side in whose name it came. */
export type Sign = 'ttl' | 'timestamps' | 'early';

/**
 * Something else sent the segment in the name of `side`: at least two signs say so. What it says or does is nobody's but
 * its sender's. RSTs have ways of their own to look unlike their side: see `isSameHost`.
 */
export function isForeign(connection: Connection, side: Side, segment: LoggedSegment): boolean {
  if (has(segment, RST)) return !isSameHost(connection, side, segment);
  return signsAgainst(connection, side, segment).length >= PROOF;
}

/** The signs against a segment without SYN and RST, compared with the SYN or SYN,ACK of its side. */
export function signsAgainst(connection: Connection, side: Side, segment: LoggedSegment): Sign[] {
  const opening = openingOf(connection, side);
  if (!opening || has(segment, SYN) || has(segment, RST)) return [];
  const signs: Sign[] = [];
  if (!isAsFar(opening.ttl, segment.ttl)) signs.push('ttl');
  if (lacksTimestamps(connection, segment)) signs.push('timestamps');
  // Alone it would prove nothing, and it takes longest to find.
  if (signs.length > 0 && cameEarly(connection, side, segment)) signs.push('early');
  return signs;
}

const openingOf: (connection: Connection, side: Side) => LoggedSegment | undefined = askedOnceOf(
  ({ flow: { segments } }, side) => segments.find((s) => s.from === side && has(s, SYN)),
);

/** RFC 7323 3.2: agreed in the opening, they are in every segment but RSTs. */
export function lacksTimestamps({ flow: { announced } }: Connection, segment: LoggedSegment): boolean {
  const agreed = announced.client.timestamps && announced.server.timestamps;
  return agreed && segment.timestamp === null && !segment.optionsCut && !has(segment, RST);
}

/**
 * It acknowledges what its peer had sent so shortly before that the answer of the side cannot have been there yet: the
 * opening shows how long that takes.
 */
function cameEarly(connection: Connection, side: Side, segment: LoggedSegment): boolean {
  const took = answerTimeOf(connection, side, segment);
  const least = took === null ? null : openingTime(connection, side);
  return took !== null && least !== null && least >= MEASURABLE && EARLY * took < least;
}

/**
 * How soon an RST with ACK came behind what it is the first to acknowledge, nanoseconds, where that is too soon: every
 * other answer of the side took several times as long, and the opening is not the only one. Null where it is not.
 */
export function tookTooLittle(connection: Connection, side: Side, rst: LoggedSegment): number | null {
  const took = answerTimeOf(connection, side, rst);
  const opening = took === null ? null : openingTime(connection, side);
  if (took === null || opening === null) return null;
  const others = streamOf(connection, side).flatMap(({ segment }) => {
    const time = segment.frame < rst.frame ? answerTimeOf(connection, side, segment) : null;
    return time === null ? [] : [time];
  });
  const least = Math.min(opening, ...others);
  return others.length > 0 && least >= MEASURABLE && FAR_TOO_EARLY * took < least ? took : null;
}

/**
 * The RST at `index` answers the SYN,ACK to a SYN that another than the host's own TCP had sent, as scanners do through
 * a raw socket: the host knows of no such connection, and its TTL is not that of the SYN.
 */
export function opensPastItsHost(connection: Connection, side: Side, index: number): boolean {
  const rst = connection.flow.segments[index];
  if (!rst || !isBareRst(rst)) return false;
  const onlySyn = streamOf(connection, side).every(({ segment }) => has(segment, SYN) && !has(segment, ACK));
  const answers = sentBy(connection, peerOf(side)).some(
    (one) =>
      one.index < index &&
      has(one.segment, SYN) &&
      has(one.segment, ACK) &&
      // RFC 9293 3.10.7.3: the number that the SYN,ACK acknowledges.
      one.segment.ack === rst.seq,
  );
  // With one direction alone its answer cannot be seen.
  const asked = answers || connection.flow.oneSided;
  return onlySyn && asked && !looksLikeSender(connection, side, rst);
}

/** How long before the segment its peer had sent what it is the first to acknowledge, nanoseconds; null where that is nothing. */
function answerTimeOf(connection: Connection, side: Side, segment: LoggedSegment): number | null {
  if (!has(segment, ACK) || has(segment, SYN)) return null;
  const index = connection.flow.segments.indexOf(segment);
  const known = highestAck(connection, side, index);
  const asked = sentBy(connection, peerOf(side)).findLast(
    (one) =>
      one.index < index &&
      isNewData(one.segment) &&
      atOrAfter(segment.ack, endOf(one.segment)) &&
      (known === null || after(endOf(one.segment), known)),
  );
  return asked ? segment.time - asked.segment.time : null;
}

/** How long the side took to answer in the opening, as the capture saw it, nanoseconds; null where it does not show that. */
const openingTime: (connection: Connection, side: Side) => number | null = askedOnceOf(findOpeningTime);

function findOpeningTime({ flow: { segments } }: Connection, side: Side): number | null {
  const at = segments.findIndex((s) => has(s, SYN) && has(s, ACK));
  const answer = segments[at];
  if (!answer) return null;
  if (answer.from === side) {
    const syn = segments.slice(0, at).findLast((s) => s.from !== side && has(s, SYN));
    return syn ? answer.time - syn.time : null;
  }
  const opened = segments.slice(at).find((s) => s.from === side && !has(s, SYN) && !has(s, RST));
  return opened ? opened.time - answer.time : null;
}

/** TTLs of a side's own segments, RSTs left out. */
export const ttlsOf: (connection: Connection, side: Side) => readonly number[] = askedOnceOf(
  (connection, side) =>
    distinct(streamOf(connection, side).filter(({ segment }) => !isForeign(connection, side, segment))),
);

/** Segments in the name of the side, RSTs left out, have crossed different numbers of hops. */
export function hasTtlChanged(connection: Connection, side: Side): boolean {
  const ttls = distinct(streamOf(connection, side));
  return Math.max(...ttls) - Math.min(...ttls) > TTL_SLACK;
}

function distinct(sent: readonly Sent[]): number[] {
  return [...new Set(sent.map(({ segment }) => segment.ttl))].sort((a, b) => a - b);
}

/** The segment's TTL is one that the side's other segments have, give or take a hop or two. */
export function looksLikeSender(connection: Connection, side: Side, segment: LoggedSegment): boolean {
  const ttls = ttlsOf(connection, side);
  return ttls.length === 0 || ttls.some((ttl) => Math.abs(ttl - segment.ttl) <= TTL_SLACK);
}

/**
 * Same distance: TTLs agree, or differ only as two initial values of one host do (a kernel answers RST from 64 or 255
 * where its sockets use another value).
 */
export function isSameHost(connection: Connection, side: Side, rst: LoggedSegment): boolean {
  const ttls = ttlsOf(connection, side);
  return (
    ttls.length === 0 ||
    ttls.some((ttl) => isAsFar(ttl, rst.ttl) || (isBareRst(rst) && isKernel(ttl, rst.ttl)))
  );
}

/** A hop or two nearer than all other segments of the side: a device in front of it may have sent this one. */
export function isNearer(connection: Connection, side: Side, rst: LoggedSegment): boolean {
  const nearest = Math.max(...ttlsOf(connection, side));
  return rst.ttl > nearest && rst.ttl - nearest <= TTL_SLACK && isFullDistance(nearest);
}

/** Initial TTLs of common stacks: a host answers from another layer with another of them. */
const INITIAL = [32, 64, 128, 255];
/** No path has this many hops: with fewer left than this, a TTL did not begin at 64. */
const LONGEST_PATH = 32;

function hops(ttl: number): number {
  return (INITIAL.find((initial) => initial >= ttl) ?? 255) - ttl;
}

function isAsFar(ttl: number, other: number): boolean {
  return Math.abs(ttl - other) <= TTL_SLACK || hops(ttl) === hops(other);
}

/** The TTL is one that a common stack begins with, less a path. */
function isFullDistance(ttl: number): boolean {
  return ttl >= LONGEST_PATH;
}

/**
 * A socket that sends with a small TTL of its own (`IP_TTL`), whose host answers with the usual one where it has no
 * socket. It is no more hops away than the small TTL reaches.
 */
function isKernel(ttl: number, answer: number): boolean {
  return !isFullDistance(ttl) && answer > ttl && hops(answer) < ttl;
}

/** The segment has crossed about as many hops as the first that the side sent, its SYN where that was captured. */
export function hasOwnTtl(connection: Connection, side: Side, { ttl }: LoggedSegment): boolean {
  const first = streamOf(connection, side)[0]?.segment;
  return first === undefined || Math.abs(first.ttl - ttl) <= TTL_SLACK;
}
