import { STATES, type State } from '../machine/state.ts';
import { nearest } from '../report/nearest.ts';
import {
  explainCause,
  explainRule,
  explainState,
  explainWord,
  WORD_NAMES,
} from '../report/text/format-explain.ts';
import { STATE_DOCS } from '../report/text/state-docs.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { CAUSES } from '../rules/causes/cause-names.ts';
import { EXPECTATION_RULES, EXPECTATIONS } from '../rules/expectation-rules.ts';
import type { RuleMeta } from '../rules/rule.ts';
import { Failure } from './failure.ts';
import { Output } from './output.ts';
import { outputWidth, palette } from './terminal.ts';

export interface ExplainFlags {
  readonly color?: boolean;
}

/** `lastack explain`: the page of a rule, a state, a cause or another word of a report, however it is spelt. */
export async function runExplain(name: string, { color }: ExplainFlags): Promise<void> {
  const options = { palette: palette(color), width: outputWidth() };
  const wanted = spelling(name);
  const rule = ALL_RULES.find(({ id }) => spelling(id) === wanted) ?? expectationOf(wanted);
  const state = STATES.find((candidate) => spellingsOf(candidate).includes(wanted));
  const cause = CAUSES.find((candidate) => spelling(candidate) === wanted);
  const word = WORD_NAMES.find((candidate) => spelling(candidate) === spelling(SYNONYMS[wanted] ?? name));
  // A word may be several things: `half-close` is a rule and a kind, `refused` a cause and a kind.
  const pages = [
    ...(rule ? [explainRule(rule, options)] : []),
    ...(state ? [explainState(state, options)] : []),
    ...(cause ? [explainCause(cause, options)] : []),
    ...(word === undefined ? [] : [explainWord(word, options)]),
  ];
  if (pages.length === 0) throw unknown(name);
  new Output().write([pages.join('\n')]);
}

/** Words as the text report has them. */
const SYNONYMS: Readonly<Record<string, string>> = {
  neither: 'none',
  bothatonce: 'both',
  suspects: 'suspect',
  violations: 'violation',
  conforms: 'conformant',
  notes: 'note',
  noted: 'note',
};

/** By the name that it has in a configuration: `longestClose`. */
function expectationOf(wanted: string): RuleMeta | undefined {
  const key = EXPECTATIONS.find((expectation) => spelling(expectation) === wanted);
  return key && EXPECTATION_RULES[key];
}

/** CLOSE_WAIT, close-wait and `Close Wait` are the same. */
function spelling(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** RFC 9293, netstat and ss spell the states differently. */
function spellingsOf(state: State): string[] {
  const { ss, netstat } = STATE_DOCS[state];
  const received = state === 'SYN_RCVD' ? ['synreceived'] : [];
  return [state, ss, netstat].map(spelling).concat(received);
}

function unknown(name: string): Failure {
  const ids = ALL_RULES.map(({ id }) => id);
  const states = STATES.map((state) => state.toLowerCase().replaceAll('_', '-'));
  const near = nearest(name.toLowerCase().replaceAll('_', '-'), [
    ...ids,
    ...states,
    ...CAUSES,
    ...EXPECTATIONS,
    ...WORD_NAMES,
  ]);
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'lastack rules lists the rules.';
  return new Failure('unknown-rule', `No report has the word ${name}. ${hint}`);
}
