import type { Closer } from '../machine/close.ts';
import { endpoint, enumerate } from '../report/wording.ts';
import { findingName, whyNotClean } from './clean-close.ts';
import { allOf, countsText, message, partOf, scopeOf, subject } from './message.ts';
import {
  type AssertionOptions,
  type CloseCleanlyOptions,
  canonicalAddress,
  checkCloseCleanlyOptions,
  checkClosedByOptions,
  checkFindingOptions,
  type FindingOptions,
} from './options.ts';
import type { Outcome } from './outcome.ts';
import { type Checkable, type Survey, servicesText, survey } from './survey.ts';

/** Whether every connection that is asked about closed cleanly ({@link whyNotClean}). */
export async function closesCleanly(
  checkable: Checkable,
  options: CloseCleanlyOptions = {},
): Promise<Outcome> {
  checkCloseCleanlyOptions(options);
  const surveyed = await survey(checkable, options, (connection) => whyNotClean(connection, options));
  const cleanly = options.side === undefined ? 'cleanly' : `cleanly on the side of the ${options.side}`;
  return aboutEvery(surveyed, options, {
    yes: () => `closed ${cleanly}`,
    no: () => `did not close ${cleanly}`,
    label: 'Not clean',
  });
}

/** Whether every connection that is asked about was closed first by that side; `both` where the FINs crossed. */
export async function isClosedBy(
  checkable: Checkable,
  closer: Closer,
  options: AssertionOptions = {},
): Promise<Outcome> {
  checkClosedByOptions(closer, options);
  const surveyed = await survey(checkable, options, ({ close }) =>
    close.closer === closer ? [] : [close.closer],
  );
  const by = `closed first by ${CLOSER[closer]}`;
  return aboutEvery(surveyed, options, {
    yes: (count) => `${were(count)} ${by}`,
    no: (count) => `${were(count)} not ${by}`,
    label: null,
  });
}

const CLOSER: Readonly<Record<Closer, string>> = {
  client: 'the client',
  server: 'the server',
  both: 'both sides at once',
  none: 'neither side',
};

/** Whether one of the connections that are asked about has a finding of the rule. */
export async function hasFinding(
  checkable: Checkable,
  rule: string,
  options: FindingOptions = {},
): Promise<Outcome> {
  checkFindingOptions(rule, options);
  const { side, tier } = options;
  const surveyed = await survey(checkable, options, ({ findings }) =>
    findings
      .filter((found) => found.rule === rule)
      .filter((found) => side === undefined || found.side === side)
      .filter((found) => tier === undefined || found.tier === tier)
      .map(findingName),
  );
  const undecided = whyUndecided(surveyed, options);
  if (undecided !== null) return { answer: 'undecided', message: undecided };
  const { chosen, picked, shown, sample, findings } = surveyed;
  const name = `${tier === undefined ? '' : `${tier} `}${rule}${side === undefined ? '' : ` (${side})`}`;
  const pressure = pressureOn(surveyed, rule, options);
  if (picked > 0 || pressure.length > 0) {
    const sentence = `${partOf(picked, chosen, options)}: finding ${name}.`;
    const told = pressure.length > 0 ? `There is ${name}: ${pressure.join(' ')}` : sentence;
    return { answer: 'yes', message: message(told, 'Found', shown, picked, surveyed) };
  }
  const others =
    findings.size === 0 ? 'There are no findings at all.' : `There are: ${countsText(findings)}.`;
  const first = chosen > 1 ? ' The first connection:' : '';
  const sentence = `${allOf(chosen, options)}: no finding ${name}. ${others}${first}`;
  return { answer: 'no', message: message(sentence, null, sample ? [sample] : [], 1, surveyed) };
}

/** What `time-wait-pressure`, which speaks of a whole capture, says of the services that are asked about. */
function pressureOn(
  { report }: Survey,
  rule: string,
  { port, address, side, tier }: FindingOptions,
): string[] {
  const wanted = address === undefined ? undefined : canonicalAddress(address);
  return report.summary.pressure
    .filter((one) => one.rule === rule && side === undefined && (tier === undefined || one.tier === tier))
    .filter(({ service }) => port === undefined || service.port === port)
    .filter(({ service }) => wanted === undefined || service.address === wanted)
    .map((one) => `${endpoint(one.service)}: ${one.message} (${one.clause})`);
}

/** What so many connections did, and the label of the reasons for which some were picked. */
interface Telling {
  readonly yes: (count: number) => string;
  readonly no: (count: number) => string;
  readonly label: string | null;
}

function were(count: number): string {
  return count === 1 ? 'was' : 'were';
}

/** The survey picked what is otherwise than asked; the answer is yes where there is nothing of that. */
function aboutEvery(surveyed: Survey, options: AssertionOptions, told: Telling): Outcome {
  const undecided = whyUndecided(surveyed, options);
  if (undecided !== null) return { answer: 'undecided', message: undecided };
  const { chosen, picked, shown, closes } = surveyed;
  if (picked === 0) {
    return {
      answer: 'yes',
      message: `${allOf(chosen, options)} ${told.yes(chosen)} (${countsText(closes)}).`,
    };
  }
  const sentence = `${partOf(picked, chosen, options)} ${told.no(picked)}.`;
  return { answer: 'no', message: message(sentence, told.label, shown, picked, surveyed) };
}

/** Why the capture can answer nothing: an assertion about nothing must not pass. */
function whyUndecided(surveyed: Survey, options: AssertionOptions): string | null {
  const { chosen, report, damage } = surveyed;
  const { connections, allowDamaged = false } = options;
  const names = report.captures.map(({ path }) => path);
  if (names.length === 0) return 'No capture was given, so there is nothing to assert.';
  const where = names.length > 3 ? `${names.length} captures` : enumerate(names);
  if (damage.length > 0 && !allowDamaged) {
    const way = report.summary.connections > 0 ? ' { allowDamaged: true } takes what can be read.' : '';
    return `The capture cannot be trusted: ${damage.join(' ')}${way}`;
  }
  if (chosen === 0) {
    const there =
      report.summary.connections === 0 ? ' at all' : `; there are some to ${servicesText(report)}`;
    return `No connection${scopeOf(options)} in ${where}, so there is nothing to assert${there}.`;
  }
  if (connections !== undefined && chosen !== connections) {
    return `Expected ${subject(connections, options)} in ${where}, and there ${chosen === 1 ? 'is' : 'are'} ${chosen} (${countsText(surveyed.closes)}).`;
  }
  return null;
}
