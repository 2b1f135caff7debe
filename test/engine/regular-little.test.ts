import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { ACK, FIN, RST, SYN } from '../../src/decode/segment.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILE_NAMES, PROFILES } from '../../src/machine/profile.ts';
import { compare, decode } from '../support/both-paths.ts';
import { buildTcpPacket, type PacketFields } from '../support/packets.ts';
import { plainReport } from '../support/plain-report.ts';
import fc from '../support/property.ts';
import { isThorough } from '../support/thorough.ts';

const PSH = 0x08;
const URG = 0x20;

/** Openings that nobody completes, stray segments, and what may come behind them. */
const PACKET = fc.record({
  connection: fc.nat(3),
  fromServer: fc.boolean(),
  flags: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(SYN, SYN | ACK, RST, RST | ACK, ACK, ACK, FIN | ACK) },
    { weight: 1, arbitrary: fc.constantFrom(0, FIN | ACK, ACK | PSH, RST | URG, SYN | RST, FIN) },
  ),
  seq: fc.constantFrom(0, 1, 1000, 1001, 1001, 1002, 2000, 2001),
  ack: fc.constantFrom(0, 1001, 1001, 2001, 1, 7),
  window: fc.constantFrom(65_535, 0, 500),
  payloadLength: fc.constantFrom(0, 0, 0, 0, 9),
  ttl: fc.constantFrom(64, 64, 64, 63, 255),
  options: fc.constantFrom(undefined, undefined, Uint8Array.of(1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0)),
  isBroken: fc.constantFrom(false, false, true),
  /** Seconds. */
  wait: fc.constantFrom(0, 0, 0.01, 0.1, 0.999_999, 1, 1.000_001, 9, 61, 130, 300, 8000),
});

type Packets = readonly (typeof PACKET extends fc.Arbitrary<infer One> ? One : never)[];

/** Ports of which now the one, now the other end has the higher. */
const PORTS = [
  [40_000, 80],
  [443, 50_000],
  [179, 179],
  [1, 2],
] as const;

function captureOf(packets: Packets, ipv6: boolean): Uint8Array {
  const writer = new PcapWriter();
  const ends = ipv6 ? ['2001:db8::1', '2001:db8::2'] : ['10.0.0.1', '10.0.0.2'];
  let time = 1_750_000_000_000_000_000n;
  for (const { connection, fromServer, isBroken, wait, options, ...fields } of packets) {
    time += BigInt(Math.round(wait * 1e9));
    const [client = 0, server = 0] = PORTS[connection] ?? [];
    const own: PacketFields = {
      ...fields,
      ...(options && { options }),
      src: ends[fromServer ? 1 : 0] ?? '',
      dst: ends[fromServer ? 0 : 1] ?? '',
      sport: fromServer ? server : client,
      dport: fromServer ? client : server,
    };
    const bytes = buildTcpPacket(own);
    // The last byte of the checksum.
    const at = 14 + (ipv6 ? 40 : 20) + 17;
    if (isBroken) bytes[at] = (bytes[at] ?? 0) ^ 0x55;
    writer.write({ time, bytes });
  }
  return writer.bytes();
}

describe('the fast path of openings that nobody completes, and of stray segments', () => {
  it('counts and reports what replay and rules do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(PACKET, { minLength: 1, maxLength: 7 }),
        fc.boolean(),
        async (packets, ipv6) => {
          compare(await decode(captureOf(packets, ipv6)));
        },
      ),
      { numRuns: isThorough ? 6000 : 150 },
    );
  });

  it('does so where packets are read in runs, with any profile and patience', async () => {
    const profile = fc.constantFrom(...PROFILE_NAMES);
    const linger = fc.constantFrom(0.5, 60);
    const many = fc.array(PACKET, { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(many, fc.boolean(), profile, linger, async (packets, ipv6, name, patience) => {
        const options = {
          profile: PROFILES[name],
          linger: patience,
          reader: 'lastack' as const,
          connections: 'worst' as const,
          toolVersion: '0',
        };
        const input = () => ({ path: 'a.pcap', source: fromBytes(captureOf(packets, ipv6)) });
        expect(await check([input()], options)).toEqual(await plainReport(input(), options));
      }),
      { numRuns: isThorough ? 6000 : 150 },
    );
  });

  it('asks the rules about few of many', async () => {
    const writer = new PcapWriter();
    for (let index = 0; index < 3000; index++) {
      const flags = [SYN, RST, ACK, SYN | ACK, RST | ACK][index % 5] ?? SYN;
      writer.write({
        time: BigInt(index) * 1_000_000n,
        bytes: buildTcpPacket({ flags, sport: 1024 + index, seq: index, window: flags & RST ? 0 : 512 }),
      });
    }
    expect(compare(await decode(writer.bytes()))).toBe(3000);
  });
});
