import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Folders whose files change nothing that other files see: they share a process, and load the sources once. */
const PURE = ['rules', 'machine', 'decode', 'report', 'policy'].map(
  (folder) => `test/${folder}/**/*.test.ts`,
);

/** `npm test`: all but what is exhaustive, which `npm run test:thorough` runs. */
const config: ViteUserConfig = defineConfig({
  test: {
    globalSetup: ['test/cli/build-once.ts'],
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    exclude: ['**/*.thorough.test.ts'],
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'others',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.thorough.test.ts', ...PURE],
        },
      },
    ],
  },
});

export default config;
