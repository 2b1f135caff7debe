import { visible } from '../visible.ts';

/**
 * Text as Markdown shows it unchanged (CommonMark 2.4). Underscores within words need no escape, and nothing may become a
 * mention of a person or an issue on GitHub or GitLab.
 */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replace(/[\\`*[\]<>|~]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
    .replace(/&(?=#?\w+;)/g, '&amp;')
    .replace(/([@#!])(?=\w)/g, '$1\u200b')
    .replace(/\s+/g, ' ')
    .replace(/^( ?)(?=[-+=]|#{1,6}(?: |$))/, '$1\\')
    .replace(/^( ?\d+)(?=[.)](?: |$))/, '$1\\');
}

/** `code`, whatever backticks there are in it. */
export function codeSpan(raw: string): string {
  const text = visible(raw);
  const fence = '`'.repeat(1 + longestRun(text));
  const padded = /^`|`$|^ .* $/.test(text) ? ` ${text} ` : text;
  return `${fence}${padded.replace(/\s+/g, ' ')}${fence}`;
}

/** A fenced block, whatever backticks there are in it. */
export function codeBlock(raw: readonly string[], language: string): string[] {
  const lines = raw.map(visible);
  const longest = Math.max(2, ...lines.map(longestRun));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence];
}

/** A table of escaped cells. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
