/**
 * The matchers as functions that throw, for `node:test` and any other runner.
 *
 * @example
 * ```ts
 * import { test } from 'node:test';
 * import { assertClosesCleanly, assertHasFinding } from 'lastack/assert';
 *
 * test('every connection ends with FINs', async () => {
 *   await assertClosesCleanly('captures/three-way.pcap', { port: 8080 });
 *   await assertHasFinding('captures/killed-with-unread-data.pcap', 'rst-on-close', { side: 'server' });
 * });
 * ```
 */
import { AssertionError } from 'node:assert';
import type { Closer } from './machine/close.ts';
import type { AssertionOptions, CloseCleanlyOptions, FindingOptions } from './testing/options.ts';
import type { Outcome } from './testing/outcome.ts';
import { closesCleanly, hasFinding, isClosedBy } from './testing/questions.ts';
import type { Checkable } from './testing/survey.ts';

export type { AssertionOptions, CloseCleanlyOptions, FindingOptions } from './testing/options.ts';
export type { Checkable } from './testing/survey.ts';
export { UsageError, type UsageErrorCode } from './testing/usage-error.ts';

/**
 * Asserts that every connection closed with FINs of both sides, each acknowledged, without a violation or a suspect.
 *
 * @throws {AssertionError} with the ladder of the first that did not, and where there is none to assert something of. Like
 *   all of these, a `UsageError` for a rule or an option that does not exist, an `InputError` for a capture that cannot be
 *   opened
 */
export async function assertClosesCleanly(capture: Checkable, options?: CloseCleanlyOptions): Promise<void> {
  demand('yes', await closesCleanly(capture, options), 'closesCleanly');
}

/** Asserts that at least one connection did not close cleanly. */
export async function assertDoesNotCloseCleanly(
  capture: Checkable,
  options?: CloseCleanlyOptions,
): Promise<void> {
  demand('no', await closesCleanly(capture, options), 'doesNotCloseCleanly');
}

/** Asserts that a connection has a finding of the rule. */
export async function assertHasFinding(
  capture: Checkable,
  rule: string,
  options?: FindingOptions,
): Promise<void> {
  demand('yes', await hasFinding(capture, rule, options), 'hasFinding');
}

/** Asserts that no connection has a finding of the rule. */
export async function assertHasNoFinding(
  capture: Checkable,
  rule: string,
  options?: FindingOptions,
): Promise<void> {
  demand('no', await hasFinding(capture, rule, options), 'hasNoFinding');
}

/** Asserts that every connection was closed first by that side. */
export async function assertIsClosedBy(
  capture: Checkable,
  closer: Closer,
  options?: AssertionOptions,
): Promise<void> {
  demand('yes', await isClosedBy(capture, closer, options), 'isClosedBy');
}

/** Asserts that at least one connection was not closed first by that side. */
export async function assertIsNotClosedBy(
  capture: Checkable,
  closer: Closer,
  options?: AssertionOptions,
): Promise<void> {
  demand('no', await isClosedBy(capture, closer, options), 'isNotClosedBy');
}

function demand(wanted: Outcome['answer'], { answer, message }: Outcome, operator: string): void {
  if (answer !== wanted) throw new AssertionError({ message, operator });
}
