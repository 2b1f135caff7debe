import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/decode/create-segment.ts';
import { type Segment, SYN } from '../../src/decode/segment.ts';
import type { CompactCore } from '../../src/fast/compact-core.ts';
import { CompactRows } from '../../src/fast/compact-rows.ts';
import { FlowIndex } from '../../src/flow/flow-index.ts';
import { createKey, type FlowKey, writeKey } from '../../src/flow/flow-key.ts';
import { IntList } from '../../src/flow/int-list.ts';
import { Pages } from '../../src/flow/pages.ts';
import type { Partition } from '../../src/flow/partition.ts';
import { BITS, IPV6, ROW } from '../../src/flow/row.ts';
import type { RowIndex } from '../../src/flow/row-index.ts';
import { createOptionNumbers } from '../../src/flow/segment-options.ts';
import { freshCore } from '../support/core.ts';
import { must } from '../support/must.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

/** The 4-tuple with a number: each differs from others in few bits. */
function keyOf(number: number): FlowKey {
  return {
    ...createKey(),
    a3: 0x0a000001,
    b3: 0x0a000100 + (number >> 16),
    ports: (80 << 16) | (number & 0xffff),
  };
}

const SEGMENT = Object.assign(createSegment(), { time: 0, flags: SYN, window: 1000, ttl: 64, seq: 1 });

/** Sent by either end, which must not matter. */
function segmentOf({ a3, b3, ports, ipv6 }: FlowKey): Segment {
  const forth = { source3: a3, destination3: b3, sourcePort: ports >>> 16, destinationPort: ports & 0xffff };
  const back = { source3: b3, destination3: a3, sourcePort: ports & 0xffff, destinationPort: ports >>> 16 };
  return Object.assign(SEGMENT, { ipVersion: ipv6 ? 6 : 4, ...(ports & 1 ? forth : back) });
}

const STEP = fc.record({
  kind: fc.constantFrom('add', 'add', 'add', 'add', 'remove', 'replace'),
  /** How many keys, one behind the other. */
  count: fc.integer({ min: 1, max: 3000 }),
  first: fc.nat({ max: 9000 }),
});

/** Both indexes: the plain one of full rows, and the one that has compact rows, too. */
const INDEXES = {
  'of full rows': (partition: Partition, full: Pages): RowIndex => new FlowIndex(partition, full),
  'of full and compact rows': (partition: Partition, full: Pages): RowIndex =>
    new CompactRows(partition, full, freshCore()),
  'of rows for which memory does not suffice': (partition: Partition, full: Pages): RowIndex =>
    new CompactRows(partition, full, coreThatHolds(1000)),
};

/** A core that has memory for so many rows. */
function coreThatHolds(rows: number): CompactCore {
  const core = freshCore();
  let left = rows;
  return {
    ...core,
    begin: (...segment) => (left-- > 0 ? core.begin(...segment) : 0),
    enterFull: (row, address) => (left-- > 0 ? core.enterFull(row, address) : 0),
  };
}

/** Adds a 4-tuple that is not there: a third of them with a full row, where there is a choice. Returns the entry. */
function add(index: RowIndex, full: Pages, number: number): number {
  const key = keyOf(number);
  if (number % 3 !== 0 && index instanceof CompactRows) {
    must(index.find(segmentOf(key)) === 0, `${number} is there before it was added`);
    const row = index.begin(SEGMENT, createOptionNumbers(), number);
    if (row !== 0) return ~row;
  }
  const row = fullRow(full, key);
  index.add(row);
  return row + 1;
}

/** Returns the segment by which it was found. */
function mustFind(index: RowIndex, number: number, entry: number): Segment {
  const segment = segmentOf(keyOf(number));
  const found = index.find(segment);
  must(found === entry, `${number} is found at ${found}, and is at ${entry}`);
  return segment;
}

/** Entries, in order, and the numbers of their connections. */
function listOf(index: RowIndex): [entry: number, number: number][] {
  const list = new IntList();
  index.list(list);
  const pairs = Array.from({ length: list.length / 2 }, (_, at): [number, number] => [
    list.all[2 * at] ?? 0,
    list.all[2 * at + 1] ?? 0,
  ]);
  return pairs.sort(([a], [b]) => a - b);
}

function fullRow(full: Pages, key: FlowKey): number {
  const row = full.take();
  writeKey(key, full.page(row), full.base(row));
  if (key.ipv6) full.page(row)[full.base(row) + BITS] = IPV6;
  return row;
}

describe.each(Object.entries(INDEXES))('the index %s', (_, create) => {
  it('is a map, while it grows too', () => {
    let largest = 0;
    let compact = 0;
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 12 }), fc.tuple(fc.integer(), fc.integer()), (steps, keys) => {
        const full = new Pages(ROW, ROW);
        const index = create({ keys, index: 0, of: 1 }, full);
        const model = new Map<number, number>();
        for (const { kind, count, first } of steps) {
          for (let number = first; number < first + count; number++) {
            const known = model.get(number);
            if (kind === 'add' && known === undefined) {
              model.set(number, add(index, full, number));
            } else if (kind === 'replace' && known !== undefined) {
              const row = fullRow(full, keyOf(number));
              index.replace(known, row);
              model.set(number, row + 1);
              if (known > 0) must(!index.has(known), `${number} is there in its old place`);
            } else if (kind === 'remove' && known !== undefined) {
              index.remove(known);
              must(!index.has(known), `${number} is there though it was removed`);
              model.delete(number);
            }
          }
          for (let number = first; number < first + count; number += 7) {
            mustFind(index, number, model.get(number) ?? 0);
          }
        }
        for (const [number, entry] of model) {
          const { source3 } = mustFind(index, number, entry);
          must(index.direction === (source3 === 0x0a000001 ? 0 : 1), `${number} has the other direction`);
          must(index.has(entry), `${number} is found, and not there`);
        }
        const expected = [...model].map(([number, entry]) => [entry, entry < 0 ? number : 0] as const);
        expect(listOf(index)).toEqual(expected.sort(([a], [b]) => a - b));
        largest = Math.max(largest, model.size);
        compact = Math.max(compact, expected.filter(([entry]) => entry < 0).length);
      }),
      { numRuns: Math.max(12, runs(60)) },
    );
    expect(largest).toBeGreaterThan(5000);
    expect(compact > 500).toBe(
      create({ keys: [0, 0], index: 0, of: 1 }, new Pages(ROW, ROW)) instanceof CompactRows,
    );
  });

  it('tells an IPv4 address from an IPv6 one of the same words', () => {
    const full = new Pages(ROW, ROW);
    const index = create({ keys: [1, 2], index: 0, of: 1 }, full);
    const ipv4 = keyOf(6);
    const ipv6 = { ...ipv4, ipv6: 1 };
    const row = fullRow(full, ipv4);
    index.add(row);
    expect(index.find(segmentOf(ipv6))).toBe(0);
    const other = fullRow(full, ipv6);
    index.add(other);
    expect(index.find(segmentOf(ipv4))).toBe(row + 1);
    expect(index.find(segmentOf(ipv6))).toBe(other + 1);
  });

  it('keeps to its partition', () => {
    const full = new Pages(ROW, ROW);
    const partitions = [0, 1, 2].map((index) => create({ keys: [5, 6], index, of: 3 }, full));
    for (let number = 0; number < 999; number++) {
      const found = partitions.map((index) => index.find(segmentOf(keyOf(number))));
      expect(found.filter((entry) => entry === 0)).toHaveLength(1);
    }
  });
});
