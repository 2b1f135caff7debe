import { describe, expect, it } from 'vitest';
import { Pages } from '../../src/flow/pages.ts';
import {
  AHEAD_START,
  DIRECTION,
  INCARNATION,
  REGULAR_ANSWERED,
  REST,
  ROW,
  SENT,
} from '../../src/flow/row.ts';

describe('pages of records', () => {
  it('have second parts where rows say they are', () => {
    expect(REST).toBe(Pages.apart(ROW));
    expect(SENT + AHEAD_START).toBe(REST);
    expect(INCARNATION).toBe(REST + 2 * DIRECTION);
    expect(REGULAR_ANSWERED + 2).toBeLessThanOrEqual(REST + ROW);
  });

  it('lie in the memory that is given for them, while there is any', () => {
    const memory = new SharedArrayBuffer(3 * 4096 * 4 + 64);
    let pages = 0;
    const given = new Pages(4, 0, (bytes) => {
      expect(bytes).toBe(1024 * 4 * 4);
      return pages === 3 ? null : { buffer: memory, offset: 64 + bytes * pages++ };
    });
    const records = Array.from({ length: 5 * 1024 }, () => given.take());
    for (const record of records) {
      const words = given.page(record);
      const isGiven = words.buffer === memory;
      expect(isGiven).toBe(record < 3072);
      words.fill(record, given.base(record), given.base(record) + 4);
      given.doublePage(record)[given.base(record) / 2] = record / 8;
    }
    for (const record of records) {
      expect(given.page(record)[given.base(record) + 3]).toBe(record);
      expect(given.doublePage(record)[given.base(record) / 2]).toBe(record / 8);
    }
    given.release(7);
    expect(given.take()).toBe(7);
    expect(given.page(7)[given.base(7) + 3]).toBe(0);
  });
});
