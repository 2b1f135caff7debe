import { describe, expect, it } from 'vitest';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';

const historyOf = async (ladder: string): Promise<string | undefined> =>
  (await connectionsOfLadder(ladder))[0]?.flow.history;

describe('Zeek’s history string', () => {
  it('of an exchange that closes in order', async () => {
    expect(
      await historyOf(`${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101
        +.02   < P.  1:201(200) ack 101
        +.02   > .   101:101(0) ack 201
        +.1    > F.  101:101(0) ack 201
        +.02   < F.  201:201(0) ack 102
        +.02   > .   102:102(0) ack 202`),
    ).toBe('ShADadFf');
  });

  it('notes data and pure ACKs once a direction, and a FIN again only at another number', async () => {
    expect(
      await historyOf(`${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.02   > P.  101:201(100) ack 1
        +.02   < .   1:1(0) ack 201
        +.02   < .   1:1(0) ack 201
        +.1    > F.  201:201(0) ack 1
        +.3    > F.  201:201(0) ack 1
        +.1    > F.  211:211(0) ack 1`),
    ).toBe('ShADaFF');
  });

  it('has refusals, resets, zero windows and payload sent again', async () => {
    expect(await historyOf('+0 > S 0:0(0)\n +.01 < R. =0:0(0) ack 1')).toBe('Sr');
    expect(
      await historyOf(`${OPEN}
        +.1    > P.  1:101(100) ack 1
        +.3    > P.  1:101(100) ack 1
        +.02   < .   1:1(0) ack 101 win 0
        +.1    < R.  1:1(0) ack 101`),
    ).toBe('ShADTawr');
  });

  it('tells inconsistent flags', async () => {
    expect(await historyOf('+0 > SF 0:0(0)\n +1 > FR. 1:1(0) ack 1')).toBe('QI');
  });

  it('notes what is counted at the 1st and the 10th time', async () => {
    const again = '\n+.1 > P. 1:101(100) ack 1'.repeat(12);
    expect(await historyOf(`${OPEN}\n+.1 > P. 1:101(100) ack 1${again}`)).toBe('ShADTT');
  });
});
