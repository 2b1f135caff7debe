import { describe, expect, it } from 'vitest';
import { OPEN, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { closingOf } from '../support/paths.ts';

describe('what crosses is decided by everything that a side had acknowledged, by sequence order', () => {
  it('an ACK sent behind a FIN and captured in front of it: the FINs crossed', async () => {
    expect(
      await closingOf(`${OPEN_NEAR_SERVER}
        +5     < F.  1:1(0) ack 1
        +.03   > .   2:2(0) ack 2
        +.001  > F.  1:1(0) ack 1
        +.001  < .   2:2(0) ack 2`),
    ).toEqual({
      client: 'FIN_WAIT_1@6 CLOSING@6 TIME_WAIT@7?',
      server: 'FIN_WAIT_1@4 CLOSING@6 TIME_WAIT@6?',
      kind: 'simultaneous',
      closer: 'both',
    });
  });

  it('an ACK at the number of the FIN was sent before it', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     < F.  1:1(0) ack 1
        +.02   > .   1:1(0) ack 2
        +.001  > F.  1:1(0) ack 2
        +.02   < .   2:2(0) ack 2`),
    ).toMatchObject({ client: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?', kind: 'four-way', closer: 'server' });
  });

  it('an ACK number that goes back in front of an acknowledged FIN takes nothing back', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     > F.  1:1(0) ack 1
        +.02   < .   1:1(0) ack 2
        +.5    < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2`),
    ).toMatchObject({ server: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?', kind: 'four-way', closer: 'client' });
  });

  it('an ACK number that leaps beyond the FIN shows that the FIN had come', async () => {
    const { kind, closer } = await closingOf(`${OPEN}
      +1     > F.  1:1(0) ack 1
      +.5    < F.  1:1(0) ack 500
      +.02   > .   2:2(0) ack 2
      +.02   < .   2:2(0) ack 2`);
    expect({ kind, closer }).toMatchObject({ kind: 'four-way', closer: 'client' });
  });

  it('a leap behind crossing FINs takes CLOSING from nobody', async () => {
    expect(
      await closingOf(`${OPEN}
        +1     > F.  1:1(0) ack 1
        +.001  < F.  1:1(0) ack 1
        +.02   > .   2:2(0) ack 2
        +.001  < .   2:2(0) ack 500
        +.02   < .   2:2(0) ack 2`),
    ).toMatchObject({
      client: 'FIN_WAIT_1@4 CLOSING@5 TIME_WAIT@8?',
      server: 'FIN_WAIT_1@5 CLOSING@5 TIME_WAIT@6?',
      kind: 'simultaneous',
    });
  });
});
