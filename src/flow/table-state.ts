import type { LiveRows } from './live-rows.ts';
import { PREVIOUS as BEFORE, NEXT, WIDTH } from './log-layout.ts';
import {
  END,
  LOG_COUNT,
  LOG_HEAD,
  LOG_HELD,
  LOG_HELD_COUNT,
  LOG_OPENED,
  LOG_TAIL,
  PREVIOUS,
  REST,
  ROW,
} from './row.ts';
import type { SavedErrors } from './unreachable.ts';

/** Live connections as plain data, by number; rows and log entries as they lie in memory, 32-bit words each. */
export interface TableState {
  readonly nextId: number;
  /** What had been read up to, nanoseconds. */
  readonly now: number;
  /**
   * The latest time of any segment, nanoseconds. A state of an earlier version lacks it: the live connections
   * tell it.
   */
  readonly latest?: number;
  /** When the calendar of closings is looked at next, nanoseconds. */
  readonly nextLook?: number;
  /** By place of the row, the second in which it is looked at; null where it waits for nothing. */
  readonly due?: readonly (number | null)[];
  /** ICMP errors by number of the connection; a state of an earlier version has none. */
  readonly unreachable?: SavedErrors;
  /** Both parts of each row. References to other rows and to log entries count within the state, from 1. */
  readonly rows: Int32Array;
  /** The entries of the first row, then those of the second, … */
  readonly log: Int32Array;
}

const WORDS = 2 * ROW;

/** Each row refers to one before it, or none, and the rows have as many entries as there are. */
export function isWhole({ rows, log }: Pick<TableState, 'rows' | 'log'>): boolean {
  let entries = 0;
  for (let at = 0; at < rows.length; at += WORDS) {
    const previous = rows[at + PREVIOUS] ?? 0;
    const logged = rows[at + LOG_COUNT] ?? 0;
    if (previous < 0 || previous > at / WORDS || logged < 0) return false;
    entries += logged;
  }
  return entries * WIDTH === log.length;
}

/** Copies rows, and what their connections have logged, out of a table. */
export function saveRows(rows: readonly number[], { full, log }: LiveRows): Pick<TableState, 'rows' | 'log'> {
  const places = new Map(rows.map((row, place) => [row, place + 1]));
  const saved = new Int32Array(rows.length * WORDS);
  const entries: number[] = [];
  rows.forEach((row, place) => {
    const words = full.page(row);
    const base = full.base(row);
    const to = place * WORDS;
    saved.set(words.subarray(base, base + ROW), to);
    saved.set(words.subarray(base + REST, base + REST + ROW), to + ROW);
    const previous = words[base + PREVIOUS] ?? 0;
    saved[to + PREVIOUS] = previous === 0 ? 0 : (places.get(previous - 1) ?? 0);
    // Where the table that takes them over puts its entries is its own affair.
    saved[to + LOG_HEAD] = 0;
    saved[to + LOG_TAIL] = 0;
    const chain = log.chain(words, base);
    saved[to + LOG_OPENED] = chain.indexOf((words[base + LOG_OPENED] ?? 0) - 1) + 1;
    saved[to + ROW + LOG_HELD - REST] = 0;
    for (const entry of chain) entries.push(entry);
  });
  const logged = new Int32Array(entries.length * WIDTH);
  entries.forEach((entry, place) => {
    const base = log.pages.base(entry);
    logged.set(log.pages.page(entry).subarray(base, base + WIDTH), place * WIDTH);
    logged[place * WIDTH + NEXT] = 0;
    logged[place * WIDTH + BEFORE] = 0;
  });
  return { rows: saved, log: logged };
}

/** Puts saved rows into an empty table. Returns their numbers, and when each was last heard of, in nanoseconds. */
export function loadRows(
  { rows: saved, log: logged }: TableState,
  { full, index, log }: LiveRows,
): { row: number; last: number }[] {
  const count = saved.length / WORDS;
  const rows = Array.from({ length: count }, () => full.take());
  const followed = new Set<number>();
  let entry = 0;
  const loaded = rows.map((row, place) => {
    const words = full.page(row);
    const base = full.base(row);
    const from = place * WORDS;
    words.set(saved.subarray(from, from + ROW), base);
    words.set(saved.subarray(from + ROW, from + WORDS), base + REST);
    const previous = words[base + PREVIOUS] ?? 0;
    words[base + PREVIOUS] = previous === 0 ? 0 : (rows[previous - 1] ?? -1) + 1;
    if (previous !== 0) followed.add(previous - 1);
    const opened = words[base + LOG_OPENED] ?? 0;
    const held = words[base + LOG_HELD_COUNT] ?? 0;
    const length = words[base + LOG_COUNT] ?? 0;
    words[base + LOG_HEAD] = 0;
    words[base + LOG_TAIL] = 0;
    words[base + LOG_COUNT] = 0;
    for (let at = 0; at < length; at++, entry++) {
      log.restore(words, base, logged.subarray(entry * WIDTH, (entry + 1) * WIDTH));
      if (at + 1 === opened) words[base + LOG_OPENED] = words[base + LOG_TAIL] ?? 0;
      if (at + 1 === held) words[base + LOG_HELD] = words[base + LOG_TAIL] ?? 0;
    }
    words[base + LOG_HELD_COUNT] = held;
    return { row, last: full.doublePage(row)[(base + END) >> 1] ?? 0 };
  });
  rows.forEach((row, place) => {
    if (!followed.has(place)) index.add(row);
  });
  return loaded;
}
