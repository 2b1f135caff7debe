/** Beyond what `JSON.stringify` escapes: characters that are not seen or reorder text, and what a runner of CI would obey. */
const UNSEEN = /(?![\u200c\u200d])[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]|#(?=#\w*\[)/gu;
const SUSPICIOUS = /[^\n\u0020-\u007e]|##/;

/** JSON, the same value, of which a terminal or a log shows every character and obeys none. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  return SUSPICIOUS.test(text) ? text.replace(UNSEEN, escaped) : text;
}

function escaped(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
