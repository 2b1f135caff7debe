import type { Report } from './report.ts';

/**
 * Characters that a line must not have from outside: control characters, what breaks lines, marks that reorder or hide text,
 * and lone surrogates. Two joiners stay, which writing systems and emoji need.
 */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** What a runner of CI may take for a command: `::error::` where a line begins (no `::ffff:1`), `##[error]` and `##vso[…]` anywhere. */
const COMMANDS = /(?<=^|\s):(?=:(?![0-9a-f]{1,4}(?:[^0-9a-z-]|$))[a-z])|#(?=#\w*\[)/gi;
/** Most text has nothing of either. */
const SUSPICIOUS = /[^\u0020-\u007e]|::|##/;

const NAMES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * Text from outside (a path, a reason, a name out of a file) for one line of a terminal, a log or a document: what would
 * not be seen, or would be obeyed, is spelt out: `\n`, `\x1b`, `\u202e`.
 */
export function visible(text: string): string {
  return SUSPICIOUS.test(text) ? text.replace(UNSEEN, spelt).replace(COMMANDS, spelt) : text;
}

/** Text as UTF-8 can have it. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd');
}

/** Whether a text stays as it is. */
export function isVisible(text: string): boolean {
  return visible(text) === text;
}

/** `\n`, `\x1b`, `\u202e`, `\U000e0041`; bash reads them back within `$'…'`. */
function spelt(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code < 0x100) return NAMES[character] ?? `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}

/** A value whose strings are all {@link visible}. */
export function visibleIn<T>(value: T): T {
  return mapped(value) as T;
}

function mapped(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(mapped);
  return Object.fromEntries(Object.entries(value).map(([key, own]) => [visible(key), mapped(own)]));
}

/** A report as formats for people have it. The paths of its captures stay as they are, for the commands that name them. */
export function shownReport(report: Report): Report {
  const { policy, baseline } = report;
  return {
    ...report,
    captures: report.captures.map((capture) => ({ ...visibleIn(capture), path: capture.path })),
    ...(policy && { policy: visibleIn(policy) }),
    ...(baseline && { baseline: visibleIn(baseline) }),
  };
}

/** `a.pcap`, `standard input`. */
export function shownPath(path: string): string {
  return path === '-' ? 'standard input' : visible(path);
}
