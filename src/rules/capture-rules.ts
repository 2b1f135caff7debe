import type { RuleMeta } from './rule.ts';
import { timeWaitPressure } from './time-wait/time-wait-pressure.ts';

/** Rules that speak of a whole run and not of one connection: what they find stands in the report's summary. */
export const CAPTURE_RULES: readonly RuleMeta[] = [timeWaitPressure];
