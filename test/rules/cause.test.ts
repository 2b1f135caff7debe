import { describe, expect, it } from 'vitest';
import { causeOf } from '../../src/rules/causes/cause.ts';
import { CAUSE_DOCS, CAUSES, type Cause, type CauseName } from '../../src/rules/causes/cause-names.ts';
import { packetsOf } from '../mutation/packets.ts';
import {
  connectionsOfBytes,
  later,
  OPEN,
  OPEN_NEAR_CLIENT,
  OPEN_NEAR_SERVER,
} from '../support/check-ladder.ts';
import { type InsertedError, withErrors } from '../support/icmp.ts';
import { ladder } from '../support/ladder.ts';

interface Case {
  /** A sentence. */
  readonly name: string;
  readonly ladder: string;
  /** What it is; null where the connection has no cause. */
  readonly cause: CauseName | null;
  readonly side?: Cause['side'];
  readonly frames?: Cause['frames'];
  readonly evidence?: Cause['evidence'];
  /** ICMP errors between the segments. */
  readonly errors?: readonly InsertedError[];
}

const REQUEST = `${OPEN}
  +.1    > P.  1:101(100) ack 1`;
const ANSWERED = `${REQUEST}
  +.02   < P.  1:501(500) ack 101
  +.02   > .   101:101(0) ack 501`;
const OPEN_WITH_TTL = OPEN.split('\n')
  .map((line) => line.replace('<mss', 'ttl 57 <mss').replace(/ack 1$/, 'ack 1 ttl 57'))
  .join('\n');

