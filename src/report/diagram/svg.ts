import { xmlAttributes, xmlText } from '../formats/xml.ts';
import { visible } from '../visible.ts';

type Values = Readonly<Record<string, string | number | null>>;

/** An element of SVG or HTML; its content is markup already. Attributes that are null are left out. */
export function element(name: string, values: Values, content: string | null = null): string {
  const known = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [[key, typeof value === 'number' ? rounded(value) : visible(value)] as const],
  );
  const attributes = xmlAttributes(Object.fromEntries(known));
  return content === null ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`;
}

/** Text as markup: nothing in it is an element, an entity or a control character. */
export function text(raw: string): string {
  return xmlText(visible(raw));
}

/** A line of text in a picture. */
export function label(x: number, y: number, raw: string, values: Values = {}): string {
  return element('text', { x, y, ...values }, text(raw));
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
