import { ACK, RST, SYN } from '../../decode/segment.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, distance } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  finOf,
  roundTrips,
  SECOND,
  seconds,
  sentBy,
  sideInPrevious,
  stateBefore,
  watchedUntil,
} from '../facts/facts.ts';
import { traitsOf } from '../facts/traits.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Seconds after which a SYN counts as unanswered: the initial RTO. */
const WAIT = 1;

const SENTENCES = {
  should:
    'The {side} was {state} and answered a SYN with {answer}, though its timestamp is newer: it should have been accepted.',
  could:
    'The {side} was {state} and answered a SYN with {answer}; its ISN is above the last number of the old connection, so that it might have been accepted.',
  refused:
    'The {side} was {state} and answered a SYN with {answer}; neither its ISN nor its timestamp was newer.',
} as const;
const COST = 'The connect took {delay} s.';

export const timeWaitRefused: Rule = {
  meta: {
    id: 'time-wait-refused',
    tiers: ['suspect', 'note'],
    clause: 'RFC 9293 3.6.1 (SHLD-4), RFC 6191 2',
    label: 'TIME_WAIT refuses a new SYN',
    summary: 'A SYN into TIME_WAIT was not accepted: answered by ACK, by RST, or by nothing',
    messages: {
      ...SENTENCES,
      shouldLate: `${SENTENCES.should} ${COST}`,
      couldLate: `${SENTENCES.could} ${COST}`,
      refusedLate: `${SENTENCES.refused} ${COST}`,
    },
    refutedBy: 'A SYN,ACK that the capture does not have.',
    waits: WAIT,
    docs: {
      what: 'A client reused its port while the server was still in TIME_WAIT for the old connection, and the SYN was not accepted.',
      why: 'The client learns by RST, or waits for its SYN timer: connects that take one or three seconds now and then are often this.',
      legitimate:
        'A SYN whose sequence number and timestamp are not newer must not be accepted. One with a higher sequence number may be (MAY-2), one with a newer timestamp should be (RFC 6191), if somebody listens: only where the ports were opened in the end is that shown, and only then it is more than a note. Whether a side was still in TIME_WAIT may be assumed; the message says so.',
      action:
        'Enable TCP timestamps on both sides, so that a newer SYN can be told. Let the client close first, or widen its port range.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < F.  1:1(0) ack 1
        +.01   > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 2
        @ isn client 1100000
        @ isn server 5100000
        +.5    > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     < F.  1:1(0) ack 1
        +.01   > F.  1:1(0) ack 2
        +0     < .   2:2(0) ack 2
        +.5    > S   =900000:900000(0)
        +0     < .   2:2(0) ack 2
        +.01   > R   2:2(0)`,
    },
  },
  concerns: (connection) =>
    traitsOf(connection).hasTimeWait ||
    (connection.previous !== null && connection.close.kind === 'unanswered'),
  check: (connection) => [...ofBothSides(connection, checkSide), ...unanswered(connection)],
};

/** `side` is the one in TIME_WAIT. */
function checkSide(connection: Connection, side: Side): Fact[] {
  const { flow } = connection;
  const peer = peerOf(side);
  // The SYN of its own opening; a capture that began mid-stream has none.
  const opening = sentBy(connection, peer)[0]?.segment;
  const initial = opening && has(opening, SYN) ? opening.seq : null;
  return sentBy(connection, peer)
    .filter(({ segment }) => has(segment, SYN) && !has(segment, ACK) && segment.seq !== initial)
    .flatMap(({ segment: syn, index }, n, syns) => {
      if (syn.optionsCut || (n > 0 && syns[n - 1]?.segment.seq === syn.seq)) return [];
      if (stateBefore(connection, side, syn.frame, syn.time) !== 'TIME_WAIT') return [];
      // It was accepted at once: the ACK behind it is the last one of the old connection, captured out of its turn.
      if (flow.reopened && flow.reopened.by - syn.time <= roundTrips(connection, 1)) return [];
      const reply = sentBy(connection, side).find((one) => one.index > index)?.segment;
      // The new connection already: what accepted it is missing.
      if (reply && !has(reply, RST) && reply.seq !== finOf(connection, side)?.end) return [];
      const answer = reply && reply.time - syn.time <= WAIT * SECOND ? reply : null;
      if (!answer && watchedUntil(connection) - syn.time <= WAIT * SECOND) return [];
      const message = newer(connection, peer, syn) ?? 'refused';
      const delay = flow.reopened ? seconds(flow.reopened.by - syn.time) : null;
      return [
        {
          message: delay === null ? message : (`${message}Late` as const),
          // That the ports were opened in the end shows that somebody listens.
          tier:
            message === 'should' && flow.reopened?.opener === peer ? ('suspect' as const) : ('note' as const),
          side,
          frames: [syn.frame, ...(answer ? [answer.frame] : [])],
          evidence: {
            answer: answerName(answer),
            state: stateName(connection, side, syn.time),
            delay,
            isnAhead: distance(sentEnd(connection, peer), syn.seq),
          },
        },
      ];
    });
}

/** SYNs of a new attempt that nothing answered, while the acceptor was in the TIME_WAIT of the connection before. */
function unanswered(connection: Connection): Fact[] {
  const { previous, close, flow } = connection;
  const syns = sentBy(connection, 'client');
  const syn = syns[0]?.segment;
  if (!previous || !syn || close.kind !== 'unanswered' || syn.optionsCut) return [];
  const holder = sideInPrevious(connection, previous, 'server');
  if (stateBefore(previous, holder, syn.frame, syn.time) !== 'TIME_WAIT') return [];
  if (watchedUntil(connection) - syn.time <= WAIT * SECOND) return [];
  const opener = peerOf(holder);
  return [
    {
      message: newer(previous, opener, syn) ?? 'refused',
      tier: 'note',
      side: 'server',
      frames: [previous.flow.frames.last, ...syns.map(({ segment }) => segment.frame)],
      evidence: {
        answer: answerName(null),
        state: stateName(previous, holder, syn.time),
        delay: null,
        isnAhead: distance(sentEnd(previous, opener), syn.seq),
        interval: seconds(syn.time - previous.flow.ended),
        syns: flow.frames.count,
      },
    },
  ];
}

/** How the report says that the side was in TIME_WAIT. */
function stateName({ replay }: Connection, side: Side, time: number): string {
  const proven = replay.transitions.some(
    (t) => t.side === side && t.to === 'TIME_WAIT' && t.by !== null && t.by < time,
  );
  return proven ? 'in TIME_WAIT' : 'in TIME_WAIT, as far as the capture shows,';
}

function answerName(answer: LoggedSegment | null): string {
  if (!answer) return 'nothing';
  return has(answer, RST) ? 'RST' : 'an ACK';
}

function sentEnd({ replay }: Connection, side: Side): number {
  return replay.fins[side].sentEnd;
}

/** What shows that the SYN is newer than the old connection: RFC 6191 by timestamp, MAY-2 by number. */
function newer(connection: Connection, side: Side, syn: LoggedSegment): 'should' | 'could' | null {
  const stamps = sentBy(connection, side).flatMap(({ segment }) =>
    segment.timestamp === null || segment.frame >= syn.frame ? [] : [segment.timestamp],
  );
  const newest = stamps.reduce<number | null>((a, b) => (a === null || after(b, a) ? b : a), null);
  if (newest !== null && syn.timestamp !== null) {
    if (after(syn.timestamp, newest)) return 'should';
    if (syn.timestamp !== newest) return null;
  }
  return after(syn.seq, sentEnd(connection, side)) ? 'could' : null;
}
