import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/decode/create-segment.ts';
import { ACK, FIN, SYN } from '../../src/decode/segment.ts';
import { CompactRows } from '../../src/fast/compact-rows.ts';
import { createCompactSegments } from '../../src/fast/compact-segments.ts';
import { Pages } from '../../src/flow/pages.ts';
import { wholePartition } from '../../src/flow/partition.ts';
import { ROW } from '../../src/flow/row.ts';
import { createOptionNumbers } from '../../src/flow/segment-options.ts';
import { freshCore } from '../support/core.ts';
import { must } from '../support/must.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

/** What a row has to remember of a segment. */
interface Kept {
  readonly frame: number;
  readonly time: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
}

/** Connections in compact rows, opened and continued with numbers that are told apart. */
class Connections {
  readonly rows = new CompactRows(wholePartition(), new Pages(ROW, ROW), freshCore());
  readonly kept = new Map<number, Kept[]>();
  private readonly segment = Object.assign(createSegment(), { ttl: 64, window: 1000, ipVersion: 4 });
  private readonly read = createCompactSegments();
  private readonly options = createOptionNumbers();
  private readonly clientOf = new Map<number, number>();
  private clients = 0;
  private frame = 0;

  /** Opens one with three segments. */
  open(): number {
    const isn = (this.frame * 7919) | 0;
    const client = ++this.clients;
    const first = this.next(SYN, isn, 0, 0);
    this.address(client, 0);
    must(this.rows.find(this.segment) === 0, `client ${client} is there before it was opened`);
    const row = this.rows.begin(this.segment, this.options, this.frame);
    must(row > 0, `client ${client} has no row`);
    this.clientOf.set(row, client);
    this.kept.set(row, [first]);
    this.append(row, 1, SYN | ACK, isn ^ 0x5555, (isn + 1) | 0, 0);
    this.append(row, 0, ACK, (isn + 1) | 0, ((isn ^ 0x5555) + 1) | 0, 0);
    return row;
  }

  /** The client sends some bytes more; false where the row is full. */
  send(row: number, length: number): boolean {
    const kept = this.kept.get(row) ?? [];
    const own = kept.findLast((_, index) => index !== 1);
    if (!own || kept.length >= 12) return false;
    this.append(row, 0, ACK, (own.seq + own.length) | 0, own.ack, length);
    return true;
  }

  close(row: number): void {
    this.rows.remove(~row);
    this.rows.release(row);
    this.kept.delete(row);
  }

  /** Both ends send FIN. Returns the row, which is another one now. */
  finish(row: number): number {
    const kept = this.kept.get(row) ?? [];
    const [server, last] = [kept[1], kept.at(-1)];
    if (!server || !last) throw new Error('it was not opened');
    const seq = (last.seq + last.length) | 0;
    this.append(row, 0, FIN | ACK, seq, last.ack, 0);
    this.append(row, 1, FIN | ACK, last.ack, (seq + 1) | 0, 0);
    const moved = this.append(row, 0, ACK, (seq + 1) | 0, (last.ack + 1) | 0, 0);
    this.kept.delete(row);
    this.kept.set(moved, kept);
    return moved;
  }

  check(): void {
    for (const [row, kept] of this.kept) {
      this.rows.readSegments(row, this.read);
      const { count, frames, times, seqs, acks, lengths } = this.read;
      expect(count).toBe(kept.length);
      const found = kept.map((_, at) => ({
        frame: frames[at],
        time: times[at],
        seq: seqs[at],
        ack: acks[at],
        length: lengths[at],
      }));
      expect(found).toEqual(kept);
      expect(this.rows.lastTime(row)).toBe(kept.at(-1)?.time);
    }
  }

  /** Returns the row behind it. */
  private append(row: number, end: 0 | 1, flags: number, seq: number, ack: number, length: number): number {
    const kept = this.next(flags, seq, ack, length);
    this.address(this.clientOf.get(row) ?? -1, end);
    must(this.rows.find(this.segment) === ~row, `frame ${kept.frame} does not find row ${row}`);
    const taken = this.rows.append(row, this.segment, this.options);
    must(taken > 0, `frame ${kept.frame} has no place in row ${row}`);
    this.kept.get(row)?.push(kept);
    return taken >> 1;
  }

  /** Sets who sends: the client of a number, or its server. */
  private address(client: number, end: 0 | 1): void {
    const [own, peer] = [
      { address: client, port: 40_000 },
      { address: 0x7000_0000, port: 80 },
    ];
    const [source, destination] = end === 0 ? [own, peer] : [peer, own];
    this.segment.source3 = source.address;
    this.segment.sourcePort = source.port;
    this.segment.destination3 = destination.address;
    this.segment.destinationPort = destination.port;
  }

  private next(flags: number, seq: number, ack: number, length: number): Kept {
    const frame = ++this.frame;
    const kept = { frame, time: frame * 1000, seq: seq | 0, ack: ack | 0, length };
    Object.assign(this.segment, kept, { flags });
    return kept;
  }
}

describe('the journal of compact rows', () => {
  it('keeps what lingers, and not all that came since', () => {
    const connections = new Connections();
    const lingering = [connections.open(), connections.open()];
    for (let turn = 0; turn < 20_000; turn++) {
      connections.close(connections.open());
      if (turn % 4000 === 0) for (const row of lingering) expect(connections.send(row, 10)).toBe(true);
    }
    connections.check();
    // 60,000 segments have come, fifteen pages; those that are held fill a small part of one.
    expect(connections.rows.journalBlocks).toBeLessThan(15);
  });

  it('keeps what has closed, and not all that came since', () => {
    const connections = new Connections();
    const closed = [connections.open(), connections.open()].map((row) => connections.finish(row));
    for (let turn = 0; turn < 20_000; turn++) connections.close(connections.open());
    connections.check();
    expect(connections.rows.journalBlocks).toBeLessThan(15);
    for (const row of closed) connections.close(row);
    for (let turn = 0; turn < 3000; turn++) connections.close(connections.open());
    expect(connections.rows.journalBlocks).toBeLessThan(3);
  });

  it('uses its pages again', () => {
    const connections = new Connections();
    const open: number[] = [];
    for (let turn = 0; turn < 30_000; turn++) {
      open.push(connections.open());
      if (open.length > 1000) connections.close(open.shift() ?? -1);
    }
    expect(connections.rows.journalBlocks).toBeLessThan(4);
    connections.check();
  });

  it('has all segments of every connection, whichever end when', () => {
    const step = fc.record({
      kind: fc.constantFrom('open', 'open', 'open', 'send', 'close', 'close'),
      count: fc.integer({ min: 1, max: 3000 }),
      /** Which of those that are open: the oldest, the newest or one between. */
      place: fc.constantFrom(0, 0.5, 0.999),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60 }), (steps) => {
        const connections = new Connections();
        const open: number[] = [];
        for (const { kind, count, place } of steps) {
          for (let time = 0; time < count; time++) {
            const at = Math.floor(place * open.length);
            const row = open[at] ?? -1;
            if (kind === 'open') {
              open.push(connections.open());
            } else if (kind === 'send' && row >= 0) {
              if (!connections.send(row, 1 + (time % 1400))) break;
            } else if (kind === 'close' && row >= 0) {
              connections.close(row);
              open.splice(at, 1);
            }
          }
        }
        connections.check();
      }),
      { numRuns: runs(8) },
    );
  });
});
