/** One ending as a ladder, and what is wrong with it in the words of a TCP engineer. */
export interface Ending {
  readonly name: string;
  readonly ladder: string;
}

const OPEN = `
  +0     > S   0:0(0)        <mss 1460>
  +.01   < S.  0:0(0) ack 1  <mss 1460>
  +.01   > .   1:1(0) ack 1
  +.1    > P.  1:101(100) ack 1
  +.01   < P.  1:201(200) ack 101
  +.01   > .   101:101(0) ack 201`;

/** Another connection later, so that the capture has not ended. */
const LATER = `
  @ connection 9
  +90    > S   0:0(0)
  +.01   < R.  =0:0(0) ack 1`;

export const ENDINGS: readonly Ending[] = [
  {
    name: 'clean four-way',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.1   < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202`,
  },
  {
    name: 'three-way',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202`,
  },
  {
    name: 'simultaneous',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.001 < F.  201:201(0) ack 101
      +.01  > .   102:102(0) ack 202
      +.001 < .   202:202(0) ack 102`,
  },
  {
    name: 'one FIN and nothing more',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      ${LATER}`,
  },
  {
    name: 'both FINs, no last ACK',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.1   < F.  201:201(0) ack 102
      +.3   < F.  201:201(0) ack 102
      +.6   < F.  201:201(0) ack 102
      ${LATER}`,
  },
  {
    name: 'last ACK that does not cover the FIN',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.1   < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 201
      +.3   < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 201
      ${LATER}`,
  },
  {
    name: 'data beyond the own FIN',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.1   > P.  102:152(50) ack 201
      +.1   < F.  201:201(0) ack 102
      +.01  > .   152:152(0) ack 202`,
  },
  {
    name: 'second FIN at a higher number',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.1   > F.  111:111(0) ack 201
      +.1   < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202`,
  },
  {
    name: 'ACK of unsent data',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 140
      +.2   > F.  101:101(0) ack 201
      +.01  < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202`,
  },
  {
    name: 'FIN retransmitted unanswered',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.2   > F.  101:101(0) ack 201
      +.4   > F.  101:101(0) ack 201
      +.8   > F.  101:101(0) ack 201
      +1.6  > F.  101:101(0) ack 201
      ${LATER}`,
  },
  {
    name: 'RST instead of FIN',
    ladder: `${OPEN}
      +.1   > P.  101:201(100) ack 201
      +.01  < R.  201:201(0) ack 101`,
  },
  {
    name: 'half-close, data, RST',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < .   201:201(0) ack 102
      +.2   < P.  201:301(100) ack 102
      +.01  > R   102:102(0)`,
  },
  {
    name: 'RST out of the window, the connection goes on',
    ladder: `${OPEN}
      +.5   < R.  900201:900201(0) ack 101
      +.5   > P.  101:201(100) ack 201
      +.01  < .   201:201(0) ack 201
      +.5   > F.  201:201(0) ack 201
      +.01  < F.  201:201(0) ack 202
      +.01  > .   202:202(0) ack 202`,
  },
  {
    name: 'in-window RST, challenge ACK, exact RST',
    ladder: `${OPEN}
      +.5   < R.  211:211(0) ack 101
      +.01  > .   101:101(0) ack 201
      +.01  < R   201:201(0)`,
  },
  {
    name: 'reopened after 0.5 s with a higher ISN',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202
      @ isn client 1100000
      @ isn server 5100000
      +.5   > S   0:0(0)        <mss 1460>
      +.01  < S.  0:0(0) ack 1  <mss 1460>
      +.01  > .   1:1(0) ack 1
      +.1   > F.  1:1(0) ack 1
      +.01  < F.  1:1(0) ack 2
      +.01  > .   2:2(0) ack 2`,
  },
  {
    name: 'reopened after 0.5 s with lower ISNs',
    ladder: `${OPEN}
      +.5   > F.  101:101(0) ack 201
      +.01  < F.  201:201(0) ack 102
      +.01  > .   102:102(0) ack 202
      @ isn client 900000
      @ isn server 4900000
      +.5   > S   0:0(0)        <mss 1460>
      +.01  < S.  0:0(0) ack 1  <mss 1460>
      +.01  > .   1:1(0) ack 1
      +.1   > F.  1:1(0) ack 1
      +.01  < F.  1:1(0) ack 2
      +.01  > .   2:2(0) ack 2`,
  },
  {
    name: 'old SYN into TIME_WAIT, ACK, RST',
    ladder: `${OPEN}
      +.5   < F.  201:201(0) ack 101
      +.01  > F.  101:101(0) ack 202
      +.01  < .   202:202(0) ack 102
      +.5   > S   =900000:900000(0)
      +.01  < .   202:202(0) ack 102
      +.01  > R   102:102(0)`,
  },
];
