import { describe, expect, it } from 'vitest';
import { CaptureReader } from '../../src/capture/capture-reader.ts';
import type { CaptureInfo } from '../../src/capture/record.ts';
import { fromBytes } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { PcapngBuilder } from '../support/pcapng.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const PACKET = new Uint8Array(60);
const RESOLUTION = 9;
const OFFSET = 14;
const YEAR = 31_536_000_000_000_000n;

function read(bytes: Uint8Array): { info: CaptureInfo; times: number[]; exact: bigint[] } {
  const times: number[] = [];
  const exact: bigint[] = [];
  const reader = new CaptureReader({
    record({ time }) {
      times.push(time);
      exact.push(reader.exact);
    },
  });
  reader.push(bytes);
  return { info: reader.end(), times, exact };
}

describe('times of a file', () => {
  it('are refused where the ticks of an interface of seconds cannot be', () => {
    const bytes = new PcapngBuilder()
      .section()
      .iface(1, 0, [[RESOLUTION, Uint8Array.of(0)]])
      .enhanced(PACKET, 1_700_000_000n)
      .enhanced(PACKET, 2n ** 64n - 1n)
      .enhanced(PACKET, 1_700_000_001n)
      .bytes();
    const { info, times } = read(bytes);
    expect(times).toEqual([0, 0, 1e9]);
    expect(info.diagnostics).toMatchObject([{ code: 'time-impossible' }]);
    expect(info.diagnostics[0]?.message).toContain('frame 2');
  });

  it.each([2n ** 63n - 1n, -(2n ** 63n)])('are refused where the offset is %d s', (offset) => {
    const builder = new PcapngBuilder();
    const bytes = builder
      .section()
      .iface(1, 0, [[OFFSET, builder.u64(offset)]])
      .enhanced(PACKET, 5n)
      .enhanced(PACKET, 2n ** 63n)
      .bytes();
    const { info, times } = read(bytes);
    expect(times).toEqual([0, 0]);
    expect(info).toMatchObject({ records: 2, epoch: 0n, start: 0, end: 0 });
    expect(info.diagnostics).toMatchObject([{ code: 'time-impossible' }]);
  });

  it.each([0x7f, 0xff])('are read at the finest resolution, 0x%x', (resolution) => {
    const bytes = new PcapngBuilder()
      .section()
      .iface(1, 0, [[RESOLUTION, Uint8Array.of(resolution)]])
      .enhanced(PACKET, 2n ** 64n - 1n)
      .bytes();
    expect(read(bytes)).toMatchObject({ times: [0], info: { epoch: 0n, diagnostics: [] } });
  });

  it('are rounded once beyond 104 days, and that is said', () => {
    const first = 1_700_000_000_000_000_001n;
    const spans = [0n, 2n ** 52n, 2n ** 53n - 1n, 2n ** 53n + 1n, 12n * YEAR + 3n, 7n];
    const classic = new PcapWriter({ resolution: 'ns' });
    const builder = new PcapngBuilder().section().iface(1, 0, [[RESOLUTION, Uint8Array.of(9)]]);
    for (const span of spans) {
      classic.write({ time: first + span, bytes: PACKET });
      builder.enhanced(PACKET, first + span);
    }
    for (const bytes of [classic.bytes(), builder.bytes()]) {
      const { info, times, exact } = read(bytes);
      expect(times).toEqual(spans.map(Number));
      expect(exact[4]).toBe(first + 12n * YEAR + 3n);
      const rounded = info.diagnostics.find(({ code }) => code === 'time-rounded');
      expect(rounded?.message).toContain('by 32 nanoseconds at most');
    }
  });

  it('say nothing of rounding up to 104 days', () => {
    const writer = new PcapWriter({ resolution: 'ns' });
    writer.write({ time: 0n, bytes: PACKET });
    writer.write({ time: 2n ** 53n, bytes: PACKET });
    expect(read(writer.bytes()).info.diagnostics).toEqual([]);
  });

  it('end a check, however far they jump', async () => {
    const { linkType, list } = await packetsOf(`${CAPTURES}short-connections-300.pcap`);
    const half = list.length / 2;
    const jumped = list.map((packet, index) => ({
      ...packet,
      time: index < half ? packet.time % 1_000_000_000n : packet.time + 80n * YEAR,
    }));
    for (const packets of [jumped, jumped.toReversed()]) {
      const { summary } = await check([{ path: 'x', source: fromBytes(captureOf(linkType, packets)) }], {
        profile: PROFILES.rfc9293,
        linger: 60,
        reader: 'lastack',
        connections: 'none',
        toolVersion: '0',
      });
      expect(summary.connections).toBeGreaterThan(200);
    }
  });
});
