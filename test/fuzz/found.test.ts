import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { Draw } from './draw.js';
import { QUICK, SLOW, Ways } from './ways.js';

const FOUND = new URL('found/', import.meta.url);
/** Other profiles, sizes of chunks and cuts. */
const DRAWS = 5;

const ways = new Ways();
afterAll(() => ways.close());

it.each(readdirSync(FOUND))('what fuzzing found is the same in all ways: %s', async (name) => {
  const bytes = new Uint8Array(readFileSync(new URL(name, FOUND)));
  // The seed that found it is the end of its name.
  const own = Number(/-(\d+)\.pcap$/.exec(name)?.[1] ?? 0);
  for (let seed = own; seed < own + DRAWS; seed++) {
    const report = await ways.check(bytes, new Draw(seed), seed === own ? [...QUICK, ...SLOW] : QUICK);
    expect(report.captures).toHaveLength(1);
  }
});
