import { describe, expect, it } from 'vitest';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';
import { closingOf } from '../support/paths.ts';

describe('numbers count and not the order in which a capture has the segments', () => {
  it('a FIN captured behind the FIN that covers it: the other side had received it', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     < F.  1:1(0) ack 2
        +0     > F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2`),
    ).toEqual({
      client: 'FIN_WAIT_1@5 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@4 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });

  it('a FIN captured behind the ACK that covers it', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     < .   1:1(0) ack 2
        +0     > F.  1:1(0) ack 1
        +.2    < F.  1:1(0) ack 2
        +.02   > .   2:2(0) ack 2`),
    ).toEqual({
      client: 'FIN_WAIT_1@5 FIN_WAIT_2@5 TIME_WAIT@6',
      server: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?',
      kind: 'four-way',
      closer: 'client',
    });
  });

  it('an ACK captured behind the RST,ACK that has its number does not take the RST back', async () => {
    const { client, kind } = await closingOf(`${OPEN}
      +1     < P.  1:101(100) ack 1
      +0     > R.  1:1(0) ack 101
      +0     > .   1:1(0) ack 101`);
    expect({ client, kind }).toEqual({ client: 'CLOSED@5', kind: 'abort' });
  });

  it('a challenge ACK out of SYN_RCVD does not say that the handshake is over', async () => {
    const [connection] = await connectionsOfLadder(`
      +0     > S   0:0(0)          <mss 1460>
      +0     < S.  0:0(0) ack 1    <mss 1460>
      +.02   > R   500:500(0)
      +0     < .   1:1(0) ack 1`);
    expect(connection?.replay.final.server).toBe('SYN_RCVD');
  });
});
