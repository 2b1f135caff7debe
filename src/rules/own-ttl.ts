import { RST } from '../decode/segment.ts';
import { has, type LoggedSegment } from '../machine/logged-segment.ts';
import type { Side } from '../machine/state.ts';
import { sentBy } from './facts.ts';
import type { Connection } from './rule.ts';

/** Hop counts of one sender may differ by this much: routes change. */
const TTL_SLACK = 2;

/** The segment has crossed about as many hops as the first that the side sent, its SYN where that was captured. */
export function hasOwnTtl(connection: Connection, side: Side, { ttl }: LoggedSegment): boolean {
  const first = sentBy(connection, side).find(({ segment }) => !has(segment, RST))?.segment;
  return first === undefined || Math.abs(first.ttl - ttl) <= TTL_SLACK;
}
