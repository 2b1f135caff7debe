/**
 * Matchers for `expect` of Vitest and Jest. With Vitest, import `lastack/vitest`, which adds them and their types.
 *
 * @example
 * ```ts
 * import { expect } from 'expect';
 * import { type CloseMatchers, matchers } from 'lastack/matchers';
 *
 * declare module 'expect' {
 *   interface Matchers<R> extends CloseMatchers {}
 * }
 * expect.extend(matchers);
 *
 * await expect('captures/three-way.pcap').toCloseCleanly({ port: 8080 });
 * await expect('captures/three-way.pcap').not.toHaveFinding('rst-on-close');
 * ```
 */
import type { Closer } from './machine/close.ts';
import type { AssertionOptions, CloseCleanlyOptions, FindingOptions } from './testing/options.ts';
import type { Outcome } from './testing/outcome.ts';
import { closesCleanly, hasFinding, isClosedBy } from './testing/questions.ts';
import type { Checkable } from './testing/survey.ts';

export type { AssertionOptions, CloseCleanlyOptions, FindingOptions } from './testing/options.ts';
export type { Checkable } from './testing/survey.ts';
export { UsageError, type UsageErrorCode } from './testing/usage-error.ts';

/**
 * What the matchers add to an assertion about a capture (path, URL, bytes, stream, several of these) or a report. They read
 * the capture, so they have to be awaited. No connection to ask about fails an assertion and its negation alike, as does a
 * damaged capture. They reject with a `UsageError` for a rule or an option that does not exist, and with an `InputError`
 * for a capture that cannot be opened.
 */
export interface CloseMatchers {
  /**
   * Every connection closed with FINs of both sides, each acknowledged (four-way, three-way, simultaneous, half-close), and
   * has neither a violation nor a suspect. With `side`: the FIN of that side was sent and acknowledged, no RST of it took
   * effect, and no violation and no suspect blames it.
   */
  toCloseCleanly(options?: CloseCleanlyOptions): Promise<void>;
  /** One of the connections has a finding of the rule, of any tier unless said. */
  toHaveFinding(rule: string, options?: FindingOptions): Promise<void>;
  /** That side sent the first FIN, or the RST that ended it, of every connection; `both` where the FINs crossed. */
  toBeClosedBy(closer: Closer, options?: AssertionOptions): Promise<void>;
}

/** What is used of the `this` that a runner gives to a matcher. */
interface MatcherContext {
  readonly isNot?: boolean;
  readonly utils: {
    matcherHint(name: string, received?: string, expected?: string, options?: { isNot?: boolean }): string;
  };
}

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/** For `expect.extend`. */
export const matchers: {
  toCloseCleanly(
    this: MatcherContext,
    received: Checkable,
    options?: CloseCleanlyOptions,
  ): Promise<MatcherResult>;
  toHaveFinding(
    this: MatcherContext,
    received: Checkable,
    rule: string,
    options?: FindingOptions,
  ): Promise<MatcherResult>;
  toBeClosedBy(
    this: MatcherContext,
    received: Checkable,
    closer: Closer,
    options?: AssertionOptions,
  ): Promise<MatcherResult>;
} = {
  async toCloseCleanly(received, options) {
    return resultOf(await closesCleanly(received, options), this, 'toCloseCleanly', [options]);
  },
  async toHaveFinding(received, rule, options) {
    return resultOf(await hasFinding(received, rule, options), this, 'toHaveFinding', [rule, options]);
  },
  async toBeClosedBy(received, closer, options) {
    return resultOf(await isClosedBy(received, closer, options), this, 'toBeClosedBy', [closer, options]);
  },
};

function resultOf(
  { answer, message }: Outcome,
  { isNot = false, utils }: MatcherContext,
  name: string,
  expected: readonly unknown[],
): MatcherResult {
  return {
    // Where nothing can be said, both the assertion and its negation fail.
    pass: answer === 'undecided' ? isNot : answer === 'yes',
    message: () => {
      const given = expected.filter((one) => one !== undefined).map((one) => JSON.stringify(one));
      return `${utils.matcherHint(name, 'capture', given.join(', '), { isNot })}\n\n${message}`;
    },
  };
}
