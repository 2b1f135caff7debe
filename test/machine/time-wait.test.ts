import { describe, expect, it } from 'vitest';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';
import { closingOf, pathOf } from '../support/paths.ts';

const CLOSED = `${OPEN}
  +1     < F.  1:1(0) ack 1
  +.01   > F.  1:1(0) ack 2
  +.01   < .   2:2(0) ack 2`;

describe('what a stack did to an exact RST in TIME_WAIT', () => {
  it('it does to the next', async () => {
    const { server } = await closingOf(`${CLOSED}
      +1     > R   2:2(0)
      +1     > F.  1:1(0) ack 2
      +.01   < .   2:2(0) ack 2
      +1     > R   2:2(0)`);
    expect(server).toBe('FIN_WAIT_1@4 TIME_WAIT@5');
  });

  it('is not known from an RST that nothing followed', async () => {
    const { server } = await closingOf(`${CLOSED}
      +1     > R   2:2(0)
      +1     > R   2:2(0)`);
    expect(server).toBe('FIN_WAIT_1@4 TIME_WAIT@5 CLOSED@7?');
  });
});

describe('a 4-tuple that was opened anew', () => {
  it('has ended its old incarnation: a late RST of that changes nothing', async () => {
    const [old] = await connectionsOfLadder(
      `${CLOSED}
      @ isn client 2000000
      @ isn server 9000000
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1
      @ isn client 1000000
      @ isn server 5000000
      +1     > F.  1:1(0) ack 2
      +.01   < R   2:2(0)`,
    );
    if (!old) throw new Error('no connection');
    expect(pathOf(old, 'server')).toBe('FIN_WAIT_1@4 TIME_WAIT@5 CLOSED@7');
    expect(old.replay.transitions.filter(({ on }) => on === 'reopen')).toHaveLength(1);
  });
});

describe('a bare RST with the number of an ACK', () => {
  it('is an answer also later than one round trip: no segment from its trigger on met a connection', async () => {
    const { server } = await closingOf(`${OPEN}
      +5     < F.  1:1(0) ack 1
      +.001  > P.  1:25(24) ack 2
      +0     > F.  25:25(0) ack 2
      +.073  < R   2:2(0)
      +.001  < R   2:2(0)`);
    expect(server).toBe('FIN_WAIT_1@4 CLOSED@7');
  });

  it('is no answer to what had been acknowledged', async () => {
    const [connection] = await connectionsOfLadder(`${OPEN}
      +.1    < .   1:1(0) ack 1
      +0     < P.  1:2(1) ack 1
      +0     > .   1:1(0) ack 2
      +0     > R   1:1(0)`);
    expect(connection?.replay.readings.client.noSocket).toBeNull();
  });

  it('ends a connection by the frame that did it, also where the label was set again', async () => {
    const [connection] = await connectionsOfLadder(`${OPEN}
      +1     > R.  1:1(0) ack 1
      +.001  < P.  1:101(100) ack 1`);
    const reset = connection?.replay.transitions.find(({ on }) => on === 'receive RST');
    expect(reset).toMatchObject({ frame: 5, cause: 4 });
  });
});
