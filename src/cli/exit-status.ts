import { DAMAGE } from '../capture/damage.ts';
import type { DiagnosticCode } from '../capture/record.ts';
import type { ReportedCapture } from '../report/report.ts';
import { TIERS, type Tier } from '../rules/finding.ts';
import { Failure, type FailureCode } from './failure.ts';

/** The lowest tier that makes the run fail. */
export type FailOn = Tier | 'never';

export interface Outcome {
  readonly captures: readonly Pick<ReportedCapture, 'path' | 'records' | 'segments' | 'diagnostics'>[];
  /** Tiers of all findings, listed or not. */
  readonly tiers: ReadonlySet<Tier>;
  readonly failOn: FailOn;
  readonly strictInput: boolean;
}

/** 0: nothing at or above `failOn`; 1: something; 2: the job could not be done, and why. */
export type ExitStatus =
  | { readonly code: 0 | 1 }
  | {
      readonly code: 2;
      readonly failures: readonly Failure[];
      /** The same by index of the capture. */
      readonly byCapture: ReadonlyMap<number, Failure>;
    };

/** The exit status of `check`: a partly readable capture counts as read, unless strict. */
export function exitStatus({ captures, tiers, failOn, strictInput }: Outcome): ExitStatus {
  const unread = captures.map(whyUnread);
  if (!unread.includes(null)) return notDone(unread);
  const unkept = captures.map((capture, index) => unread[index] ?? whyUnkept(capture));
  if (captures.some(isBeyondMemory)) return notDone(unkept);
  if (strictInput) {
    const damaged = captures.map((capture, index) => unread[index] ?? whyDamaged(capture));
    if (damaged.some((failure) => failure !== null)) return notDone(damaged);
  }
  return { code: failingTiers(failOn).some((tier) => tiers.has(tier)) ? 1 : 0 };
}

/** The tiers of findings that make the run fail. */
export function failingTiers(failOn: FailOn): readonly Tier[] {
  return failOn === 'never' ? [] : TIERS.slice(0, TIERS.indexOf(failOn) + 1);
}

function notDone(failures: readonly (Failure | null)[]): ExitStatus {
  const byCapture = new Map(
    failures.flatMap((failure, index) => (failure ? [[index, failure] as const] : [])),
  );
  return { code: 2, failures: [...byCapture.values()], byCapture };
}

const FAILURE_OF: Partial<Record<DiagnosticCode, FailureCode>> = {
  'not-a-capture': 'not-a-capture',
  empty: 'not-a-capture',
  'reader-unsupported': 'reader-unsupported',
  'link-type-unsupported': 'link-type-unsupported',
};

/** Why nothing came out of a capture; null where something did. */
function whyUnread({ path, records, segments, diagnostics }: Outcome['captures'][number]): Failure | null {
  if (segments > 0) return null;
  const name = nameOf(path);
  const reason =
    diagnostics.find(({ code }) => DAMAGE[code] === 'unread') ??
    diagnostics.find(({ code }) => DAMAGE[code] === 'damaged');
  if (reason) return new Failure(FAILURE_OF[reason.code] ?? 'damaged-input', `${name}: ${reason.message}`);
  const what = records === 0 ? 'holds no packet' : `holds no TCP segment in its ${records} packets`;
  const said = diagnostics
    .filter(({ code }) => code !== 'time-backwards')
    .map(({ message }) => ` ${message}`);
  return new Failure('no-tcp', `${name} ${what}, so there is no connection to check.${said.join('')}`);
}

function isBeyondMemory({ diagnostics }: Outcome['captures'][number]): boolean {
  return diagnostics.some(({ code }) => code === 'memory-exceeded');
}

/** What did not fit in the memory that a check may take. */
function whyUnkept({ path, diagnostics }: Outcome['captures'][number]): Failure | null {
  const found = diagnostics.find(({ code }) => code === 'memory-exceeded');
  return found ? new Failure('memory-exceeded', `${nameOf(path)}: ${found.message}`) : null;
}

function nameOf(path: string): string {
  return path === '-' ? 'standard input' : path;
}

function whyDamaged({ path, diagnostics }: Outcome['captures'][number]): Failure | null {
  const damage = diagnostics.find(({ code }) => DAMAGE[code] !== 'said');
  return damage ? new Failure('damaged-input', `${path}: ${damage.message} (--strict-input)`) : null;
}
