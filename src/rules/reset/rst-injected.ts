import { FIN, RST, SYN } from '../../decode/segment.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { judgeReset } from '../../machine/reset.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { contextOf, seconds, sentBy, stateBefore, strangersFrom } from '../facts/facts.ts';
import { wasSentBehind } from '../facts/going-on.ts';
import {
  isForeign,
  lacksTimestamps,
  opensPastItsHost,
  type Sign,
  signsAgainst,
  tookTooLittle,
  ttlsOf,
} from '../facts/identity.ts';
import { askedOnce } from '../facts/memo.ts';
import { rejectedBy } from '../facts/rejected-segment.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** RSTs at stepped numbers that no single sender has a reason to send. */
const STEPPED = 3;

export const rstInjected: Rule = {
  meta: {
    id: 'rst-injected',
    tiers: ['suspect'],
    clause: 'RFC 3360',
    label: 'RST forged in the name of the {side}',
    summary: 'An RST, or a FIN or data, that does not look like the side in whose name it came',
    messages: {
      ttl: 'The RST in the name of the {side} has TTL {ttl}; its other segments have {ttls}: something on the path sent it.',
      early:
        'The RST in the name of the {side} acknowledges what the {peer} had sent only {after} s before; every other answer of the {side} took several times as long: something nearer sent it.',
      segment:
        'A segment with {what} in the name of the {side} does not look like it: {signs}. Something on the path sent it; what it does is not to be held against the {side}.',
      alive:
        'An exact RST came in the name of the {side}, and the {side} went on with the connection: something else sent it, or the {side} forgot its own RST.',
      stepped: '{count} RSTs in the name of the {side} came at stepped sequence numbers: somebody guesses.',
    },
    refutedBy: 'A capture next to that side which shows it sending the segment.',
    waits: null,
    docs: {
      what: 'The RST carries the addresses and ports of one side, but its TTL, the time at which it came, or what that side does next, says that another host made it. A FIN or data (a block page) is another’s where two signs agree: a TTL unlike the SYN of its side, no timestamps though both sides had agreed on them, an answer sooner than the opening allows.',
      why: 'Firewalls, load balancers, intrusion prevention and censors end connections this way. Both ends then blame each other.',
      legitimate:
        'A load balancer that answers for a dead server is "injecting" too. Routes that change between two packets move the TTL by a hop or two, which is allowed for. So is a host whose sockets send with a small TTL of their own and whose kernel answers with the usual one, and the host of a scanner, which resets a connection that a raw socket began past it. An RST that rejects a segment out of the window is reported as what it answers (rst-in-synchronized).',
      action:
        'Record next to the side in question: if it does not send the RST, walk the path towards it. The TTL says how many hops away the sender is.',
      good: `
        +0     > S   0:0(0) ttl 64
        +.01   < S.  0:0(0) ack 1 ttl 57
        +0     > .   1:1(0) ack 1 ttl 64
        +1     < R.  1:1(0) ack 1 ttl 57`,
      bad: `
        +0     > S   0:0(0) ttl 64
        +.01   < S.  0:0(0) ack 1 ttl 57
        +0     > .   1:1(0) ack 1 ttl 64
        +1     < R.  1:1(0) ack 1 ttl 128`,
    },
  },
  concerns: (connection) =>
    traitsOf(connection).resets > 0 ||
    connection.flow.segments.some((segment) => lacksTimestamps(connection, segment)),
  // The cause of a reset asks it as well.
  check: askedOnce((connection) => ofBothSides(connection, checkSide)),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const own = sentBy(connection, side);
  if (own.length === 0) return [];
  const { replay } = connection;
  const context = contextOf(connection);
  const resets = own.filter(
    ({ segment, index }) => has(segment, RST) && !isExplained(connection, side, index),
  );
  const fact = (message: string, segments: readonly LoggedSegment[], evidence: Fact['evidence']): Fact[] => [
    { message, tier: 'suspect', side, frames: segments.map(({ frame }) => frame), evidence },
  ];
  const strange = resets.map(({ segment }) => segment).filter((s) => isForeign(connection, side, s));
  const other = own.find(
    ({ segment }) => !has(segment, RST) && isForeign(connection, side, segment),
  )?.segment;
  if (other) return fact('segment', [other, ...strange], describe(connection, side, other));
  if (resets.length === 0) return [];
  const [first] = strange;
  if (first) return fact('ttl', strange, { ttl: first.ttl, ttls: ttlsOf(connection, side).join(', ') });
  const early = resets.flatMap(({ segment }) => {
    const took = tookTooLittle(connection, side, segment);
    return took === null ? [] : [{ segment, took }];
  });
  const [soonest] = early;
  if (soonest) {
    const segments = early.map(({ segment }) => segment);
    return fact('early', segments, { after: seconds(soonest.took) });
  }
  const numbers = new Set(resets.map(({ segment }) => segment.seq));
  // RFC 9293 3.10.7.3: in SYN-SENT an RST answers what acknowledges something else, and the side goes on.
  const taken = resets.filter(
    ({ segment, index }) =>
      !replay.readings[side].resets.includes(index) &&
      stateBefore(connection, side, segment.frame, segment.time) !== 'SYN_SENT',
  );
  if (numbers.size >= STEPPED && taken.length >= STEPPED) {
    return fact(
      'stepped',
      taken.map(({ segment }) => segment),
      { count: taken.length },
    );
  }
  // With one direction alone, what the RST answers cannot be seen.
  if (connection.flow.oneSided) return [];
  for (const reset of taken) {
    if (judgeReset(context, peerOf(side), reset.index) !== 'exact') continue;
    // Another connection on these ports is no sign of life of this one.
    const later = sentBy(connection, side).find(
      (one) =>
        one.index > reset.index &&
        one.index < strangersFrom(connection) &&
        !has(one.segment, RST) &&
        !has(one.segment, SYN) &&
        wasSentBehind(connection, reset, one),
    )?.segment;
    if (later) return fact('alive', [reset.segment, later], { seq: reset.segment.seq >>> 0 });
  }
  return [];
}

/** The RST says by itself where it comes from: a firewall that rejects a segment, or the host of a raw socket. */
function isExplained(connection: Connection, side: Side, index: number): boolean {
  return rejectedBy(connection, side, index) !== null || opensPastItsHost(connection, side, index);
}

/** What a segment without RST carries, and what speaks against its sender. */
function describe(connection: Connection, side: Side, segment: LoggedSegment): Fact['evidence'] {
  const what = [segment.length > 0 ? 'data' : '', has(segment, FIN) ? 'FIN' : ''].filter(
    (word) => word !== '',
  );
  const opening = sentBy(connection, side).find((one) => has(one.segment, SYN))?.segment;
  const words: Record<Sign, string> = {
    ttl: `TTL ${segment.ttl} against ${opening?.ttl ?? 'another'} of its SYN`,
    timestamps: 'no timestamps though both sides had agreed on them',
    early: 'sooner than the answers of that side can come',
  };
  const signs = signsAgainst(connection, side, segment);
  return {
    what: what.length === 0 ? 'an ACK' : what.join(' and '),
    signs: signs.map((sign) => words[sign]).join(', '),
    ttl: segment.ttl,
  };
}
