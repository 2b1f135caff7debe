import { describe, expect, it } from 'vitest';
import { ladder } from './ladder.ts';
import { addressText, decodeAll } from './read-all.ts';

const HANDSHAKE = `
+0     > S   0:0(0)            <mss 1460, wscale 7>
+.01   < S.  0:0(0) ack 1      <mss 1460, sackOK, TS val 100 ecr 7>
+0     > .   1:1(0) ack 1
`;

async function segmentsOf(text: string, options?: Parameters<typeof ladder>[1]) {
  const { segments, codes } = await decodeAll(ladder(text, options));
  expect(codes).toEqual([]);
  return segments.map((s) => ({ ...s, seq: s.seq >>> 0, ack: s.ack >>> 0 }));
}

describe('the ladder notation', () => {
  it('writes a handshake with the default ends, numbers, window and times', async () => {
    const [syn, synAck, ack] = await segmentsOf(HANDSHAKE);
    expect(syn).toMatchObject({
      sourcePort: 40000,
      destinationPort: 80,
      seq: 1_000_000,
      flags: 0x02,
      time: 0,
    });
    expect(syn).toMatchObject({ window: 64240, ttl: 64, length: 0 });
    expect(synAck).toMatchObject({ sourcePort: 80, seq: 5_000_000, ack: 1_000_001, time: 10_000_000 });
    expect(ack).toMatchObject({ seq: 1_000_001, ack: 5_000_001, flags: 0x10, time: 10_000_000 });
  });

  it('counts payload, and gives every packet an IP ID of its own', async () => {
    const [data, again] = await segmentsOf('+0 > P. 1:101(100) ack 1 win 7\n+0 > P. 1:101(100) ack 1 ttl 9');
    expect(data).toMatchObject({ length: 100, window: 7, flags: 0x18 });
    expect(again?.ipId).not.toBe(data?.ipId);
    expect(again?.ttl).toBe(9);
  });

  it('takes raw numbers, absolute times, frame labels and comments', async () => {
    const [reset] = await segmentsOf('  12 5.25 < R. =0:0(0) ack =1000001 // challenge\n\n// nothing\n');
    expect(reset).toMatchObject({ seq: 0, ack: 1_000_001, flags: 0x14 });
  });

  it('re-bases the numbers of a later incarnation', async () => {
    const [, second] = await segmentsOf('+0 > S 0:0(0)\n@ isn client 4294967295\n+1 > .  1:1(0) ack =5');
    expect(second?.seq).toBe(0);
  });

  it('interleaves connections, each with its own port and numbers', async () => {
    const text =
      '+0 > S 0:0(0)\n@ connection 2\n@ isn client 7\n+0 > S 0:0(0)\n@ connection 1\n+0 > S 0:0(0)';
    const found = await segmentsOf(text);
    expect(found.map((s) => s.sourcePort)).toEqual([40000, 40001, 40000]);
    expect(found.map((s) => s.seq)).toEqual([1_000_000, 7, 1_000_000]);
  });

  it('speaks IPv6, and any address', async () => {
    const [six] = await segmentsOf('@ ipv6\n+0 > S 0:0(0)');
    expect(six?.ipVersion).toBe(6);
    const [named] = await segmentsOf(
      '@ client [2001:db8::1]:1 isn 5\n@ server [2001:db8::2]:2\n+0 > S 0:0(0)',
    );
    expect(named).toMatchObject({ seq: 5, sourcePort: 1, destinationPort: 2 });
    expect(addressText({ ...six, ...named } as never, 'source')).toBe('2001:db8:0:0:0:0:0:1');
  });

  it('cuts what was captured but not what was sent', async () => {
    const { segments } = await decodeAll(ladder('+0 > P. 1:1001(1000) ack 1 cut 60'));
    expect(segments[0]?.length).toBe(1000);
  });

  it.each([
    ['+0 > X 0:0(0)', 'ladder line 1: no flag "X"'],
    ['+0 > S 0:5(0)', 'ladder line 1: 0:5 spans 5 bytes, not 0'],
    ['\n+0 > . 1:1(0)', 'ladder line 2: the flag "." needs an ack number'],
    ['+0 > S 0:0(0) ack 1', 'an ack number needs the flag "."'],
    ['+0 > S 0:0(0) wni 1', 'cannot read "wni 1"'],
    ['+0 > S 0:0(0) win 1 win 2', 'window stands there twice'],
    ['+0 > S 0:0(0) <mass 1460>', 'no TCP option "mass 1460"'],
    ['> S 0:0(0)', 'is not "time > flags'],
    ['@ isn middle 1', 'say client or server'],
    ['@ isn client', 'a whole number is missing'],
    ['@ nonsense', 'no directive "nonsense"'],
  ])('refuses %j', (text, message) => {
    expect(() => ladder(text)).toThrow(message);
  });
});
