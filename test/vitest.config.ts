import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm test`: all but what is exhaustive, which `npm run test:thorough` runs. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['**/*.thorough.test.ts', 'test/compare/**'],
    globalSetup: ['test/cli/build-once.ts'],
    // Files share a process, and load the sources once: none changes what another one sees.
    isolate: false,
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

export default config;
