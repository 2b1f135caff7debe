import { STATES, type State } from '../machine/state.ts';
import { nearest } from '../report/nearest.ts';
import { explainCause, explainRule, explainState } from '../report/text/format-explain.ts';
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

/** `lastack explain`: the page of a rule, a state or a cause, however it is spelt. */
export async function runExplain(name: string, { color }: ExplainFlags): Promise<void> {
  const options = { palette: palette(color), width: outputWidth() };
  const wanted = spelling(name);
  const rule = ALL_RULES.find(({ id }) => spelling(id) === wanted) ?? expectationOf(wanted);
  const state = STATES.find((candidate) => spellingsOf(candidate).includes(wanted));
  const cause = CAUSES.find((candidate) => spelling(candidate) === wanted);
  const text = rule
    ? explainRule(rule, options)
    : state
      ? explainState(state, options)
      : cause && explainCause(cause, options);
  if (text === undefined) throw unknown(name);
  new Output().write([text]);
}

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
  ]);
  const hint = near.length > 0 ? `Did you mean ${near.join(' or ')}?` : 'lastack rules lists the rules.';
  return new Failure('unknown-rule', `There is no rule, no cause and no TCP state ${name}. ${hint}`);
}
