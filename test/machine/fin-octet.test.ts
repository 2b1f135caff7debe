import { describe, expect, it } from 'vitest';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';
import { closingOf } from '../support/paths.ts';

const TIMED = `
  +0     > S   0:0(0)           <mss 1460, TS val 1000 ecr 0>
  +.01   < S.  0:0(0) ack 1     <mss 1460, TS val 9000 ecr 1000>
  +.01   > .   1:1(0) ack 1     <TS val 1020 ecr 9000>
  +.1    < P.  1:101(100) ack 1 <TS val 9110 ecr 1020>
  +.01   > .   1:1(0) ack 101   <TS val 1130 ecr 9110>`;

const SIGNED = `
  +0     > S   0:0(0)           <mss 1460, md5>
  +.01   < S.  0:0(0) ack 1     <mss 1460, md5>
  +.01   > .   1:1(0) ack 1     <md5>`;

describe('a FIN whose octet was acknowledged stays a FIN', () => {
  it('when data follow at its number', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.5    > P.  1:101(100) ack 1
        +.02   < R   1:1(0)`),
    ).toMatchObject({ client: 'FIN_WAIT_1@4 FIN_WAIT_2@5? CLOSED@7?', closer: 'client' });
  });

  it('and does not where nobody had acknowledged it: it was forged, or withdrawn', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     > F.  1:1(0) ack 1
        +.5    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101`),
    ).toMatchObject({ client: '', server: '', closer: 'none' });
  });
});

describe('a FIN that its receiver had to drop', () => {
  it('by its old timestamp (PAWS) moves nobody', async () => {
    expect(
      await closingOf(`${TIMED}
        +1     < F.  101:101(0) ack 1 <TS val 4000 ecr 1130>
        +.01   > .   1:1(0) ack 101   <TS val 2150 ecr 9110>
        +.2    < F.  101:101(0) ack 1 <TS val 4000 ecr 1130>`),
    ).toMatchObject({ client: '', server: '', closer: 'none' });
  });

  it('for lack of timestamps moves its sender alone', async () => {
    expect(
      await closingOf(`${TIMED}
        +1     < F.  101:101(0) ack 1
        +.01   > .   1:1(0) ack 101   <TS val 2150 ecr 9110>`),
    ).toMatchObject({ client: '', server: 'FIN_WAIT_1@6', closer: 'server' });
  });

  it('counts where the receiver acknowledged it all the same', async () => {
    expect(
      await closingOf(`${TIMED}
        +1     < F.  101:101(0) ack 1
        +.01   > .   1:1(0) ack 102   <TS val 2150 ecr 9110>`),
    ).toMatchObject({ client: 'CLOSE_WAIT@6', server: 'FIN_WAIT_1@6 FIN_WAIT_2@7?' });
  });

  it('unsigned on a signed connection, does not stand for the FIN that comes', async () => {
    const [connection] = await connectionsOfLadder(`${SIGNED}
      +1     < F.  1:1(0) ack 1
      +.2    < F.  1:1(0) ack 1
      +1     > F.  1:1(0) ack 1     <md5>
      +.02   < F.  1:1(0) ack 2     <md5>
      +.02   > .   2:2(0) ack 2     <md5>`);
    expect(connection?.close).toMatchObject({ kind: 'three-way', closer: 'client' });
    expect(connection?.replay.fins.server.dropped).toEqual([3, 4]);
  });

  it('with a timestamp as new as the data in front of it is received', async () => {
    expect(
      await closingOf(`${TIMED}
        +1     < F.  101:101(0) ack 1 <TS val 9110 ecr 1130>
        +.01   > .   1:1(0) ack 102   <TS val 2150 ecr 9110>`),
    ).toMatchObject({ client: 'CLOSE_WAIT@6' });
  });
});

describe('a FIN on the SYN,ACK', () => {
  it('is a close out of SYN_RCVD', async () => {
    expect(
      await closingOf(`
        +0     > S   0:0(0)
        +.01   < SF. 0:0(0) ack 1
        +.01   > .   1:1(0) ack 2
        +.1    > F.  1:1(0) ack 2
        +.01   < .   2:2(0) ack 2`),
    ).toEqual({
      client: 'CLOSE_WAIT@2 LAST_ACK@4 CLOSED@5?',
      server: 'SYN_RCVD@1 FIN_WAIT_1@2 FIN_WAIT_2@3 TIME_WAIT@4',
      kind: 'four-way',
      closer: 'server',
    });
  });
});
