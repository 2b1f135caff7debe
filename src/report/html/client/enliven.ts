import { enliveConnections } from './connections.ts';
import { enliveCopies } from './copies.ts';
import { enliveDiagrams } from './diagrams.ts';
import { enliveMoments } from './moments.ts';
import { enliveTable } from './service-table.ts';
import { enliveTheme } from './theme-button.ts';

/**
 * Makes a page that stands already sort, search, copy and follow its links.
 *
 * @param signal ends it, where another page takes the place of this one
 */
export function enliven(page: Document, signal: AbortSignal = new AbortController().signal): void {
  page.documentElement.classList.add('js');
  enliveTheme(page);
  enliveTable(page);
  enliveConnections(page, signal);
  enliveDiagrams(page);
  enliveCopies(page, signal);
  enliveMoments(page);
}
