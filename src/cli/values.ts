import { InvalidArgumentError } from 'commander';

/** Seconds above zero, as an option takes them. */
export function positiveSeconds(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) {
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  }
  return value;
}

/** A count. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
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
