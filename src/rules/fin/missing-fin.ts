import { RST } from '../../decode/segment.ts';
import { endOf, has } from '../../machine/logged-segment.ts';
import { after, before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import { ofBothSides } from '../facts/both-sides.ts';
import {
  at,
  finOf,
  framesOf,
  gapOf,
  highestAck,
  isNewData,
  resetOf,
  roundTrips,
  SECOND,
  seconds,
  sentBy,
  watchedUntil,
} from '../facts/facts.ts';
import type { Connection, Fact, Rule } from '../rule.ts';

export const missingFin: Rule = {
  meta: {
    id: 'missing-fin',
    tiers: ['suspect', 'inconclusive'],
    clause: 'RFC 9293 3.6',
    label: '{side} never closes (CLOSE_WAIT leak)',
    summary:
      'A side acknowledged the FIN of its peer and did not close for longer than --linger (CLOSE_WAIT leak)',
    messages: {
      leak: 'The {side} acknowledged the FIN of the {peer} and has not closed {waited} s after its last sign of use: CLOSE_WAIT leak. It sent {bytes} bytes meanwhile.',
      probed:
        'The {side} acknowledged the FIN of the {peer} and has not closed {waited} s after its last sign of use: CLOSE_WAIT leak. It sent {bytes} bytes meanwhile and answered {answered} of {asked} probes of the {peer}.',
      ends: 'The {side} acknowledged the FIN of the {peer} and had not closed when the capture ended {waited} s later, sooner than --linger ({linger} s).',
      gap: 'No FIN of the {side} was captured in {waited} s, but that proves nothing: {gap}.',
    },
    refutedBy: 'A FIN or RST of that side, or data that it still sends.',
    waits: 60,
    docs: {
      what: 'One side closed, the other acknowledged that and then neither sent its own FIN nor anything else for longer than --linger (60 s). Its state is CLOSE_WAIT: the application has been told end-of-file and has not called close().',
      why: 'Each such socket holds a file descriptor and memory until the process ends. The peer sits in FIN_WAIT_2, or has dropped the connection and will answer the late FIN with RST. A server that leaks CLOSE_WAIT runs out of descriptors.',
      legitimate:
        'A half-close on purpose (one side has sent its request and reads a long answer): as long as data still comes, the time counts from the last of it. A side whose data nobody acknowledges cannot close either: that is the matter of its peer (data-not-acknowledged). Long polls that wait longer than --linger need a higher --linger.',
      action:
        'On that side, find the code path that does not close after read() returned 0: a forgotten close() on an error path, a pool that keeps connections without reading them, a thread that waits for something else. `ss -tnp state close-wait` names the process.',
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
        @ connection 2
        +90    > S   0:0(0)`,
    },
  },
  concerns: ({ close }) => close.kind === 'incomplete',
  check: (connection) => ofBothSides(connection, checkSide),
};

function checkSide(connection: Connection, side: Side): Fact[] {
  const peersFin = finOf(connection, peerOf(side));
  const covered = at(connection, peersFin?.coveredAt ?? null);
  if (!peersFin || !covered || finOf(connection, side) || resetOf(connection)) return [];
  // A FIN of it was captured and is not in force: without ACK, or withdrawn. It did try to close.
  if (connection.replay.fins[side].others.length > 0) return [];
  const later = sentBy(connection, side).filter(({ segment }) => segment.time > covered.time);
  const data = later.filter(({ segment }) => isNewData(segment));
  // Who waits for an acknowledgment of its data cannot be done: that is the matter of its peer.
  if (isWaiting(connection, side)) return [];
  const lastUse = data.at(-1)?.segment ?? covered;
  const waited = watchedUntil(connection) - lastUse.time;
  const gap = gapOf(connection, side) ?? midstream(connection, side) ?? subflow(connection);
  const leaking = waited > connection.linger * SECOND;
  const asked = askedOf(connection, side, covered.time);
  const answered = asked.filter((index) => isAnswered(connection, side, index)).length;
  const probes = later.filter(({ segment: s }) => s.length <= 1 && before(s.seq, s.highBefore)).length;
  const frames = [...framesOf(connection, peersFin.copies.slice(0, 1)), covered.frame, lastUse.frame];
  const evidence = {
    waited: seconds(waited),
    linger: connection.linger,
    bytes: data.reduce((sum, { segment }) => sum + segment.length, 0),
    asked: asked.length,
    answered,
    probes,
    gap: leaking ? gap : null,
  };
  const tier = leaking && !gap ? 'suspect' : 'inconclusive';
  return [
    {
      message: !leaking ? 'ends' : gap ? 'gap' : evidence.asked > 0 ? 'probed' : 'leak',
      tier,
      side,
      frames,
      evidence,
    },
  ];
}

/** Data of the side were sent again, and nothing acknowledged them. */
function isWaiting(connection: Connection, side: Side): boolean {
  const acknowledged = highestAck(connection, peerOf(side));
  const { sentEnd } = connection.replay.fins[side];
  if (acknowledged === null || !after(sentEnd, acknowledged)) return false;
  return sentBy(connection, side).some(
    ({ segment: s }) => s.length > 0 && after(endOf(s), acknowledged) && !isNewData(s) && !has(s, RST),
  );
}

/** Indexes of the peer's segments behind its FIN that want an answer: probes, and copies of the FIN. */
function askedOf(connection: Connection, side: Side, since: number): number[] {
  return sentBy(connection, peerOf(side)).flatMap(({ segment: s, index }) => {
    const isProbe = !has(s, RST) && (before(s.seq, s.highBefore) || endOf(s) !== s.seq);
    return s.time > since && isProbe ? [index] : [];
  });
}

function isAnswered(connection: Connection, side: Side, index: number): boolean {
  const asked = at(connection, index);
  const answer = sentBy(connection, side).find(({ index: n }) => n > index)?.segment;
  return !!asked && !!answer && answer.time - asked.time <= SECOND + roundTrips(connection, 2);
}

/** A capture that began mid-stream may have missed the side's own FIN, unless it shows the side sending data. */
function midstream({ flow }: Connection, side: Side): string | null {
  if (flow.opened || flow.bytes[side] > 0) return null;
  return 'the capture began mid-stream and may have missed it';
}

/** RFC 8684 3.3.3: a subflow may stay half-closed as long as the MPTCP connection lives. */
function subflow({ flow: { announced } }: Connection): string | null {
  return announced.client.multipath && announced.server.multipath
    ? 'it is a subflow of an MPTCP connection'
    : null;
}
