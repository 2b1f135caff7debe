import type { Tier } from '../../rules/finding.ts';
import type { Verdict } from '../report.ts';

type Paint = (text: string) => string;

/** How output is coloured. Formatters take one and know nothing of terminals; {@link PLAIN} leaves text as it is. */
export interface Palette {
  readonly strong: Paint;
  readonly dim: Paint;
  readonly state: Paint;
  readonly verdict: Readonly<Record<Verdict | Tier, Paint>>;
}

const same: Paint = (text) => text;

export const PLAIN: Palette = {
  strong: same,
  dim: same,
  state: same,
  verdict: { violation: same, suspect: same, inconclusive: same, note: same, conformant: same },
};
