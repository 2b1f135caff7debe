import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `npm run compare` is no test: it needs tools that a machine may lack and prints a table. */
const config: ViteUserConfig = defineConfig({ test: { include: ['test/compare/compare.ts'] } });

export default config;
