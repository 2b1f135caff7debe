import { defineConfig } from 'vitest/config';

/** `npm run compare` is no test: it needs tools that a machine may lack and prints a table. */
export default defineConfig({ test: { include: ['test/compare/compare.ts'] } });
