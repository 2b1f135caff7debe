import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/flow/flow.ts';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';

async function flowOf(text: string): Promise<Flow> {
  const [connection] = await connectionsOfLadder(text);
  if (!connection) throw new Error('no connection');
  return connection.flow;
}

describe('payload bytes', () => {
  it('count once each, however often they are sent', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1
      +.2    > P.  1:151(150) ack 1
      +.2    > P.  51:101(50) ack 1
      +.02   < P.  1:11(10) ack 151`);
    expect(flow.bytes).toEqual({ client: 150, server: 10 });
  });

  it('count when they fill a gap later', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  101:201(100) ack 1
      +.02   > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 201`);
    expect(flow.bytes.client).toBe(200);
    expect(flow.holes.client).toBe(0);
  });

  it('count across 2^32', async () => {
    const flow = await flowOf(`
      @ isn client 4294967200
      ${OPEN}
      +1     > P.  1:101(100) ack 1
      +.02   > P.  101:201(100) ack 1`);
    expect(flow.bytes.client).toBe(200);
  });
});

describe('a hole', () => {
  it('is what the peer acknowledged and the capture does not have', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1
      +.02   > P.  201:301(100) ack 1
      +.02   < .   1:1(0) ack 301`);
    expect(flow.holes).toEqual({ client: 1, server: 0 });
    expect(flow.bytes.client).toBe(200);
  });

  it('is found also when the ACK is captured first', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 301
      +.02   > P.  301:401(100) ack 1`);
    expect(flow.holes.client).toBe(1);
  });

  it('is none while nobody has acknowledged it: the network may have lost it', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1
      +.02   > P.  201:301(100) ack 1
      +.02   < .   1:1(0) ack 101`);
    expect(flow.holes.client).toBe(0);
  });
});

describe('a frame captured twice', () => {
  it('has the same IP identification and numbers within 50 ms', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1 ipid 9
      +.04   > P.  1:101(100) ack 1 ipid 9`);
    expect(flow.duplicates).toBe(1);
  });

  it('is a retransmission when the identification differs', async () => {
    const flow = await flowOf(`${OPEN}
      +1     > P.  1:101(100) ack 1 ipid 9
      +.04   > P.  1:101(100) ack 1 ipid 10`);
    expect(flow.duplicates).toBe(0);
  });

  it('has no identification in IPv6: only what comes at once, or with another hop limit, is a copy', async () => {
    const flow = await flowOf(`@ ipv6
      ${OPEN}
      +1     > P.  1:101(100) ack 1
      +.00001 > P. 1:101(100) ack 1
      +1     > P.  101:201(100) ack 1 ttl 64
      +.02   > P.  101:201(100) ack 1 ttl 63
      +1     > P.  201:301(100) ack 1
      +.02   > P.  201:301(100) ack 1`);
    expect(flow.duplicates).toBe(2);
  });
});

describe('the clock of a capture', () => {
  it('stands still for a connection while it goes back', async () => {
    const flow = await flowOf(`${OPEN}
      +100   > F.  1:1(0) ack 1
      50.0   < F.  1:1(0) ack 2
      51.0   > .   2:2(0) ack 2`);
    expect(flow.segments.map(({ time }) => time)).toEqual([0, 0.01e9, 0.02e9, 100.02e9, 100.02e9, 100.02e9]);
  });
});
