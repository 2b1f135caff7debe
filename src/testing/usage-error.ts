/** Why a question about a capture cannot be asked. The codes are part of the public contract; the sentences are not. */
export type UsageErrorCode = 'unknown-rule' | 'unknown-option' | 'invalid-value' | 'report-unfit';

/** An assertion that is written wrongly: it is thrown whether the assertion is negated or not. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code: UsageErrorCode;

  constructor(code: UsageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
