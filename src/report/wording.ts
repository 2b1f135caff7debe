import type { ReportedConnection } from './report.ts';

/** `1 connection`, `1,234 connections`. */
export function plural(count: number, one: string, many: string = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}

/** `1,234,567`. */
export function thousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 kind of finding`, `3 more kinds of findings`. */
export function kinds(count: number, more = ''): string {
  return `${plural(count, `${more}kind`)} of ${count === 1 ? 'finding' : 'findings'}`;
}

const SPANS: readonly (readonly [above: number, unit: string, factor: number])[] = [
  [1, 's', 1],
  [1e-3, 'ms', 1e3],
  [0, 'µs', 1e6],
];

/** A span of seconds with three significant digits: `120 s`, `4.02 ms`, `17 µs`. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 s';
  const [, unit, factor] = SPANS.find(([above]) => Math.abs(seconds) >= above) ?? [0, 's', 1];
  const value = seconds * factor;
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${thousandsOf(value.toFixed(digits))} ${unit}`;
}

function thousandsOf(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const kept = fraction.replace(/0+$/, '');
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${kept === '' ? '' : `.${kept}`}`;
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function endpoint({ address, port }: ReportedConnection['client']): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The same in so many columns: an address that is too long loses its middle, and never its port. */
export function shortEndpoint({ address, port }: ReportedConnection['client'], width: number): string {
  const whole = endpoint({ address, port });
  const room = width - (whole.length - address.length) - 1;
  if (whole.length <= width || room < 2) return whole;
  const head = Math.ceil(room / 2);
  const tail = address.slice(address.length - (room - head));
  return endpoint({ address: `${address.slice(0, head)}…${tail}`, port });
}

/** `6`, `6 and 8`, `6, 8 and 9`. */
export function enumerate(items: readonly (string | number)[], last = 'and'): string {
  const head = items.slice(0, -1).join(', ');
  const tail = String(items.at(-1) ?? '');
  return head === '' ? tail : `${head} ${last} ${tail}`;
}

/** `frames 6, 8, 9, 12 and 41 more`. */
export function frameList(frames: readonly number[]): string {
  const shown: (string | number)[] = frames.slice(0, MOST_FRAMES);
  if (frames.length > MOST_FRAMES) shown.push(`${frames.length - MOST_FRAMES} more`);
  return `${frames.length === 1 ? 'frame' : 'frames'} ${enumerate(shown)}`;
}

const MOST_FRAMES = 8;

/** Breaks text at blanks (not at no-break spaces) into lines of at most `width` columns; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/[ \t\n]+/).filter(Boolean)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** Cuts to `width` columns, with an ellipsis where something is lost. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1)).trimEnd()}…`;
}
