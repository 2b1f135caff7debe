import { describe, expect, it } from 'vitest';
import { nearSide, vantageOf } from '../../src/machine/vantage.ts';
import { connectionsOfLadder, OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';

const TWICE = `
  +0     > S   0:0(0)
  +1     > S   0:0(0)
  +.04   < S.  0:0(0) ack 1
  +0     > .   1:1(0) ack 1`;

describe('the vantage of a capture', () => {
  it.each([
    ['client', 'the server is far and the client is not', OPEN_NEAR_CLIENT],
    ['server', 'the client is far and the server is not', OPEN_NEAR_SERVER],
    ['middle', 'both are far', OPEN],
    [null, 'neither is', '+0 > S 0:0(0)\n+.0002 < S. 0:0(0) ack 1\n+.0002 > . 1:1(0) ack 1'],
    [
      null,
      'one half is small and the other not much larger',
      '+0 > S 0:0(0)\n+.002 < S. 0:0(0) ack 1\n+.0006 > . 1:1(0) ack 1',
    ],
    [null, 'the opening was not captured', '+0 > P. 1:101(100) ack 1\n+.04 < . 1:1(0) ack 101'],
    [null, 'the SYN was sent again: nobody knows which was answered', TWICE],
    [null, 'the opening was never finished', '+0 > S 0:0(0)\n+.04 < S. 0:0(0) ack 1'],
  ])('is %s where %s', async (wanted, _, ladder) => {
    const [connection] = await connectionsOfLadder(ladder);
    const segments = connection?.flow.segments ?? [];
    expect(vantageOf(segments)).toBe(wanted);
    expect(nearSide(segments)).toBe(wanted === 'middle' ? null : wanted);
  });
});
