import { element, text } from '../diagram/svg.ts';
import { jsonText } from '../json-text.ts';
import { connectionsOf, connectionsSection } from './connections.ts';
import { distributionsSection } from './distributions.ts';
import { findingsSection } from './findings.ts';
import { captureLines, overviewSection, titleOf } from './overview.ts';
import type { PageData } from './page-data.ts';
import { servicesSection } from './services.ts';
import { socketsSection } from './sockets-section.ts';
import { pageStyle } from './style.ts';

export interface PageAssets {
  /** The script of the page, which sorts, filters and copies; without it the page says the same. */
  readonly script: string;
  /** SHA-256 of a text, in base64. */
  readonly hashOf: (content: string) => string;
}

/** Sections, by the names in the address. */
const SECTIONS = [
  ['overview', 'Overview'],
  ['findings', 'Findings'],
  ['services', 'Services'],
  ['sockets', 'Sockets'],
  ['times', 'Times'],
  ['connections', 'Connections'],
] as const;

/** The page in parts, as the report and the viewer put them together. */
export interface PageParts {
  readonly title: string;
  /** The body, without the script. */
  readonly body: string;
  /** What the script needs besides. */
  readonly data: string;
}

/**
 * The report as one file that opens without a network. A policy inside it lets its own style and script through, by their hashes,
 * and nothing else: whatever is in a capture cannot run, nor reach anybody.
 */
export function formatHtml(data: PageData, { script, hashOf }: PageAssets): string {
  const { title, body, data: json } = pageParts(data);
  const style = pageStyle();
  return documentOf({
    title,
    style,
    policy: `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(script)}'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'`,
    body: `${body}\n<script type="application/json" id="data">${json}</script>\n<script>${script}</script>`,
  });
}

/** A whole document. */
export function documentOf(parts: {
  readonly title: string;
  readonly style: string;
  readonly policy: string;
  readonly body: string;
}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${parts.policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${text(parts.title)}</title>
<style>${parts.style}</style>
</head>
<body>
${parts.body}
</body>
</html>
`;
}

/** The page without its head and its script, as the viewer puts it in place. */
export function pageParts(data: PageData): PageParts {
  const { report } = data;
  const { html, ids } = connectionsOf(data.drawings, report);
  const { tool } = report;
  const links = SECTIONS.map(([id, name]) => `<li><a href="#${id}">${name}</a></li>`).join('');
  const captures = captureLines(report);
  const body = `<a class="skip" href="#overview">Skip to the report</a>
<header><h1>${text(titleOf(report))}</h1>
${captures
  .slice(0, MOST_CAPTURES)
  .map((one) => element('p', { class: 'quiet' }, text(one)))
  .join('\n')}
${captures.length > MOST_CAPTURES ? element('p', { class: 'quiet' }, `… and ${captures.length - MOST_CAPTURES} more captures`) : ''}
<p class="js-only"><button type="button" id="theme">Light or dark</button> <span class="quiet"><kbd>/</kbd> searches, <kbd>j</kbd> and <kbd>k</kbd> go from connection to connection, arrows within a diagram</span></p></header>
<nav aria-label="Sections"><ul>${links}</ul></nav>
<main>
${[
  overviewSection(report),
  findingsSection(report, ids),
  servicesSection(report),
  socketsSection({ ...data, report }),
  distributionsSection(report),
  connectionsSection(html, report),
].join('\n')}
</main>
<footer>lastack ${text(tool.version)}. This file needs no network and sends nothing anywhere.</footer>
<div id="said" role="status" class="skip"></div>`;
  return { title: titleOf(report), body, data: scriptJson({ series: data.series }) };
}

const MOST_CAPTURES = 5;

/** JSON inside a script element: nothing in it ends the element or begins a comment (HTML 4.12.1.3). */
export function scriptJson(value: unknown): string {
  return jsonText(value).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
