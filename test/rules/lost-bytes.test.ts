import { describe, expect, it } from 'vitest';
import { isFarewell, lossUnknown, lostBytes } from '../../src/rules/facts/loss.ts';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';

const REQUEST = `${OPEN}
  +1     > P.  1:101(100) ack 1`;

describe('what a reset cost', () => {
  it.each([
    ['the RST comes right behind the data', `${REQUEST}\n +.02 < R. 1:1(0) ack 1`, null],
    [
      'the data came again before the RST',
      `${REQUEST}\n +.3 > P. 1:101(100) ack 1\n +.6 > P. 1:101(100) ack 1\n +.02 < R. 1:1(0) ack 1`,
      null,
    ],
    [
      'the data never came again: its ACK may be missing',
      `${REQUEST}\n +5 < R. 1:1(0) ack 1`,
      'the client never sent those bytes again, so that an ACK of them may be missing from the capture',
    ],
    [
      'something else went out behind it, and the data not again',
      `${REQUEST}
        +.02   > P.  101:201(100) ack 1
        +.02   < P.  1:101(100) ack 1
        +.02   > .   201:201(0) ack 101
        +.02   > .   201:201(0) ack 101
        +5     < R.  101:101(0) ack 1`,
      'the client never sent those bytes again, so that an ACK of them may be missing from the capture',
    ],
    [
      'the number of a bare RST is that which its peer had acknowledged',
      `${REQUEST}\n +.02 > R 101:101(0)`,
      'the number of the RST may be one that the peer had acknowledged',
    ],
    [
      'the RST acknowledges what was not captured',
      `${REQUEST}\n +.02 > R. 101:101(0) ack 501`,
      'the RST acknowledges more than the capture has',
    ],
  ])('is known or not: %s', async (_, ladder, why) => {
    const [connection] = await connectionsOfLadder(ladder);
    if (!connection) throw new Error('no connection');
    const { client, server } = lostBytes(connection);
    expect(client + server).toBeGreaterThan(0);
    expect(lossUnknown(connection)).toBe(why);
  });

  it.each([
    ['an alert that answers the FIN', '< P. 1:32(31) ack 2 bytes 150303001a', true],
    ['as many bytes of something else', '< P. 1:32(31) ack 2', false],
    ['as many bytes that were not captured', '< P. 1:32(31) ack 2 cut 54', true],
    ['more bytes that were not captured', '< P. 1:101(100) ack 2 cut 54', false],
  ])('is a farewell or not: %s', async (_, answer, isOne) => {
    const [connection] = await connectionsOfLadder(`${OPEN}
      +1     > F.  1:1(0) ack 1
      +.02   ${answer}
      +.02   > R   2:2(0)`);
    if (!connection) throw new Error('no connection');
    expect(isFarewell(connection, 'client', lostBytes(connection))).toBe(isOne);
  });
});
