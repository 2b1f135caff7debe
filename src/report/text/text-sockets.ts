import type { Report } from '../report.ts';
import { socketSentences } from '../summary/socket-words.ts';
import { wrap } from '../wording.ts';
import type { Palette } from './palette.ts';

/** The two or three lines that matter: who runs out of ports, and who never closes. */
export function socketLines(
  { captures, summary, profile }: Report,
  width: number,
  palette: Palette,
): string[] {
  return socketSentences(summary, { twoMsl: 2 * profile.msl, captures }).flatMap((sentence) => {
    const [first = '', ...rest] = wrap(sentence, width - 4);
    return [palette.strong(`  ${first}`), ...rest.map((line) => palette.strong(`    ${line}`))];
  });
}
