import { RST, SYN } from '../decode/segment.ts';
import { has, type LoggedSegment } from '../machine/logged-segment.ts';
import { judgeReset } from '../machine/reset.ts';
import { peerOf, SIDES, type Side } from '../machine/state.ts';
import { contextOf, sentBy, stateBefore, strangersFrom } from './facts.ts';
import { isSameHost, ttlsOf } from './identity.ts';
import type { Connection, Fact, Rule } from './rule.ts';

/** RSTs at stepped numbers that no single sender has a reason to send. */
const STEPPED = 3;

export const rstInjected: Rule = {
  meta: {
    id: 'rst-injected',
    tiers: ['suspect'],
    clause: 'RFC 3360',
    summary: 'An RST that does not look like the side in whose name it came',
    messages: {
      ttl: 'The RST in the name of the {side} has TTL {ttl}; its other segments have {ttls}: something on the path sent it.',
      alive:
        'An exact RST came in the name of the {side}, and the {side} went on with the connection: something else sent it, or the {side} forgot its own RST.',
      stepped: '{count} RSTs in the name of the {side} came at stepped sequence numbers: somebody guesses.',
    },
    refutedBy: 'A capture next to that side which shows it sending the RST.',
    waits: null,
    docs: {
      what: 'The RST carries the addresses and ports of one side, but its TTL, or what that side does next, says that another host made it.',
      why: 'Firewalls, load balancers, intrusion prevention and censors end connections this way. Both ends then blame each other.',
      legitimate:
        'A load balancer that answers for a dead server is "injecting" too. Routes that change between two packets move the TTL by a hop or two, which is allowed for.',
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
  concerns: ({ flow }) => flow.segments.some((s) => has(s, RST)),
  check: (connection) => SIDES.flatMap((side) => checkSide(connection, side)),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const context = contextOf(connection);
  const resets = sentBy(connection, side).filter(({ segment }) => has(segment, RST));
  const fact = (message: string, rsts: readonly LoggedSegment[], evidence: Fact['evidence']): Fact[] => [
    { message, tier: 'suspect', side, frames: rsts.map(({ frame }) => frame), evidence },
  ];
  const foreign = resets.filter(({ segment }) => !isSameHost(connection, side, segment));
  const [strange] = foreign;
  if (strange) {
    const ttls = ttlsOf(connection, side).join(', ');
    return fact(
      'ttl',
      foreign.map(({ segment }) => segment),
      { ttl: strange.segment.ttl, ttls },
    );
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
  const exact = taken.filter(({ index }) => judgeReset(context, peerOf(side), index) === 'exact');
  const [first] = exact;
  if (!first) return [];
  // Another connection on these ports is no sign of life of this one.
  const later = flow.segments.find(
    (s, n) =>
      n > first.index && n < strangersFrom(connection) && s.from === side && !has(s, RST) && !has(s, SYN),
  );
  if (!later) return [];
  return fact('alive', [first.segment, later], { seq: first.segment.seq >>> 0 });
}
