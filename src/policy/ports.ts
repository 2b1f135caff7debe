import type { PortRange } from '../rules/time-wait/time-wait-pressure.ts';

/** `LOW-HIGH` as two ports, the lower one first; null where the text is no such range. */
export function parsePorts(text: string): PortRange | null {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  const [low, high] = [Number(first), Number(last)];
  return low >= 1 && low <= high && high <= 65_535 ? { low, high } : null;
}
