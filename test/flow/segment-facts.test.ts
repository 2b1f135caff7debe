import { describe, expect, it } from 'vitest';
import type { LoggedSegment } from '../../src/machine/logged-segment.ts';
import { type CheckLadderOptions, connectionsOfLadder } from '../support/check-ladder.ts';

const OPEN = `
  +0     > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +0     > .   1:1(0) ack 1`;

async function segmentsOf(text: string, options?: CheckLadderOptions): Promise<readonly LoggedSegment[]> {
  const [connection] = await connectionsOfLadder(text, options);
  return connection?.flow.segments ?? [];
}

const SIX = { client: '[fd00::1]:40000', server: '[fd00::2]:80' };

describe.each([
  ['IPv4', {}],
  ['IPv6', SIX],
])('a wrong checksum over %s', (_, options) => {
  const wrongOf = async (text: string) =>
    (await segmentsOf(text, options)).filter(({ badChecksum }) => badChecksum).map(({ frame }) => frame);

  it('counts on a FIN and an RST whose sender summed its SYN right', async () => {
    const text = `${OPEN}
      +1     > F.  1:1(0) ack 1 sum bad
      +.2    > F.  1:1(0) ack 1
      +.01   < F.  1:11(10) ack 2 sum bad
      +.01   < R.  12:12(0) ack 2 sum bad`;
    expect(await wrongOf(text)).toEqual([4, 6, 7]);
  });

  it('counts in the middle of a connection whose first segment was right', async () => {
    const text = `
      +0     > .   1:1(0) ack 1
      +.01   < .   1:1(0) ack 1
      +1     > F.  1:1(0) ack 1 sum bad`;
    expect(await wrongOf(text)).toEqual([3]);
  });

  it('does not count where the SYN was wrong, or left to the network card', async () => {
    for (const sum of ['bad', 'offloaded']) {
      const text = `
        +0     > S   0:0(0) sum ${sum}
        +.01   < S.  0:0(0) ack 1
        +0     > .   1:1(0) ack 1 sum ${sum}
        +1     > F.  1:1(0) ack 1 sum bad`;
      expect(await wrongOf(text)).toEqual([]);
    }
  });

  it('does not count where a FIN alone is left to the card, as one with data that a kernel put together', async () => {
    expect(await wrongOf(`${OPEN}\n+1 > F. 1:3001(3000) ack 1 sum offloaded`)).toEqual([]);
  });

  it('is not told where the snap length cut the segment', async () => {
    expect(await wrongOf(`${OPEN}\n+1 > F. 1:101(100) ack 1 sum bad cut 100`)).toEqual([]);
  });

  it('does not count on data', async () => {
    const text = `${OPEN}
      +1     > P.  1:11(10) ack 1 sum bad
      +.01   < .   1:1(0) ack 11
      +1     > F.  11:11(0) ack 1`;
    expect(await wrongOf(text)).toEqual([]);
  });
});

