import type { Report, ShownConnection } from '../../src/report/report.ts';
import { must } from './must.ts';

/** Texts that a file name, a reason or a name in a file may have. */
export const HOSTILE_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['an escape of the terminal', 'x\u001b[31m\u009b2J\u0007.pcap'],
  ['a line that is a workflow command', 'a\n::error::x'],
  ['a word that is a workflow command', '::error::x ::stop-commands::y'],
  ['a command of another runner', '##[error]x ##vso[task.complete]y ##teamcity[z]'],
  ['a return, a tab and separators', 'a\r\n\tb\u2028c\u2029d\u0085e'],
  ['the end of CDATA and tags', ']]></failure><script>&"\'--><![CDATA[.pcap'],
  ['a formula', '=1+1'],
  ['the beginning of a formula: @', '@SUM(A1)'],
  ['the beginning of a formula: +', '+1+cmd|x'],
  ['the beginning of a formula: -', '-1+1'],
  ['marks that turn the direction', 'a\u202e\u2066\u200ffpac.p'],
  ['text that hides', 'a\u{e0041}\u00ad\u2060\ufeff.pcap'],
  ['lone surrogates', 'a\ud800b\udc00.pcap'],
  ['what is Markdown', '# a\n- [x](javascript:y) ``` `|| @everyone <img src=x> \\'],
  ['what is TAP', 'a\nok 99 # TODO\n  ---\nBail out! # SKIP'],
  ['no character that stands for nothing', 'a\u0000b'],
];

/** What may not stand in any output, whatever it is for: what is found of it. */
export function harmOf(output: string): string[] {
  const unseen = output.match(/(?![\n\u200b-\u200d]|\r\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu) ?? [];
  const commands = output.match(/^\s*::[a-z][a-z-]+.*::|##\w*\[/gim) ?? [];
  return [...unseen.map((character) => `U+${character.codePointAt(0)?.toString(16)}`), ...commands];
}

/** A connection of a report as `show` has it, without its segments. */
export function shownOf({ tool, profile, captures, connections }: Report, path: string): ShownConnection {
  const [[capture], [connection]] = [captures, connections];
  must(capture !== undefined && connection !== undefined, 'there is no connection');
  return { schema: 'lastack/show/1', tool, profile, capture: { ...capture, path }, connection, segments: [] };
}
