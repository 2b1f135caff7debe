import { formatRules, formatRulesJson } from '../report/format-rules.ts';
import { CAPTURE_RULES } from '../rules/capture-rules.ts';
import { RULES } from '../rules/index.ts';
import { Output } from './output.ts';
import { outputWidth, palette } from './terminal.ts';

export interface RulesFlags {
  readonly format: 'text' | 'json';
  readonly color?: boolean;
}

/** `lastack rules`: the list of rules. */
export async function runRules({ format, color }: RulesFlags): Promise<void> {
  const rules = [...RULES.map(({ meta }) => meta), ...CAPTURE_RULES];
  const text = format === 'json' ? formatRulesJson(rules) : formatRules(rules, palette(color), outputWidth());
  new Output().write([text]);
}