describe('a signature', () => {
  it('is told of each segment', async () => {
    const text = `
      +0     > S   0:0(0) <md5>
      +.01   < S.  0:0(0) ack 1 <nop, nop, TS val 5 ecr 6, ao>
      +0     > .   1:1(0) ack 1 <md5>
      +.01   < P.  1:11(10) ack 1 <nop, nop, TS val 5 ecr 6, md5>
      +0     > .   1:1(0) ack 11 <md5>
      +1     > F.  1:1(0) ack 11
      +.1    > F.  1:1(0) ack 11 <sack 3:4, md5>`;
    expect((await segmentsOf(text)).map(({ signed }) => signed)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
  });
});

describe('the content of a payload', () => {
  const contents = async (data: string, more = '') =>
    (await segmentsOf(`${OPEN}\n+1 < P. ${data} ack 1 ${more}\n+0 < F. =6000000:6000000(0) ack 1`))
      .slice(3, 4)
      .map(({ content, length }) => [content, length]);

  it.each([
    ['an alert', '1:8(7)', 'bytes 15030300020100', 'alert'],
    ['a sealed alert of TLS 1.2', '1:32(31)', 'bytes 150303001a', 'alert'],
    ['a sealed alert of TLS 1.3', '1:25(24)', 'bytes 1703030013', 'alert'],
    ['an alert and another', '1:15(14)', 'bytes 1503030002010015030300020100', 'alert'],
    ['data of TLS', '1:33(32)', 'bytes 170303001b', 'other'],
    ['data that begin like an alert and are longer', '1:101(100)', 'bytes 1503030002', 'other'],
    ['a record that is longer than the payload', '1:25(24)', 'bytes 1503030100', 'other'],
    ['text', '1:8(7)', 'bytes 474554202f0d0a', 'other'],
    ['one byte', '1:2(1)', 'bytes 15', 'other'],
    ['a payload that was not captured', '1:8(7)', 'bytes 15030300020100 cut 54', 'unknown'],
    ['a payload of which the beginning was captured', '1:32(31)', 'bytes 150303001a cut 59', 'alert'],
  ])('%s', async (_, data, more, content) => {
    const [found] = await contents(data, more);
    expect(found?.[0]).toBe(content);
  });

  it('of segments that share an entry is an alert only where all are', async () => {
    const acks = Array.from({ length: 300 }, (_, n) => `+.001 > . 2:2(0) ack 1 win ${1000 + n}`).join('\n');
    const found = await segmentsOf(`${OPEN}
      +1     > F.  1:1(0) ack 1
      ${acks}
      +.01   < P.  1:8(7) ack 2 bytes 15030300020100
      +.01   < P.  8:15(7) ack 2 bytes 15030300020100
      +.01   > .   2:2(0) ack 15`);
    const entries = found.filter(({ from, length }) => from === 'server' && length > 0);
    expect(entries.map(({ content, count }) => [content, count])).toEqual([['alert', 2]]);
  });
});

describe('the window scale', () => {
  const windows = async (client: string, server: string) => {
    const [connection] = await connectionsOfLadder(`
      +0     > S   0:0(0) win 500 ${client}
      +.01   < S.  0:0(0) ack 1 win 600 ${server}
      +0     > .   1:1(0) ack 1 win 500
      +.01   < F.  1:1(0) ack 1 win 600`);
    const { announced, segments } = connection?.flow ?? {};
    return [
      announced?.client.windowScale,
      announced?.server.windowScale,
      ...(segments?.map((s) => s.windowBytes) ?? []),
    ];
  };

  it('holds where both SYNs carry it', async () => {
    expect(await windows('<wscale 7>', '<wscale 2>')).toEqual([7, 2, 500, 600, 64_000, 2400]);
    expect(await windows('<wscale 7>', '<wscale 0>')).toEqual([7, 0, 500, 600, 64_000, 600]);
  });

  it('is 0 for both where one SYN carries none', async () => {
    expect(await windows('<wscale 7>', '<mss 1460>')).toEqual([0, 0, 500, 600, 500, 600]);
    expect(await windows('<mss 1460>', '<wscale 7>')).toEqual([0, 0, 500, 600, 500, 600]);
  });

  it('is 0 for both where the only SYN that was captured carries none', async () => {
    const [one] = await connectionsOfLadder(
      '+0 > S 0:0(0)\n+1 > . 1:1(0) ack 1\n+1 < F. 1:1(0) ack 1 win 600',
    );
    expect(one?.flow.announced).toMatchObject({ client: { windowScale: 0 }, server: { windowScale: 0 } });
  });

  it('is not known of a side whose SYN was not captured', async () => {
    const [one] = await connectionsOfLadder(
      '+0 > S 0:0(0) <wscale 7>\n+1 > . 1:1(0) ack 1\n+1 < F. 1:1(0) ack 1 win 600',
    );
    expect(one?.flow.announced).toMatchObject({
      client: { windowScale: 7, offeredScale: 7 },
      server: { windowScale: null, offeredScale: null },
    });
    expect(one?.flow.segments.at(-1)?.windowBytes).toBe(600 * 2 ** 14);
  });
});
