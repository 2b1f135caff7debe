import { describe, expect, it } from 'vitest';
import { createSegment } from '../../src/decode/create-segment.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { COMPACT_REST, COMPACT_ROW, IS_IPV6, STATUS } from '../../src/flow/compact-row.ts';
import { FlowIndex } from '../../src/flow/flow-index.ts';
import { createKey, type FlowKey, writeCompactKey, writeKey } from '../../src/flow/flow-key.ts';
import { Pages } from '../../src/flow/pages.ts';
import { ROW } from '../../src/flow/row.ts';
import fc from '../support/property.ts';

/** The 4-tuple with a number: each differs from others in few bits. */
function keyOf(number: number): FlowKey {
  return {
    ...createKey(),
    a3: 0x0a000001,
    b3: 0x0a000100 + (number >> 16),
    ports: (80 << 16) | (number & 0xffff),
  };
}

const SEGMENT = createSegment();

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

describe('the index of 4-tuples', () => {
  it('is a map, while it grows too', () => {
    let largest = 0;
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 12 }), fc.tuple(fc.integer(), fc.integer()), (steps, keys) => {
        const full = new Pages(ROW, ROW);
        const compact = new Pages(COMPACT_ROW, COMPACT_REST);
        const index = new FlowIndex({ keys, index: 0, of: 1 }, full, compact);
        const model = new Map<number, number>();
        const entryOf = (number: number): number => {
          const key = keyOf(number);
          if (number % 3 === 0) {
            const row = full.take();
            writeKey(key, full.page(row), full.base(row));
            return row + 1;
          }
          const row = compact.take();
          writeCompactKey(key, compact.page(row), compact.base(row), compact.second(row));
          return ~row;
        };
        for (const { kind, count, first } of steps) {
          for (let number = first; number < first + count; number++) {
            const known = model.get(number);
            if (kind === 'add' && known === undefined) {
              const entry = entryOf(number);
              index.add(entry, index.hashOfKey(keyOf(number)));
              model.set(number, entry);
            } else if (kind === 'replace' && known !== undefined) {
              const entry = entryOf(number);
              index.replace(known, entry);
              model.set(number, entry);
              expect(index.has(known)).toBe(false);
            } else if (kind === 'remove' && known !== undefined) {
              index.remove(known);
              model.delete(number);
            }
          }
          for (let number = first; number < first + count; number += 7) {
            expect(index.find(segmentOf(keyOf(number)))).toBe(model.get(number) ?? 0);
          }
        }
        for (const [number, entry] of model) {
          expect(index.find(segmentOf(keyOf(number)))).toBe(entry);
          expect(index.has(entry)).toBe(true);
        }
        expect([...index].sort((a, b) => a - b)).toEqual([...model.values()].sort((a, b) => a - b));
        largest = Math.max(largest, model.size);
      }),
      { numRuns: 60 },
    );
    expect(largest).toBeGreaterThan(5000);
  });

  it('tells an IPv4 address from an IPv6 one of the same words', () => {
    const full = new Pages(ROW, ROW);
    const compact = new Pages(COMPACT_ROW, COMPACT_REST);
    const index = new FlowIndex({ keys: [1, 2], index: 0, of: 1 }, full, compact);
    const ipv4 = keyOf(7);
    const ipv6 = { ...ipv4, ipv6: 1 };
    const row = full.take();
    writeKey(ipv4, full.page(row), full.base(row));
    index.add(row + 1, index.hashOfKey(ipv4));
    expect(index.find(segmentOf(ipv6))).toBe(0);
    const small = compact.take();
    writeCompactKey(ipv6, compact.page(small), compact.base(small), compact.second(small));
    compact.page(small)[compact.base(small) + STATUS] = IS_IPV6;
    index.add(~small, index.hashOfKey(ipv6));
    expect(index.find(segmentOf(ipv4))).toBe(row + 1);
    expect(index.find(segmentOf(ipv6))).toBe(~small);
  });
});
