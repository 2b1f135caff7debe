import { RST } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import { at, finOf, framesOf, gapOf, isNewData, resetOf, SECOND, seconds, sentBy } from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

/** Where the profile sets no limit of its own: what most stacks have, seconds. */
const USUAL_LIMIT = 60;

export const finWait2Lingering: Rule = {
  meta: {
    id: 'fin-wait-2-lingering',
    tiers: ['note'],
    clause: 'RFC 9293 3.6',
    label: '{side} is stuck in FIN_WAIT_2',
    summary: 'A side stayed in FIN_WAIT_2 longer than stacks keep an orphan there, or had given it up',
    messages: {
      kept: 'The {side} was still in FIN_WAIT_2 {waited} s after its FIN was acknowledged: the {peer} neither sends nor closes.',
      reaped:
        'The {side} had given up its FIN_WAIT_2 when the {peer} came back after {waited} s: it answered with RST.',
    },
    refutedBy: 'Data or a FIN of the peer in that time, which the capture does not have.',
    waits: USUAL_LIMIT,
    docs: {
      what: 'The side that closed first waits for the FIN of its peer. RFC 9293 sets no limit; stacks drop an orphaned FIN_WAIT_2 after a while (Linux tcp_fin_timeout, 60 s) and answer what comes later with RST.',
      why: 'A reaped FIN_WAIT_2 turns a late but orderly close of the peer into ECONNRESET. One that is not reaped holds memory.',
      legitimate:
        'Both. RFC 9293 sets no limit, a half-close on purpose may last, and an orphan may be given up. Who does not close is the peer: see missing-fin.',
      action:
        'The peer is the one that does not close: see missing-fin. Raise tcp_fin_timeout only if it needs longer.',
      good: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +30    < F.  1:1(0) ack 2
        +.01   > .   2:2(0) ack 2`,
      bad: `
        +0     > S   0:0(0)
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.01   < .   1:1(0) ack 2
        +70    < F.  1:1(0) ack 2
        +0     > R   2:2(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete' || close.kind === 'reset-after-fin',
  check: (connection) => ofBothSides(connection, checkSide),
};

/** `closer` is the side in FIN_WAIT_2. */
function checkSide(connection: Connection, closer: Side): Fact[] {
  const { profile, replay } = connection;
  const peer = peerOf(closer);
  const fin = finOf(connection, closer);
  const covered = at(connection, fin?.coveredAt ?? null);
  if (!fin || !covered) return [];
  const frames = [...framesOf(connection, fin.copies.slice(0, 1)), covered.frame];
  const noSocket = replay.readings[closer].noSocket;
  const reaped = replay.transitions.some(
    (t) => t.side === closer && t.from === 'FIN_WAIT_2' && t.on === 'send RST',
  );
  if (reaped && noSocket) {
    const trigger = at(connection, noSocket.trigger);
    const rst = at(connection, noSocket.rst);
    if (!trigger || !rst) return [];
    // Data that come sooner met a socket without a reader, which rst-after-fin reports, unless it had answered meanwhile.
    const limit = (profile.finWait2 ?? USUAL_LIMIT) * SECOND;
    const lived = hadAnswered(connection, closer, covered.time, noSocket.trigger);
    // A FIN needs no reader. What comes right behind the ACK is time-wait-cut-short.
    const least = trigger.length > 0 ? limit : SECOND;
    if (trigger.time - covered.time < least && !lived) return [];
    const evidence = { waited: seconds(trigger.time - covered.time) };
    return [
      {
        message: 'reaped',
        tier: 'note',
        side: closer,
        frames: [...frames, trigger.frame, rst.frame],
        evidence,
      },
    ];
  }
  if (finOf(connection, peer) || resetOf(connection) || gapOf(connection, peer)) return [];
  const lastUse = sentBy(connection, peer).findLast(({ segment }) => isNewData(segment))?.segment;
  const since = Math.max(covered.time, lastUse?.time ?? 0);
  // Only what it says itself shows that it is still there.
  const sign = sentBy(connection, closer).at(-1)?.segment;
  const limit = (profile.finWait2 ?? USUAL_LIMIT) * SECOND;
  if (!sign || sign.time - since <= limit) return [];
  const evidence = { waited: seconds(sign.time - covered.time) };
  return [{ message: 'kept', tier: 'note', side: closer, frames: [...frames, sign.frame], evidence }];
}

/** In FIN_WAIT_2 the side answered a probe, so that the socket was there, and then no more. */
function hadAnswered(connection: Connection, closer: Side, since: number, until: number): boolean {
  return sentBy(connection, closer).some(({ segment, index }) => {
    const asked = at(connection, index - 1);
    return (
      index < until &&
      segment.time > since &&
      asked !== null &&
      asked.from !== closer &&
      asked.time > since &&
      !has(segment, RST)
    );
  });
}
