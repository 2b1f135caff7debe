import type { ShownConnection } from '../report.ts';
import { drawingOf } from './drawing.ts';
import { sequenceSvg } from './sequence-svg.ts';

/** Rows of a picture; beyond, the middle is left out, which the picture says. */
const MOST = 500;

/** What `show --format svg` prints: one connection as a sequence diagram, in a file that stands alone. */
export function formatShowSvg(
  shown: ShownConnection,
  { full = false }: { readonly full?: boolean } = {},
): string {
  const drawing = drawingOf(shown, MOST, full);
  return `${sequenceSvg(drawing, { id: `c${shown.connection.id}`, isAlone: true })}\n`;
}
