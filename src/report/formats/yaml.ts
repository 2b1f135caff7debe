import { jsonText } from '../json-text.ts';

/** What {@link yamlLines} can write. */
export type YamlValue =
  | string
  | number
  | boolean
  | null
  | readonly YamlValue[]
  | { readonly [key: string]: YamlValue };

/**
 * A value as YAML in block style, of the subset that the parsers of TAP read (YAMLish): plain keys, quoted strings, and
 * text of several lines as a literal block.
 */
export function yamlLines(value: YamlValue): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => entry('-', item));
  if (isMapping(value)) return Object.entries(value).flatMap(([key, item]) => entry(`${key}:`, item));
  return [scalar(value)];
}

function entry(head: string, value: YamlValue): string[] {
  if (typeof value === 'string' && /^[^\s].*\n/.test(value)) {
    return [`${head} |`, ...indented(value.replace(/\n$/, '').split('\n'))];
  }
  if (!Array.isArray(value) && !isMapping(value)) return [`${head} ${scalar(value)}`];
  const lines = yamlLines(value);
  if (lines.length === 0) return [`${head} ${Array.isArray(value) ? '[]' : '{}'}`];
  return [head, ...indented(lines)];
}

function isMapping(value: YamlValue): value is { readonly [key: string]: YamlValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A string of JSON is one of YAML. */
function scalar(value: YamlValue): string {
  return value === null ? '~' : jsonText(value);
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}
