import { peerOf, type Side } from '../../machine/state.ts';
import { ALL_RULES } from '../../rules/all-rules.ts';

const LABELS: ReadonlyMap<string, string> = new Map(ALL_RULES.map(({ id, label }) => [id, label]));

/** What a finding of a rule is, in few words: `server never closes (CLOSE_WAIT leak)`. */
export function labelOf(rule: string, side: Side | null): string {
  const label = LABELS.get(rule) ?? '';
  if (side === null) return label.replaceAll('{side}', 'a side').replaceAll('{peer}', 'its peer');
  return label.replaceAll('{side}', side).replaceAll('{peer}', peerOf(side));
}
