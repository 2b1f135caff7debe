import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TIERS } from '../../src/rules/finding.ts';
import { RULES } from '../../src/rules/index.ts';
import { runRules } from '../../src/rules/run-rules.ts';
import { connectionsOfLadder } from '../support/check-ladder.ts';

const FOLDER = fileURLToPath(new URL('../../src/rules', import.meta.url));
const TESTS = fileURLToPath(new URL('.', import.meta.url));

describe('the rules list', () => {
  it('has each id once', () => {
    const ids = RULES.map(({ meta }) => meta.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('lists rules that stand in a file of their own, named by their id, with a test of that name', () => {
    const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).map((file) => basename(file));
    const tests = readdirSync(TESTS);
    for (const { meta } of RULES) {
      expect(files).toContain(`${meta.id}.ts`);
      expect(tests).toContain(`${meta.id}.test.ts`);
    }
  });
});

describe.each(RULES.map((rule) => [rule.meta.id, rule] as const))('%s', (_, rule) => {
  const { meta } = rule;

  it('names its clause, its tiers worst first, and how it could be refuted', () => {
    expect(meta.clause).toMatch(/^RFC \d+/);
    const order = meta.tiers.map((tier) => TIERS.indexOf(tier));
    expect(order.length).toBeGreaterThan(0);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(meta.refutedBy).toMatch(/\.$/);
    expect(meta.summary).not.toMatch(/\.$/);
    for (const text of Object.values(meta.messages)) expect(text).toMatch(/\.$/);
  });

  it('rests on a wait between a round trip and an hour, or on none', () => {
    if (meta.waits !== null) expect(meta.waits).toBeGreaterThan(0.01);
    if (meta.waits !== null) expect(meta.waits).toBeLessThanOrEqual(3600);
  });

  it('reports the bad example of its page and not the good one', async () => {
    const found = async (text: string): Promise<string[]> =>
      (await connectionsOfLadder(text)).flatMap((connection) =>
        runRules(connection, [rule]).map((finding) => finding.message),
      );
    expect(await found(meta.docs.good)).toEqual([]);
    const [message, ...more] = await found(meta.docs.bad);
    expect(message).toBeDefined();
    expect(message).not.toMatch(/[{}]/);
    expect(more).toEqual([]);
  });

  it('has a page without empty parts', () => {
    for (const part of [meta.docs.what, meta.docs.why, meta.docs.legitimate, meta.docs.action]) {
      expect(part.length).toBeGreaterThan(0);
      expect(part).toMatch(/\.$/);
    }
  });
});
