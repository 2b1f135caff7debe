import { describe, expect, it } from 'vitest';
import { OPEN, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { closingOf } from '../support/paths.ts';

describe('an ACK that covers a FIN proves that it was received', () => {
  it('however late, behind a hole in front of a FIN that was kept (SACK)', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     > P.  1:101(100) ack 1
        +0     > F.  101:101(0) ack 1
        +.02   < .   1:1(0) ack 1
        +.3    < P.  1:51(50) ack 1
        +.1    > P.  1:101(100) ack 1
        +.02   < .   51:51(0) ack 102
        +.1    < F.  51:51(0) ack 102
        +.02   > .   102:102(0) ack 52`),
    ).toEqual({
      client: 'FIN_WAIT_1@5 FIN_WAIT_2@9 TIME_WAIT@10',
      server: 'CLOSE_WAIT@7 LAST_ACK@10 CLOSED@11?',
      kind: 'four-way',
      closer: 'client',
    });
  });

  it('however late, out of a window of zero', async () => {
    expect(
      await closingOf(`${OPEN}
        +.1    < .   1:1(0) ack 1 win 0
        +.3    > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 1 win 0
        +.4    < .   1:1(0) ack 2 win 500
        +.1    < F.  1:1(0) ack 2 win 500
        +.02   > .   2:2(0) ack 2`),
    ).toEqual({
      client: 'FIN_WAIT_1@5 FIN_WAIT_2@7 TIME_WAIT@8',
      server: 'CLOSE_WAIT@6 LAST_ACK@8 CLOSED@9?',
      kind: 'four-way',
      closer: 'client',
    });
  });

  it('a FIN that nothing covers, contradicted long after its last copy, is not received', async () => {
    const { server } = await closingOf(`${OPEN}
      +1     > F.  1:1(0) ack 1
      +5     < P.  1:51(50) ack 1
      +.02   > .   2:2(0) ack 51`);
    expect(server).toBe('');
  });
});

describe('a side that answers a FIN with a number in front of it has not taken it', () => {
  it('the first FIN: it stays in ESTABLISHED', async () => {
    expect(
      await closingOf(`${OPEN_NEAR_SERVER}
        +1     > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1
        +.3    > F.  1:1(0) ack 1
        +0     < .   1:1(0) ack 1`),
    ).toMatchObject({ client: 'FIN_WAIT_1@4', server: '' });
  });

  it('the second FIN: it stays in FIN_WAIT_2', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +.1    > F.  1:1(0) ack 2
        +.01   < .   2:2(0) ack 1
        +.2    > F.  1:1(0) ack 2
        +.01   < .   2:2(0) ack 1`),
    ).toMatchObject({ client: 'CLOSE_WAIT@4 LAST_ACK@6', server: 'FIN_WAIT_1@4 FIN_WAIT_2@5?' });
  });

  it('one such answer may have crossed the FIN on its way', async () => {
    const { server } = await closingOf(`${OPEN}
      +1     > F.  1:1(0) ack 1
      +.005  < P.  1:51(50) ack 1
      +.015  > .   2:2(0) ack 51`);
    expect(server).toBe('CLOSE_WAIT@5?');
  });

  it('a SYN,ACK that comes again and again behind the ACK of it: the server stays in SYN_RCVD', async () => {
    const { server } = await closingOf(`${OPEN}
      +.1    > P.  1:81(80) ack 1
      +1     < S.  0:0(0) ack 1
      +0     > .   81:81(0) ack 1
      +2     < S.  0:0(0) ack 1
      +0     > .   81:81(0) ack 1`);
    expect(server).toBe('SYN_RCVD@1');
  });
});
