import { readdirSync, readFileSync } from 'node:fs';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const tests = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);

/** Files that are too slow for `npm test`, and those of which it runs only a part. */
const include = tests.filter(
  (name) =>
    name.endsWith('.thorough.test.ts') ||
    readFileSync(name, 'utf8').match(/\/(thorough|run|checked-run|rule-tester)\.ts'/) !== null,
);

/** `npm run test:thorough`: what is exhaustive. */
const config: ViteUserConfig = defineConfig({
  test: {
    include,
    globalSetup: ['test/cli/build-once.ts'],
    env: { LASTACK_THOROUGH: '1' },
    isolate: false,
    maxWorkers: '100%',
    // Minutes on a machine that does something else as well.
    testTimeout: 600_000,
    hookTimeout: 60_000,
  },
});

export default config;
