import { InvalidArgumentError } from 'commander';
import { parsePorts } from '../policy/ports.ts';

/** A number that `is`, or a sentence that says what it must be. */
function numberThat(is: (value: number) => boolean, sentence: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || !is(value)) throw new InvalidArgumentError(sentence);
    return value;
  };
}

export const percent: (text: string) => number = numberThat(
  (value) => value >= 0 && value <= 100,
  'It must be a number from 0 to 100.',
);

export const factor: (text: string) => number = numberThat(
  (value) => value >= 1,
  'It must be a number of at least 1.',
);

export const probability: (text: string) => number = numberThat(
  (value) => value > 0 && value <= 1,
  'It must be a number above 0, at most 1.',
);

/** Seconds above zero, as an option takes them. */
export const positiveSeconds: (text: string) => number = numberThat(
  (value) => value > 0,
  'It must be a number of seconds above 0.',
);

/** Ports, as `32768-60999`. */
export function portRange(text: string): string {
  if (parsePorts(text) === null) {
    throw new InvalidArgumentError('It must be two ports, the lower one first, as 32768-60999.');
  }
  return text;
}

/** A count. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A number of threads. */
export function threadCount(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 999.');
  return Number(text);
}

/** A connection's number. */
export function connectionId(text: string): number {
  if (!/^#?\d{1,15}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number, as check prints it.');
  return Number(text.replace('#', ''));
}

/** Lets an option be given several times. */
export function repeated<T>(parse: (text: string) => T): (text: string, before?: readonly T[]) => T[] {
  return (text, before = []) => [...before, parse(text)];
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** Less than a small capture needs says nothing. */
const LEAST_MEMORY = 67_108_864;

/** Bytes: `512M`, `8G`, or a number of bytes. */
export function memorySize(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12})([KMGT]?)(?:i?B)?$/i.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toUpperCase()] ?? 1);
  if (digits === '' || bytes < LEAST_MEMORY) {
    throw new InvalidArgumentError('It has to be a size from 64M on, as 512M or 8G.');
  }
  return bytes;
}
