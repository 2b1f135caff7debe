import { RST } from '../decode/segment.ts';
import { has, type LoggedSegment } from '../machine/logged-segment.ts';
import type { Side } from '../machine/state.ts';
import { sentBy } from './facts.ts';
import type { Connection } from './rule.ts';

/** Hop counts of one sender may differ by this much: routes change, hosts answer from another layer. */
const TTL_SLACK = 2;

/** TTLs of a side's other segments, RSTs left out. */
export function ttlsOf(connection: Connection, side: Side): number[] {
  const ttls = sentBy(connection, side).flatMap(({ segment }) => (has(segment, RST) ? [] : [segment.ttl]));
  return [...new Set(ttls)].sort((a, b) => a - b);
}

/** Its segments, RSTs left out, have crossed different numbers of hops. */
export function hasTtlChanged(connection: Connection, side: Side): boolean {
  const ttls = ttlsOf(connection, side);
  return Math.max(...ttls) - Math.min(...ttls) > TTL_SLACK;
}

/** The segment's TTL is one that the side's other segments have, give or take a hop or two. */
export function looksLikeSender(connection: Connection, side: Side, segment: LoggedSegment): boolean {
  const ttls = ttlsOf(connection, side);
  return ttls.length === 0 || ttls.some((ttl) => Math.abs(ttl - segment.ttl) <= TTL_SLACK);
}

/** Initial TTLs of common stacks: a host answers from another layer with another of them. */
const INITIAL = [32, 64, 128, 255];

/**
 * Same distance: TTLs agree, or differ only as two initial values of one host do (a kernel answers RST from 64 or 255
 * where its sockets use another value).
 */
export function isSameHost(connection: Connection, side: Side, rst: LoggedSegment): boolean {
  if (looksLikeSender(connection, side, rst)) return true;
  const hops = (ttl: number): number => (INITIAL.find((initial) => initial >= ttl) ?? 255) - ttl;
  return ttlsOf(connection, side).some((ttl) => hops(ttl) === hops(rst.ttl));
}
