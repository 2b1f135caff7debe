import type { RuleMeta } from '../../rules/rule.ts';
import { plural, wrap } from '../wording.ts';
import { columns } from './columns.ts';
import { type Palette, PLAIN } from './palette.ts';

/** The rules for people: id, tiers and clause, and below what each fires on. */
export function formatRules(rules: readonly RuleMeta[], palette: Palette = PLAIN, width = 80): string {
  const heads = columns(
    rules.map(({ id, tiers }) => [
      palette.strong(id),
      tiers.map((tier) => palette.verdict[tier](tier)).join(', '),
    ]),
  );
  const entries = rules.flatMap(({ summary, clause }, index) => [
    heads[index] ?? '',
    ...wrap(`${summary} (${clause})`, width - 4).map((line) => `    ${line}`),
  ]);
  return `${[...entries, '', `${plural(rules.length, 'rule')}; lastack explain RULE tells more of one.`].join('\n')}\n`;
}

/** The rules for programs. */
export function formatRulesJson(rules: readonly RuleMeta[]): string {
  return `${JSON.stringify(
    rules.map(({ id, tiers, clause, summary, refutedBy, waits }) => ({
      id,
      tiers,
      clause,
      summary,
      refutedBy,
      waits,
    })),
    null,
    2,
  )}\n`;
}
