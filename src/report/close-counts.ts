import { CLOSE_KINDS, type CloseKind } from '../machine/close.ts';

/** Zero for each way to close. */
export function closeCounts(): Record<CloseKind, number> {
  return Object.fromEntries(CLOSE_KINDS.map((kind) => [kind, 0])) as Record<CloseKind, number>;
}

/** The counts that are not zero, in the order of the table of kinds. */
export function thoseThatOccur(
  counts: Readonly<Record<CloseKind, number>>,
): Partial<Record<CloseKind, number>> {
  return Object.fromEntries(CLOSE_KINDS.flatMap((kind) => (counts[kind] > 0 ? [[kind, counts[kind]]] : [])));
}