/** For each cause, ladders that show it and look-alikes that are something else. */
const CASES: Readonly<Record<CauseName, readonly Case[]>> = {
  'no-socket': [
    {
      name: 'the ACK of the opening finds nobody',
      ladder: `${OPEN}
        +.02   < R   1:1(0)`,
      cause: 'no-socket',
      side: 'server',
      frames: [3, 4],
    },
    {
      name: 'the FIN of the peer finds nobody where TIME_WAIT should be',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +.1    < F.  501:501(0) ack 102
        +.02   > R   102:102(0)`,
      cause: 'no-socket',
      side: 'client',
    },
    {
      name: 'an RST,ACK of a host that still has the connection',
      ladder: `${OPEN}
        +.02   < R.  1:1(0) ack 1`,
      cause: 'application-abort',
    },
  ],
  unreachable: [
    {
      name: 'a SYN that a firewall rejects',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)`,
      errors: [
        { quotes: 1, code: 13 },
        { quotes: 2, code: 13 },
      ],
      cause: 'unreachable',
      side: null,
      frames: [1],
      evidence: {
        says: 'administratively prohibited',
        from: '203.0.113.9',
        version: 4,
        type: 3,
        code: 13,
        icmpFrames: '2, 4',
      },
    },
    {
      name: 'a SYN to a port that the host itself calls unreachable',
      ladder: `
        +0     > S   0:0(0)`,
      errors: [{ quotes: 1, code: 3, from: '10.0.0.2' }],
      cause: 'unreachable',
      side: 'server',
    },
    {
      name: 'a SYN with too few hops',
      ladder: `
        +0     > S   0:0(0) ttl 3`,
      errors: [{ quotes: 1, type: 11, code: 0 }],
      cause: 'unreachable',
    },
    {
      name: 'a FIN that meets no route',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.3    > F.  101:101(0) ack 501${later(90)}`,
      errors: [{ quotes: 7 }],
      cause: 'unreachable',
    },
    {
      name: 'data that meet no route, until the sender aborts',
      ladder: `${ANSWERED}
        +1     > P.  101:201(100) ack 501
        +.3    > P.  101:201(100) ack 501
        +.6    > P.  101:201(100) ack 501
        +1     > R.  201:201(0) ack 501`,
      errors: [{ quotes: 7, code: 0 }],
      cause: 'unreachable',
      frames: [10],
    },
    {
      name: 'the same with answers and data the other way round',
      ladder: `${ANSWERED}
        +1     < P.  501:601(100) ack 101
        +.3    < P.  501:601(100) ack 101${later(90)}`,
      errors: [{ quotes: 7, code: 10, from: '10.0.0.1' }],
      cause: 'unreachable',
      side: 'client',
    },
    {
      name: 'a RST that answers the SYN after all',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +.01   < R.  0:0(0) ack 1`,
      errors: [{ quotes: 1 }],
      cause: 'refused',
    },
    {
      name: 'an error after which the connection goes on',
      ladder: `${ANSWERED}
        +1     > P.  101:201(100) ack 501
        +.3    > P.  101:201(100) ack 501
        +.02   < .   501:501(0) ack 201
        +1     > F.  201:201(0) ack 501
        +.02   < F.  501:501(0) ack 202
        +.02   > .   202:202(0) ack 502`,
      errors: [{ quotes: 7 }],
      cause: null,
    },
    {
      name: 'an error about a segment of before that the peer answered, and then an abort',
      ladder: `${ANSWERED}
        +1     > P.  101:201(100) ack 501
        +.3    > P.  101:201(100) ack 501
        +.02   < .   501:501(0) ack 201
        +1     > R.  201:201(0) ack 501`,
      errors: [{ quotes: 7 }],
      cause: 'application-abort',
    },
    {
      name: 'a datagram that is too large for the path',
      ladder: `
        +0     > S   0:0(0)`,
      errors: [{ quotes: 1, code: 4 }],
      cause: null,
    },
    {
      name: 'a number that nobody had sent',
      ladder: `
        +0     > S   0:0(0)
        @ connection 2
        +.1    > S   0:0(0)`,
      errors: [{ quotes: 2, quote: 27 }],
      cause: null,
    },
    {
      name: 'an error right before the capture ends',
      ladder: `${ANSWERED}
        +1     > P.  101:201(100) ack 501`,
      errors: [{ quotes: 7 }],
      cause: null,
    },
  ],
  'application-abort': [
    {
      name: 'RST at SND.NXT, and nothing had asked for it',
      ladder: `${ANSWERED}
        +3     > R.  101:101(0) ack 501`,
      cause: 'application-abort',
      side: 'client',
      frames: [7],
      evidence: { unreadData: 'possible' },
    },
    {
      name: 'the side had answered the last data itself: nothing was unread',
      ladder: `${ANSWERED}
        +3     < R.  501:501(0) ack 101`,
      cause: 'application-abort',
      side: 'server',
      evidence: { unreadData: 'none' },
    },
    {
      name: 'after a FIN',
      ladder: `${ANSWERED}
        +3     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +3     < R.  501:501(0) ack 102`,
      cause: 'application-abort',
      side: 'server',
    },
    {
      name: 'RST elsewhere in the window: no application sends that',
      ladder: `${ANSWERED}
        +3     < R.  601:601(0) ack 101
        +.02   > .   101:101(0) ack 501
        +.02   < R   501:501(0)`,
      cause: 'half-open',
    },
  ],
  'unread-data': [
    {
      name: 'the window shrank by what was never read',
      ladder: `${OPEN}
        +.1    > P.  1:1001(1000) ack 1 win 500
        +.02   < .   1:1(0) ack 1001    win 500
        +.1    > P.  1001:3001(2000) ack 1
        +.02   < .   1:1(0) ack 3001    win 484
        +1     < R.  1:1(0) ack 3001`,
      cause: 'unread-data',
      side: 'server',
      evidence: { bytes: 2000, shrunk: 16 * 128, window: 484 * 128 },
    },
    {
      name: 'the window is closed',
      ladder: `${OPEN}
        +.1    > P.  1:1001(1000) ack 1
        +.02   < .   1:1(0) ack 1001 win 0
        +1     < R.  1:1(0) ack 1001`,
      cause: 'unread-data',
    },
    {
      name: 'the window lost one step of its scale, as it does when everything is read',
      ladder: `${OPEN}
        +.1    > P.  1:11(10) ack 1
        +.02   < .   1:1(0) ack 11      win 502
        +.1    > P.  11:528(517) ack 1
        +.02   < .   1:1(0) ack 528     win 501
        +1     < R.  1:1(0) ack 528`,
      cause: 'application-abort',
      evidence: { unreadData: 'possible' },
    },
    {
      name: 'what shrank the window had been answered',
      ladder: `${OPEN}
        +.1    > P.  1:1001(1000) ack 1
        +.02   < .   1:1(0) ack 1001    win 500
        +.1    > P.  1001:3001(2000) ack 1
        +.02   < P.  1:51(50) ack 3001  win 484
        +1     < R.  51:51(0) ack 3001`,
      cause: 'application-abort',
    },
  ],
  'data-after-close': [
    {
      name: 'data for a side that had closed completely',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.1    < P.  1:501(500) ack 102
        +.02   > R   102:102(0)`,
      cause: 'data-after-close',
      side: 'client',
      evidence: { bytes: 500 },
    },
    {
      name: 'the data and the FIN crossed, next to the side of the data',
      ladder: `${OPEN_NEAR_SERVER}
        +.1    > P.  1:101(100) ack 1
        +.02   < P.  1:501(500) ack 101
        +.001  > F.  101:101(0) ack 1
        +.02   < .   501:501(0) ack 102
        +.019  > R   101:101(0)`,
      cause: 'data-after-close',
    },
    {
      name: 'data with a FIN right behind it: the data was first',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.001  < P.  1:501(500) ack 102
        +.001  < F.  501:501(0) ack 102
        +.001  > R   102:102(0)
        +.001  > R   102:102(0)`,
      cause: 'data-after-close',
      evidence: { bytes: 500 },
    },
    {
      name: 'thrown back with ACK, as some stacks do',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.1    < P.  1:501(500) ack 102
        +.02   > R.  102:102(0) ack 1`,
      cause: 'data-after-close',
    },
    {
      name: 'the RST,ACK acknowledges the data: it was taken, and the side aborted later',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.1    < P.  1:501(500) ack 102
        +.02   > R.  102:102(0) ack 501`,
      cause: 'application-abort',
    },
    {
      name: 'data within the half-close, which the side had acknowledged',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.1    < P.  1:501(500) ack 102
        +.02   > .   102:102(0) ack 501
        +3     > R.  102:102(0) ack 501`,
      cause: 'application-abort',
    },
    {
      name: 'of two RSTs the first answers the parting words, the second the FIN behind them',
      ladder: `${REQUEST}
        +.02   < P.  1:501(500) ack 101
        +.01   > P.  101:132(31) ack 501
        +0     < F.  501:501(0) ack 101
        +.01   > F.  132:132(0) ack 502
        +.01   < R   501:501(0)
        +0     < R   502:502(0)`,
      cause: 'data-after-close',
      evidence: { bytes: 31 },
    },
    {
      name: 'the RST,ACK of a side comes first, and the bare RST of the closed one answers what was under way',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +.1    < P.  1:61(60) ack 102
        +0     < R.  61:61(0) ack 102
        +.001  > R   102:102(0)`,
      cause: 'application-abort',
      side: 'server',
    },
    {
      name: 'mid-stream: the client aborts, and the bare RST says why the server does',
      ladder: `
        +0     > P.  1:32(31) ack 1
        +.001  > R.  32:32(0) ack 1
        +.03   < R   1:1(0)`,
      cause: 'application-abort',
      side: 'client',
    },
  ],
  'not-opened-here': [
    {
      name: 'a scanner’s SYN has another TTL than the RST of its host',
      ladder: `
        +0     > S   0:0(0)       ttl 41
        +.01   < S.  0:0(0) ack 1 ttl 57
        +0     > R   1:1(0)       ttl 64`,
      cause: 'not-opened-here',
      side: 'client',
      frames: [1, 2, 3],
    },
    {
      name: 'the same TTL: the application may have given up before the answer came',
      ladder: `
        +0     > S   0:0(0)       ttl 64
        +.01   < S.  0:0(0) ack 1 ttl 57
        +0     > R   1:1(0)       ttl 64`,
      cause: 'no-socket',
    },
  ],
  'stale-connection-reused': [
    {
      name: 'a request long behind the FIN that its sender had acknowledged',
      ladder: `${ANSWERED}
        +5     < F.  501:501(0) ack 101
        +.01   > .   101:101(0) ack 502
        +30    > P.  101:201(100) ack 502
        +.01   < R   502:502(0)`,
      cause: 'stale-connection-reused',
      side: 'client',
      frames: [7, 9, 10],
      evidence: { bytes: 100, idle: 30 },
    },
    {
      name: 'the request came a second behind it: it may be part of what the FIN interrupted',
      ladder: `${ANSWERED}
        +5     < F.  501:501(0) ack 101
        +.01   > .   101:101(0) ack 502
        +1.4   > P.  101:201(100) ack 502
        +.01   < R   502:502(0)`,
      cause: 'data-after-close',
      side: 'client',
    },
    {
      name: 'the late answer of a server to a client that had closed is no request',
      ladder: `${REQUEST}
        +.02   > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 102
        +30    < P.  1:501(500) ack 102
        +.02   > R   102:102(0)`,
      cause: 'data-after-close',
      side: 'server',
    },
  ],
  'never-accepted': [
    {
      name: 'the SYN,ACK comes again and again though it had been acknowledged, and then RST',
      ladder: `${OPEN}
        +.001  > P.  1:81(80) ack 1
        +1     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +2     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +20    > P.  1:81(80) ack 1
        +.01   < R   1:1(0)`,
      cause: 'never-accepted',
      side: 'server',
    },
    {
      name: 'the same without an end',
      ladder: `${OPEN}
        +.001  > P.  1:81(80) ack 1
        +1     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +2     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +20    > P.  1:81(80) ack 1`,
      cause: 'never-accepted',
    },
    {
      name: 'a SYN,ACK that came twice because the ACK was lost',
      ladder: `${OPEN}
        +1     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +2     < S.  0:0(0) ack 1
        +.01   > .   1:1(0) ack 1
        +.1    > P.  1:81(80) ack 1
        +.02   < .   1:1(0) ack 81
        +1     < R.  1:1(0) ack 81`,
      cause: 'application-abort',
    },
  ],
  'slow-reader': [
    {
      name: 'the window stays closed behind data until the writer gives up',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101 win 0
        +5     > .   100:100(0) ack 1
        +.02   < .   1:1(0) ack 101 win 0
        +10    > .   100:100(0) ack 1
        +.02   < .   1:1(0) ack 101 win 0
        +20    > R.  101:101(0) ack 1`,
      cause: 'slow-reader',
      side: 'server',
    },
    {
      name: 'it was closed for a moment',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101 win 0
        +1     < R.  1:1(0) ack 101`,
      cause: 'unread-data',
    },
  ],
  'path-forgot': [
    {
      name: 'both sides close after a long silence and neither hears',
      ladder: `${ANSWERED}
        +300   > F.  101:101(0) ack 501
        +.3    > F.  101:101(0) ack 501
        +.6    > F.  101:101(0) ack 501
        +5     < F.  501:501(0) ack 101
        +.3    < F.  501:501(0) ack 101
        +.6    < F.  501:501(0) ack 101
        +1     > F.  101:101(0) ack 501`,
      cause: 'path-forgot',
      side: null,
    },
    {
      name: 'one of them was never seen again: whether it or the path is gone is not on the wire',
      ladder: `${ANSWERED}
        +1     < F.  501:501(0) ack 101
        +.02   > .   101:101(0) ack 502
        +60    > F.  101:101(0) ack 502
        +.3    > F.  101:101(0) ack 502
        +.6    > F.  101:101(0) ack 502`,
      cause: 'retransmission-timeout',
    },
  ],
  'keep-alive-race': [
    {
      name: 'a request crosses the FIN of an idle connection, half-way',
      ladder: `${ANSWERED}
        +5     < F.  501:501(0) ack 101
        +.005  > P.  101:201(100) ack 501
        +.01   < R   501:501(0)`,
      cause: 'keep-alive-race',
      side: 'client',
      evidence: { idle: 5, bytes: 100 },
    },
    {
      name: 'the same next to the client: the request is seen first',
      ladder: `${OPEN_NEAR_CLIENT}
        +.1    > P.  1:101(100) ack 1
        +.04   < P.  1:501(500) ack 101
        +0     > .   101:101(0) ack 501
        +5     > P.  101:201(100) ack 501
        +.005  < F.  501:501(0) ack 101
        +.04   < R   501:501(0)`,
      cause: 'keep-alive-race',
      side: 'client',
      evidence: { idle: 5, bytes: 100 },
    },
    {
      name: 'the connection had not been idle',
      ladder: `${ANSWERED}
        +.05   < F.  501:501(0) ack 101
        +.005  > P.  101:201(100) ack 501
        +.01   < R   501:501(0)`,
      cause: 'data-after-close',
    },
    {
      name: 'the request came behind the ACK of the FIN: the client saw the close and did not care',
      ladder: `${ANSWERED}
        +5     < F.  501:501(0) ack 101
        +.01   > .   101:101(0) ack 502
        +.2    > P.  101:201(100) ack 502
        +.01   < R   502:502(0)`,
      cause: 'data-after-close',
    },
    {
      name: 'the FIN acknowledges the request: it was read, and nothing crossed',
      ladder: `${ANSWERED}
        +5     > P.  101:201(100) ack 501
        +.005  < F.  501:501(0) ack 201
        +.02   < R.  502:502(0) ack 201`,
      cause: 'application-abort',
    },
  ],
  'idle-timeout': [
    {
      name: 'the first data after 350 s of silence finds nobody',
      ladder: `${ANSWERED}
        +350   > P.  101:201(100) ack 501
        +.02   < R   501:501(0)`,
      cause: 'idle-timeout',
      side: 'client',
      evidence: { idle: 350.02 },
    },
    {
      name: 'the silence was short',
      ladder: `${ANSWERED}
        +2     > P.  101:201(100) ack 501
        +.02   < R   501:501(0)`,
      cause: 'half-open',
    },
    {
      name: 'the side itself aborts after a long silence',
      ladder: `${ANSWERED}
        +350   < R.  501:501(0) ack 101`,
      cause: 'application-abort',
    },
    {
      name: 'the request had been sent again and again before the RST came: nothing was idle',
      ladder: `${ANSWERED}
        +1     > P.  101:201(100) ack 501
        +.4    > P.  101:201(100) ack 501
        +.8    > P.  101:201(100) ack 501
        +1.6   > P.  101:201(100) ack 501
        +25    > P.  101:201(100) ack 501
        +.001  < R   501:501(0)`,
      cause: 'half-open',
    },
  ],
  'half-open': [
    {
      name: 'data to a side that had taken part and knows nothing any more',
      ladder: `${ANSWERED}
        +3     > P.  101:201(100) ack 501
        +.02   < R   501:501(0)`,
      cause: 'half-open',
      side: 'server',
      frames: [7, 8],
    },
    {
      name: 'a SYN out of nowhere, a challenge ACK, and the RST that answers it',
      ladder: `${ANSWERED}
        +3     > S   =77:77(0)
        +.02   < .   501:501(0) ack 101
        +.02   > R   101:101(0)`,
      cause: 'half-open',
      side: 'client',
    },
    {
      name: 'the RST has a timestamp: its host still had the connection',
      ladder: `
        +0     > S   0:0(0)            <mss 1460, TS val 1 ecr 0>
        +.01   < S.  0:0(0) ack 1      <mss 1460, TS val 1 ecr 1>
        +.01   > .   1:1(0) ack 1      <TS val 2 ecr 1>
        +.1    > P.  1:101(100) ack 1  <TS val 3 ecr 1>
        +.02   < P.  1:501(500) ack 101 <TS val 3 ecr 3>
        +3     > .   101:101(0) ack 501 <TS val 9 ecr 3>
        +.01   < R   501:501(0)        <TS val 9 ecr 9>`,
      cause: 'unknown',
    },
    {
      name: 'data behind the FIN of their sender, which the side had acknowledged',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +.1    > P.  101:201(100) ack 501
        +.001  < R   501:501(0)`,
      cause: 'unknown',
    },
  ],
  'keepalive-expired': [
    {
      name: 'RST behind probes without an answer',
      ladder: `${ANSWERED}
        +5     > .   100:100(0) ack 501
        +5     > .   100:100(0) ack 501
        +5     > .   100:100(0) ack 501
        +5     > R.  101:101(0) ack 501`,
      cause: 'keepalive-expired',
      side: null,
      evidence: { unanswered: 3 },
    },
    {
      name: 'the probes were answered',
      ladder: `${ANSWERED}
        +5     > .   100:100(0) ack 501
        +.02   < .   501:501(0) ack 101
        +5     > .   100:100(0) ack 501
        +.02   < .   501:501(0) ack 101
        +5     > R.  101:101(0) ack 501`,
      cause: 'application-abort',
    },
  ],
  'retransmission-timeout': [
    {
      name: 'data sent again and again, then RST',
      ladder: `${REQUEST}
        +.3    > P.  1:101(100) ack 1
        +.6    > P.  1:101(100) ack 1
        +1.2   > P.  1:101(100) ack 1
        +2.4   > R.  101:101(0) ack 1`,
      cause: 'retransmission-timeout',
      side: null,
      evidence: { unanswered: 3 },
    },
    {
      name: 'a FIN sent again and again to nobody',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.3    > F.  101:101(0) ack 501
        +.6    > F.  101:101(0) ack 501`,
      cause: 'retransmission-timeout',
      side: null,
      frames: [7, 8, 9],
      evidence: { unanswered: 2, silent: 1.92 },
    },
    {
      name: 'data sent again and again, and then nothing',
      ladder: `${REQUEST}
        +.3    > P.  1:101(100) ack 1
        +.6    > P.  1:101(100) ack 1
        +1.2   > P.  1:101(100) ack 1`,
      cause: 'retransmission-timeout',
      side: null,
    },
    {
      name: 'a FIN sent again to a peer that goes on sending',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.3    > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 101
        +.6    > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 101`,
      cause: null,
    },
    {
      name: 'the same where only one direction was captured',
      ladder: `
        +0     > S   0:0(0)
        +.02   > .   1:1(0) ack 1
        +1     > F.  1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +.6    > F.  1:1(0) ack 1`,
      cause: null,
    },
    {
      name: 'an open connection whose last data was sent again once',
      ladder: `${REQUEST}
        +.3    > P.  1:101(100) ack 1`,
      cause: null,
    },
    {
      name: 'an abort after one retransmission',
      ladder: `${REQUEST}
        +.3    > P.  1:101(100) ack 1
        +1     > R.  101:101(0) ack 1`,
      cause: 'application-abort',
    },
    {
      name: 'a SYN sent again and again',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)
        +2     > S   0:0(0)${later(5)}`,
      cause: 'retransmission-timeout',
      frames: [1, 2, 3],
    },
  ],
  'fin-wait-2-reaped': [
    {
      name: 'data for a FIN_WAIT_2 that was given up',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +60    < P.  501:601(100) ack 102
        +.02   > R   102:102(0)`,
      cause: 'fin-wait-2-reaped',
      side: 'server',
      frames: [7, 9, 10],
      evidence: { waited: 60 },
    },
    {
      name: 'a FIN for it',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +60    < F.  501:501(0) ack 102
        +.02   > R   102:102(0)`,
      cause: 'fin-wait-2-reaped',
    },
    {
      name: 'the data came at once',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +.02   < P.  501:601(100) ack 102
        +.02   > R   102:102(0)`,
      cause: 'data-after-close',
    },
    {
      name: 'probes were answered, and then no more',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102
        +5     < .   500:501(1) ack 102
        +.02   > .   102:102(0) ack 501
        +10    < .   500:501(1) ack 102
        +.02   > R   102:102(0)`,
      cause: 'fin-wait-2-reaped',
    },
  ],
  conntrack: [
    {
      name: 'an old segment draws a bare RST while the connection works',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +.01   > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201
        +.005  > P.  1:101(100) ack 1
        +.02   < R   1:1(0)`,
      cause: 'conntrack',
      side: 'server',
      evidence: { segment: 'old' },
    },
    {
      name: 'a segment beyond the window does',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101 win 10
        +.005  > P.  5101:5201(100) ack 1
        +.02   < R   1:1(0)`,
      cause: 'conntrack',
      evidence: { segment: 'beyond the window' },
    },
    {
      name: 'the segment is the next in order',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +.005  > P.  101:201(100) ack 1
        +.02   < R   1:1(0)`,
      cause: 'half-open',
    },
    {
      name: 'the old segment comes long after the last sign of life',
      ladder: `${REQUEST}
        +.02   < .   1:1(0) ack 101
        +9     > P.  1:101(100) ack 1
        +.02   < R   1:1(0)`,
      cause: 'half-open',
    },
    {
      name: 'a bare RST at the next number, behind data that had been acknowledged: an abort',
      ladder: `${ANSWERED}
        +0     > R   101:101(0)`,
      cause: 'application-abort',
    },
    {
      name: 'a keep-alive probe draws it: the host has no such connection',
      ladder: `${ANSWERED}
        +.01   > .   100:101(1) ack 501
        +.02   < R   501:501(0)`,
      cause: 'half-open',
    },
  ],
  injected: [
    {
      name: 'an RST from another distance',
      ladder: `${OPEN_WITH_TTL}
        +.1    > P.  1:101(100) ack 1    ttl 57
        +.02   < .   1:1(0) ack 101      ttl 57
        +1     < R.  1:1(0) ack 101      ttl 128`,
      cause: 'injected',
      side: null,
    },
    {
      name: 'the side goes on after an RST in its name that its peer obeyed',
      ladder: `${REQUEST}
        +.02   < R.  1:1(0) ack 101
        +.001  < P.  1:501(500) ack 101
        +.01   > R   101:101(0)`,
      cause: 'injected',
      side: null,
    },
    {
      name: 'an RST from the same distance',
      ladder: `${OPEN_WITH_TTL}
        +.1    > P.  1:101(100) ack 1    ttl 57
        +.02   < .   1:1(0) ack 101      ttl 57
        +1     < R.  1:1(0) ack 101      ttl 57`,
      cause: 'application-abort',
    },
  ],
  refused: [
    {
      name: 'a SYN answered by RST',
      ladder: '+0 > S 0:0(0)\n+.01 < R. =0:0(0) ack 1',
      cause: 'refused',
      side: 'server',
      frames: [1, 2],
    },
    {
      name: 'a SYN,ACK and then RST',
      ladder: `${OPEN}
        +.02   < R.  1:1(0) ack 1`,
      cause: 'application-abort',
    },
    { name: 'a SYN that nobody answered', ladder: '+0 > S 0:0(0)', cause: null },
  ],
  unknown: [
    {
      name: 'a bare RST that answers nothing and stands elsewhere',
      ladder: `${ANSWERED}
        +3     < R.  601:601(0) ack 101`,
      cause: 'unknown',
    },
    {
      name: 'an orderly close has no cause',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < F.  501:501(0) ack 102
        +.02   > .   102:102(0) ack 502`,
      cause: null,
    },
    {
      name: 'neither has a FIN after which the capture ends',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501`,
      cause: null,
    },
    {
      name: 'nor a CLOSE_WAIT that is still waiting: a rule tells of it',
      ladder: `${ANSWERED}
        +1     > F.  101:101(0) ack 501
        +.02   < .   501:501(0) ack 102${later(90)}`,
      cause: null,
    },
    {
      name: 'an RST one hop nearer than everything else of its side',
      ladder: `${OPEN_WITH_TTL}
        +.1    > P.  1:101(100) ack 1    ttl 57
        +.02   < P.  1:501(500) ack 101  ttl 57
        +.02   > .   101:101(0) ack 501  ttl 57
        +.2    > P.  101:131(30) ack 501 ttl 57
        +.001  < R   501:501(0)          ttl 58`,
      cause: 'unknown',
    },
    {
      name: 'two SYNs that nobody answered',
      ladder: `
        +0     > S   0:0(0)
        +1     > S   0:0(0)${later(5)}`,
      cause: 'unknown',
    },
  ],
};

describe.each(CAUSES)('the cause %s', (name) => {
  const cases = CASES[name];

  it.each(cases.map((one) => [one.name, one] as const))(
    '%s',
    async (_, { ladder: text, cause, errors = [], ...fields }) => {
      const { list } = await packetsOf(ladder(text));
      const [connection] = await connectionsOfBytes(withErrors(list, errors));
      const found = connection ? causeOf(connection) : null;
      if (cause === null) expect(found).toBeNull();
      else {
        const { name: __, ...more } = fields;
        expect(found).toMatchObject({ name: cause, ...more });
        const known = new Set(connection?.flow.segments.map(({ frame }) => frame));
        expect(found?.frames.filter((frame) => !known.has(frame))).toEqual([]);
      }
    },
  );

  it('has a ladder that shows it and one that only looks like it', () => {
    expect(cases.some(({ cause }) => cause === name)).toBe(true);
    expect(cases.some(({ cause }) => cause !== name)).toBe(true);
  });

  it('says what it means and what is known to help', () => {
    const { what, remedy } = CAUSE_DOCS[name];
    expect(what).toMatch(/^\S.*[^.]$/);
    expect(remedy).toMatch(/^[A-Z].*\.$/);
  });
});
