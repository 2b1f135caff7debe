import { systemFault } from '../library/input-error.ts';
import { visible } from '../report/visible.ts';

/** Why the job could not be done. The codes are part of the public contract; the sentences are not. */
export const FAILURES = [
  'file-not-found',
  'permission-denied',
  'no-capture-in-folder',
  'no-capture-named',
  'not-a-capture',
  'unreadable',
  'unwritable',
  'interrupted',
  'output-without-format',
  'output-conflict',
  'no-tcp',
  'link-type-unsupported',
  'reader-unsupported',
  'damaged-input',
  'memory-exceeded',
  'unknown-option',
  'unknown-command',
  'missing-value',
  'missing-argument',
  'excess-argument',
  'invalid-value',
  'connection-not-found',
  'connection-not-chosen',
  'several-captures',
  'moment-outside',
  'unknown-rule',
  'nothing-to-extract',
  'nothing-to-expect',
  'output-is-input',
  'key-invalid',
  'key-exposed',
  'state-invalid',
  'state-mismatch',
  'config-not-found',
  'config-invalid',
  'config-ambiguous',
  'baseline-invalid',
  'baseline-too-large',
  'report-invalid',
  'usage',
  'internal',
] as const;
export type FailureCode = (typeof FAILURES)[number];

/** Stops the run; {@link main} prints `error[code]: message` and exits with 2. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly code: FailureCode;

  /** What there is to choose from, a line each. */
  readonly lines: readonly string[];

  constructor(code: FailureCode, message: string, lines: readonly string[] = []) {
    super(message);
    this.code = code;
    this.lines = lines;
  }
}

/** `error[file-not-found]: There is no file or folder a.pcap.` */
export function complain({ code, message, lines }: Failure): void {
  say([`error[${code}]: ${message}`, ...lines]);
}

/** A remark beside the output: `lastack: lastack.config.mjs is code and was not run.` */
export function remark(text: string): void {
  say([`lastack: ${text}`]);
}

/** Lines on standard error; paths and names in them may hold anything. */
export function say(lines: readonly string[]): void {
  process.stderr.write(lines.map((line) => `${visible(line)}\n`).join(''));
}

/** A failure of the file system as one of ours; anything else is passed through. */
export function fromSystem(error: unknown, path: string): unknown {
  const fault = systemFault(error, path);
  return fault ? new Failure(fault.code, fault.message) : error;
}
