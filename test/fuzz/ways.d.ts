import type { Report } from '../../src/report/report.ts';
import type { Draw } from './draw.js';

export const QUICK: readonly string[];
export const SLOW: readonly string[];

export class Difference extends Error {
  readonly way: string;
}

export class Ways {
  check(bytes: Uint8Array, draw: Draw, ways: readonly string[]): Promise<Report>;
  close(): Promise<void>;
}
