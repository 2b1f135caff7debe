import type { Unreachable } from '../../flow/unreachable.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { SECOND, sentBy } from '../facts/facts.ts';
import type { Connection } from '../rule.ts';
import { type Cause, cause } from './cause-names.ts';

/** Seconds of silence behind an error until it counts as the end of a connection that was open: hosts send again before. */
const SILENCE = 1;

/**
 * ICMP errors said that what a side sent was not delivered, and nothing of its peer came any more. RFC 9293 3.9.2.2: such an error
 * alone ends no connection, since the path may be mended; the silence behind it shows that it was not.
 *
 * @param side whose segments they quote; null: either
 * @param until errors behind this frame had nothing to do with the end
 */
export function unreachable(
  connection: Connection,
  side: Side | null,
  until: number = Number.POSITIVE_INFINITY,
): Cause | null {
  const { unreachable: errors } = connection.flow;
  if (errors.length === 0) return null;
  const telling = errors.filter(
    (error) =>
      (side === null || error.quoted === side) &&
      error.frame < until &&
      lastFrameOf(connection, peerOf(error.quoted), until) < error.frame,
  );
  const last = telling.at(-1);
  if (!last) return null;
  const { version, type, code, from, quoted } = last;
  const peer = peerOf(quoted);
  const quotes = sentBy(connection, quoted).filter(({ segment }) => segment.seq === last.seq);
  const frames = quotes.slice(0, 1).map(({ segment }) => segment.frame);
  // The peer's own host says it, or a router on the path, which belongs to neither.
  return cause('unreachable', from === connection.flow[peer].address ? peer : null, frames, {
    says: meaningOf(last),
    from,
    version,
    type,
    code,
    icmpFrames: telling.map(({ frame }) => frame).join(', '),
  });
}

/** The same of a connection that neither FIN nor RST ended. */
export function unreachableForLong(connection: Connection): Cause | null {
  const { flow } = connection;
  const first = flow.unreachable.find(({ frame, quoted }) => {
    return lastFrameOf(connection, peerOf(quoted)) < frame;
  });
  if (!first || flow.end - first.time < SILENCE * SECOND) return null;
  // Of one side alone the capture shows: what it sends anew must have been answered by what was not captured.
  if (flow.oneSided && hasGoneOn(connection, first)) return null;
  return unreachable(connection, first.quoted);
}

/** Behind the error, the side that it was for acknowledged more. */
function hasGoneOn(connection: Connection, { frame, quoted }: Unreachable): boolean {
  const own = sentBy(connection, quoted).map(({ segment }) => segment);
  const before = own.findLast((segment) => segment.frame < frame);
  return own.some((segment) => segment.frame > frame && segment.ack !== before?.ack);
}

function lastFrameOf(connection: Connection, side: Side, until: number = Number.POSITIVE_INFINITY): number {
  const last = sentBy(connection, side).findLast(({ segment }) => segment.frame < until);
  return last?.segment.frame ?? -1;
}

/** RFC 792, RFC 1122 3.2.2.1, RFC 1812 5.2.7.1. */
const ICMP: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  5: 'source route failed',
  6: 'network unknown',
  7: 'host unknown',
  8: 'source host isolated',
  9: 'network administratively prohibited',
  10: 'host administratively prohibited',
  11: 'network unreachable for this type of service',
  12: 'host unreachable for this type of service',
  13: 'administratively prohibited',
  14: 'host precedence violation',
  15: 'precedence cut-off',
};

/** RFC 4443 3.1. */
const ICMPV6: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'administratively prohibited',
  2: 'beyond the scope of the source address',
  3: 'address unreachable',
  4: 'port unreachable',
  5: 'source address failed policy',
  6: 'route rejected',
  7: 'source route failed',
};

/** What the type and code of an error mean, in a few words. */
export function meaningOf({ version, type, code }: Pick<Unreachable, 'version' | 'type' | 'code'>): string {
  const isUnreachable = type === (version === 4 ? 3 : 1);
  if (!isUnreachable) return code === 0 ? 'hop limit exceeded' : 'fragments missing';
  return (version === 4 ? ICMP : ICMPV6)[code] ?? 'unreachable';
}
