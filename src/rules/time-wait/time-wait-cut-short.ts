import { RST, SYN } from '../../decode/segment.ts';
import { covers } from '../../machine/fin.ts';
import { endOf, has, isBareRst, type LoggedSegment } from '../../machine/logged-segment.ts';
import { twoMslOf } from '../../machine/profile.ts';
import { advance, after } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { triggerOf } from '../../machine/trigger.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  contextOf,
  finOf,
  framesOf,
  gapOf,
  highestAck,
  isNewData,
  roundTrips,
  SECOND,
  SHORTEST_TIME_WAIT,
  secondCloser,
  seconds,
  sentBy,
} from '../facts/facts.ts';
import { isSameHost } from '../facts/identity.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** No stack gives up a FIN_WAIT_2 within this, seconds: Linux can be told to after 1 (tcp_fin_timeout), lwIP has 20. */
const SHORTEST_FIN_WAIT_2 = 1;

export const timeWaitCutShort: Rule = {
  meta: {
    id: 'time-wait-cut-short',
    tiers: ['violation', 'suspect'],
    clause: 'RFC 9293 3.6.1 (MUST-13), 3.10.7.4',
    label: '{side} keeps no TIME_WAIT',
    summary: 'The first closer sent RST where it should have been in TIME_WAIT: it kept none',
    messages: {
      kept: 'The {side} acknowledged the FIN of the {peer} and {waited} s later answered a copy of it with RST: it kept no TIME_WAIT.',
      old: 'The {side} acknowledged the FIN of the {peer} and {waited} s later answered an old segment with RST: it kept no TIME_WAIT.',
      behind:
        'The {side} acknowledged the FIN of the {peer} and sent RST {waited} s later though nothing had come: it kept no TIME_WAIT.',
      gone: 'The FIN of the {side} was acknowledged, and {waited} s later it answered the only FIN of the {peer} with RST: it kept no FIN_WAIT_2, and no TIME_WAIT.',
      unseen:
        'The {side} answered a copy of the FIN of the {peer} with RST {waited} s after the first: it kept no TIME_WAIT, or no FIN_WAIT_2 before.',
    },
    refutedBy: 'An RST of the peer, or the end of 2MSL, before that copy.',
    waits: null,
    docs: {
      what: 'The side that closed first has to stay in FIN_WAIT_2 for the FIN of its peer, and then in TIME_WAIT for 2MSL, so that it can acknowledge that FIN again when its ACK was lost, and old segments as well. Here the FIN, a copy of it or an old segment met nothing: RST; or the RST came right behind the last ACK.',
      why: 'The peer’s close fails with ECONNRESET though everything had been exchanged, and late segments of this connection may be taken for those of the next one on the same ports.',
      legitimate:
        'A host whose TIME_WAIT table is full (tcp_max_tw_buckets) or that rebooted. After 2MSL it is right: how long that is differs between stacks, so only what comes within 10 s is called a violation. An RST that answers data for an application that is gone is right, and the RST that its FIN draws then is, too. So is one when the ports have been opened anew.',
      action:
        'Look for tcp_max_tw_buckets overflows ("TCP: time wait bucket table overflow"), SO_LINGER 0 after shutdown(), a container or network namespace that was removed, a load balancer that recycles ports at once.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +.01   < F.  1:1(0) ack 2
        +0     > .   2:2(0) ack 2
        +.2    < F.  1:1(0) ack 2
        +0     > R   2:2(0)`,
    },
  },
  concerns: (connection) => traitsOf(connection).hasCoveredFin && traitsOf(connection).resets > 0,
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `side` is the one that should be in TIME_WAIT. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow, replay } = connection;
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const own = finOf(connection, side);
  // Only the first closer, and both of crossing ones, keep TIME_WAIT; its FIN has to be acknowledged.
  if (!fin || !own || own.coveredAt === null || secondCloser(connection) === side) return [];
  // The first RST of either side is what counts: a side that has sent one is CLOSED, and one that got it as well.
  const index = flow.segments.findIndex((s) => has(s, RST));
  const reset = at(connection, index);
  if (!reset || reset.from !== side || !replay.readings[side].resets.includes(index)) return [];
  // What came for a 4-tuple that has been opened anew met CLOSED, or the new connection.
  if (flow.reopened && reset.time >= flow.reopened.time) return [];
  const acknowledged = flow.segments.findIndex(
    (s) => s.from === side && covers(s, fin.end, replay.fins[peer].sentEnd),
  );
  const seen: Seen = { connection, side, index, reset, acknowledged };
  return acknowledged >= 0 && acknowledged < index ? fromTimeWait(seen) : fromFinWait2(seen);
}

interface Seen {
  readonly connection: Connection;
  readonly side: Side;
  /** Of the RST. */
  readonly index: number;
  readonly reset: LoggedSegment;
  /** Index of the side's first segment that covers its peer's FIN, -1 for none. */
  readonly acknowledged: number;
}

/** It had acknowledged the FIN: everything but a SYN has to be acknowledged, and nothing sent by itself. */
function fromTimeWait({ connection, side, index, reset, acknowledged }: Seen): Fact[] {
  const peer = peerOf(side);
  const fin = finOf(connection, peer);
  const began = at(connection, acknowledged);
  if (!fin || !began) return [];
  const waited = reset.time - began.time;
  const trigger = triggerOf(contextOf(connection), side, index);
  const asked = at(connection, trigger);
  const tier = waited <= SHORTEST_TIME_WAIT * SECOND ? 'violation' : 'suspect';
  if (waited > twoMslOf(connection.profile)) return [];
  if (trigger !== null && asked && trigger > acknowledged) {
    // RFC 9293 3.10.7.4 step 4: a SYN is another matter, and so is what its sender was not to send.
    if (has(asked, SYN) || after(endOf(asked), fin.end)) return [];
    const isCopy = fin.copies.includes(trigger);
    return [report(isCopy ? 'kept' : 'old', tier, { connection, side, index, reset, acknowledged }, waited)];
  }
  // Behind its last ACK, which nothing of the peer followed.
  const own = connection.flow.segments.slice(0, index).findLast((s) => s.from === side);
  const came = connection.flow.segments.slice(acknowledged + 1, index).some((s) => s.from === peer);
  if (!own || came || waited > roundTrips(connection, 2) || !isSameHost(connection, side, reset)) return [];
  if (gapOf(connection, peer)) return [];
  // A bare RST may answer something: the FIN, which another layer of that host saw as well.
  const abort = !isBareRst(reset) && reset.seq === endOf(own) && reset.ack === fin.end;
  return [
    report('behind', abort ? tier : 'suspect', { connection, side, index, reset, acknowledged }, waited),
  ];
}

/** It had not: its FIN had been acknowledged, and a FIN of its peer drew RST. */
function fromFinWait2(seen: Seen): Fact[] {
  const { connection, side, index, reset } = seen;
  const { profile } = connection;
  const fin = finOf(connection, peerOf(side));
  const own = finOf(connection, side);
  const trigger = triggerOf(contextOf(connection), side, index);
  const closed = at(connection, own?.copies[0] ?? null);
  const covered = at(connection, own?.coveredAt ?? null);
  if (!fin || trigger === null || !fin.copies.includes(trigger) || !closed || !covered) return [];
  const earlier = fin.copies.filter((copy) => copy < trigger);
  const first = at(connection, earlier[0] ?? null);
  // Data that nobody was there to read is refused rightly, and the FIN behind it as well.
  const read = highestAck(connection, side, index) ?? 0;
  const unread = sentBy(connection, peerOf(side)).some(
    ({ segment, index: n }) =>
      n <= trigger && isNewData(segment) && after(advance(segment.seq, segment.length), read),
  );
  if (unread) return [];
  if (!first) {
    // What it sent last shows until when it was there.
    const last = sentBy(connection, side).findLast(({ index: n }) => n < index)?.segment;
    const waited = reset.time - Math.max(covered.time, last?.time ?? 0);
    if (waited > SHORTEST_FIN_WAIT_2 * SECOND || (own?.coveredAt ?? 0) >= trigger) return [];
    return [report('gone', 'suspect', seen, waited)];
  }
  const waited = reset.time - first.time;
  if (waited > twoMslOf(profile)) return [];
  // An orphan may be gone from FIN_WAIT_2 before the first copy came. When it got there may not have been captured.
  if (profile.finWait2 !== null && reset.time - closed.time > profile.finWait2 * SECOND) return [];
  return [report('unseen', 'suspect', seen, waited)];
}

function report(
  message: string,
  tier: Fact['tier'],
  { connection, side, index, reset, acknowledged }: Seen,
  waited: number,
): Fact {
  const fin = finOf(connection, peerOf(side));
  const trigger = message === 'behind' ? null : triggerOf(contextOf(connection), side, index);
  const began =
    message === 'gone'
      ? at(connection, finOf(connection, side)?.coveredAt ?? null)
      : at(connection, acknowledged >= 0 && acknowledged < index ? acknowledged : null);
  return {
    message,
    tier,
    side,
    frames: [
      ...framesOf(connection, fin?.copies ?? []),
      ...framesOf(connection, trigger === null ? [] : [trigger]),
      ...(began ? [began.frame] : []),
      reset.frame,
    ],
    evidence: { waited: seconds(waited), finEnd: (fin?.end ?? 0) >>> 0, seq: reset.seq >>> 0 },
  };
}
