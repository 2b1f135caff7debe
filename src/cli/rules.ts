import { formatRules, formatRulesJson } from '../report/text/format-rules.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { Output } from './output.ts';
import { outputWidth, palette } from './terminal.ts';

export interface RulesFlags {
  readonly format: 'text' | 'json';
  readonly color?: boolean;
}

/** `lastack rules`: the list of rules. */
export async function runRules({ format, color }: RulesFlags): Promise<void> {
  const text =
    format === 'json' ? formatRulesJson(ALL_RULES) : formatRules(ALL_RULES, palette(color), outputWidth());
  new Output().write([text]);
}
