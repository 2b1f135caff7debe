import { CAPTURE_RULES } from './capture-rules.ts';
import { EXPECTATION_RULES } from './expectation-rules.ts';
import { RULES } from './index.ts';
import type { RuleMeta } from './rule.ts';

/** What lastack itself reports: of single connections and of whole runs. */
export const BUILT_IN: readonly RuleMeta[] = [...RULES.map(({ meta }) => meta), ...CAPTURE_RULES];

/** The same and what a configuration can expect. */
export const ALL_RULES: readonly RuleMeta[] = [...BUILT_IN, ...Object.values(EXPECTATION_RULES)];
