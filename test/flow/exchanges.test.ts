import { describe, expect, it } from 'vitest';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { ACK, FIN, RST, SYN } from '../../src/decode/segment.ts';
import { compare, type Way, WHOLE } from '../support/in-runs.ts';
import { buildTcpPacket, type PacketFields } from '../support/packets.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

const PSH = 8;

/** What one end does next, and how often; most of it is what full rows take in runs, and each of the rest ends such a run. */
const STEP = fc.record({
  kind: fc.constantFrom(
    ...([
      'data',
      'data',
      'data',
      'data',
      'data',
      'data',
      'answered',
      'answered',
      'answered',
      'ack',
      'ack',
    ] as const),
    ...([
      'again',
      'copy',
      'gap',
      'jump',
      'swap',
      'keep-alive',
      'closed window',
      'old ack',
      'early ack',
    ] as const),
    ...(['without ack', 'urgent', 'without timestamps', 'other ttl', 'back'] as const),
  ),
  from: fc.constantFrom<0 | 1>(0, 1),
  length: fc.integer({ min: 1, max: 1460 }),
  times: fc.integer({ min: 1, max: 25 }),
  /** Milliseconds before each. */
  wait: fc.constantFrom(0, 0, 0.05, 1, 40, 60, 3000),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

const ENDING = fc.record({
  kind: fc.constantFrom('fin', 'fin', 'rst', 'syn', 'reopened', 'reopened'),
  from: fc.constantFrom<0 | 1>(0, 1),
});

const CONNECTION = fc.record({
  steps: fc.array(STEP, { minLength: 1, maxLength: 40 }),
  /** Then one end closes, or there is another SYN, and it goes on. */
  ending: fc.option(ENDING, { freq: 2 }),
  more: fc.array(STEP, { maxLength: 6 }),
  opening: fc.constantFrom('seen', 'seen', 'missing'),
  ipv6: fc.boolean(),
  timestamps: fc.constantFrom(true, true, false),
  /** Its sequence numbers soon begin again at 0. */
  wraps: fc.boolean(),
  ipIds: fc.boolean(),
});
type Connection = typeof CONNECTION extends fc.Arbitrary<infer T> ? T : never;

/** The capture of a connection, packet by packet. */
class Exchange {
  private readonly writer = new PcapWriter({ resolution: 'ns' });
  private readonly connection: Connection;
  private readonly next: [number, number];
  private readonly ids = [1000, 2000];
  private time = 1_750_000_000_000_000_000n;
  private clock = 0;
  private last: Uint8Array | null = null;

  constructor(connection: Connection) {
    this.connection = connection;
    this.next = connection.wraps ? [-2000, -30_000] : [1000, 5_000_000];
  }

  bytes(): Uint8Array {
    if (this.connection.opening === 'seen') {
      this.send(0, { flags: SYN });
      this.send(1, { flags: SYN | ACK });
      this.send(0, {});
    }
    const { steps, ending, more } = this.connection;
    for (const step of steps) this.take(step);
    if (ending?.kind === 'fin') this.send(ending.from, { flags: FIN | ACK });
    else if (ending?.kind === 'rst') this.send(ending.from, { flags: RST | ACK });
    else if (ending?.kind === 'reopened') this.reopen(ending.from);
    else if (ending) this.resend(ending.from, { flags: SYN, seq: this.next[ending.from] + 100_000 });
    for (const step of more) this.take(step);
    return this.writer.bytes();
  }

  /** The 4-tuple is opened anew, with both ends far from where they were. */
  private reopen(from: 0 | 1): void {
    const to = from === 0 ? 1 : 0;
    this.next[0] += 1_000_000;
    this.next[1] += 2_000_000;
    this.send(from, { flags: SYN });
    this.send(to, { flags: SYN | ACK });
    this.send(from, {});
  }

  private take({ kind, from, length, times, wait }: Step): void {
    const nanoseconds = BigInt(Math.round(wait * 1e6));
    const isOften = kind === 'data' || kind === 'answered' || kind === 'ack';
    const peer = from === 0 ? 1 : 0;
    const before = this.next[from];
    for (let left = isOften ? times : 1; left > 0; left--) {
      this.time += nanoseconds;
      if (kind === 'data') this.send(from, { payloadLength: length });
      else if (kind === 'answered') {
        this.send(from, { payloadLength: length });
        this.send(peer, {});
      } else if (kind === 'ack') this.send(from, {});
    }
    if (kind === 'again') this.resend(from, { seq: before - length, payloadLength: length });
    else if (kind === 'copy' && this.last) this.writer.write({ time: this.time, bytes: this.last });
    else if (kind === 'gap' || kind === 'jump') {
      this.next[from] = before + length * (kind === 'jump' ? 1000 : 1);
      this.send(from, { payloadLength: length });
    } else if (kind === 'swap') {
      this.resend(from, { seq: before + length, payloadLength: length });
      this.send(from, { payloadLength: length });
      this.next[from] = before + 2 * length;
    } else if (kind === 'keep-alive') this.resend(from, { seq: before - 1 });
    else if (kind === 'closed window') this.send(from, { window: 0 });
    else if (kind === 'old ack') this.send(from, { ack: this.next[peer] - length, payloadLength: length });
    else if (kind === 'early ack') this.send(from, { ack: this.next[peer] + length });
    else if (kind === 'without ack') this.send(from, { flags: PSH, payloadLength: length });
    else if (kind === 'urgent') this.send(from, { flags: ACK | 0x20, urgent: 1, payloadLength: length });
    else if (kind === 'without timestamps') this.send(from, { options: new Uint8Array(0) });
    else if (kind === 'other ttl') this.send(from, { ttl: 63, payloadLength: length });
    else if (kind === 'back') this.time -= 5_000_000n;
  }

  private send(from: 0 | 1, fields: PacketFields): void {
    this.resend(from, fields);
    const takesOne = ((fields.flags ?? ACK) & (SYN | FIN)) !== 0;
    this.next[from] += (fields.payloadLength ?? 0) + (takesOne ? 1 : 0);
  }

  private resend(from: 0 | 1, fields: PacketFields): void {
    const { ipv6, timestamps, ipIds } = this.connection;
    const ends = ipv6 ? ['fd00::1', 'fd00::2'] : ['10.0.0.1', '10.0.0.2'];
    const ports = [40_000, 80];
    const peer = from === 0 ? 1 : 0;
    const id = ipIds ? (this.ids[from] ?? 0) + 1 : 0;
    this.ids[from] = id;
    this.clock += 1;
    this.time += 1000n;
    this.last = buildTcpPacket({
      src: ends[from] ?? '',
      dst: ends[peer] ?? '',
      sport: ports[from] ?? 0,
      dport: ports[peer] ?? 0,
      window: 500 + ((this.clock >> 3) % 5),
      ipId: id,
      seq: this.next[from],
      ack: this.next[peer],
      ...(timestamps && { options: stampOf(this.clock) }),
      ...fields,
    });
    this.writer.write({ time: this.time, bytes: this.last });
  }
}

/** NOP, NOP, timestamps. */
function stampOf(value: number): Uint8Array {
  const bytes = new Uint8Array([1, 1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setUint32(4, value);
  new DataView(bytes.buffer).setUint32(8, value >> 1);
  return bytes;
}

describe('long exchanges taken in runs', () => {
  it('leave the same memory as one by one', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(
        CONNECTION,
        fc.constantFrom<Way['handling']>('saved', 'saved', 'counted', 'listed'),
        fc.constantFrom<Way['chunk']>(1 << 20, 'in place', 300),
        async (connection, handling, chunk) => {
          const bytes = new Exchange(connection).bytes();
          const own = await compare(bytes, { handling, chunk, partition: WHOLE });
          // Compact rows are of connections whose opening is there.
          if (connection.opening === 'missing') taken += own;
        },
      ),
      { numRuns: runs(1500) },
    );
    expect(taken).toBeGreaterThan(runs(10_000));
  });

  it('count more bytes than a word does', async () => {
    const payload = 65_495;
    const writer = new PcapWriter();
    for (let index = 0; index < 66_000; index++) {
      const bytes = buildTcpPacket({ seq: (index * payload) >>> 0, ack: 1, ipId: index & 0xffff });
      // The rest of it was not captured.
      new DataView(bytes.buffer).setUint16(16, payload + 40);
      writer.write({ time: BigInt(index) * 1_000_000n, bytes });
    }
    expect(await compare(writer.bytes(), { handling: 'saved' })).toBeGreaterThan(65_000);
    expect(66_000 * payload).toBeGreaterThan(2 ** 32);
  });
});
