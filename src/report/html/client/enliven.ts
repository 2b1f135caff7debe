import { enliveConnections } from './connections.ts';
import { enliveCopies } from './copies.ts';
import { enliveDiagrams } from './diagrams.ts';
import { enliveMoments } from './moments.ts';
import { enliveTable } from './service-table.ts';
import { enliveTheme } from './theme-button.ts';

/** Makes a page that stands already sort, search, copy and follow its links. */
export function enliven(page: Document): void {
  page.documentElement.classList.add('js');
  enliveTheme(page);
  enliveTable(page);
  enliveConnections(page);
  enliveDiagrams(page);
  enliveCopies(page);
  enliveMoments(page);
}
