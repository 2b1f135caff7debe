import { describe, expect, it } from 'vitest';
import { STATES } from '../../src/machine/state.ts';
import { explainRule, explainState } from '../../src/report/text/format-explain.ts';
import { formatRules, formatRulesJson } from '../../src/report/text/format-rules.ts';
import { RULES } from '../../src/rules/index.ts';
import { parseLadder } from '../support/ladder-parse.ts';

const METAS = RULES.map(({ meta }) => meta);
const tooLong = (text: string): string[] => text.split('\n').filter((line) => line.length > 80);

describe('explain', () => {
  it.each(METAS.map((meta) => [meta.id, meta] as const))(
    '%s fits 80 columns and its ladders parse',
    (_, meta) => {
      const page = explainRule(meta);
      expect(tooLong(page)).toEqual([]);
      expect(page).toContain(meta.clause);
      for (const ladder of [meta.docs.good, meta.docs.bad])
        expect(parseLadder(ladder).length).toBeGreaterThan(1);
    },
  );

  it.each(STATES)('%s fits 80 columns and names every section', (state) => {
    const page = explainState(state);
    expect(tooLong(page)).toEqual([]);
    for (const title of ['What', 'When many pile up', 'What to do', 'netstat', 'ss '])
      expect(page).toContain(title);
  });

  it.each([
    ['TIME_WAIT', ['close last', 'pool', 'tcp_tw_reuse', 'tcp_tw_recycle is gone', 'SO_LINGER']],
    ['CLOSE_WAIT', ['On the side that is in CLOSE_WAIT', 'On the peer', 'Keep-alive', 'SO_LINGER']],
    ['FIN_WAIT_2', ['On the side that closed first', 'On the peer']],
  ] as const)('%s has what helps, by side', (state, remedies) => {
    const page = explainState(state);
    const places = remedies.map((text) => page.lastIndexOf(text));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it('takes the ways in and out of a state from the transition table', () => {
    const page = explainState('LAST_ACK');
    expect(page).toMatch(/How a side gets in\n {2}send FIN {2}from CLOSE_WAIT {2}RFC 9293 3\.10\.4/);
    expect(page).toMatch(/receive ACK of FIN +to CLOSED +RFC 9293 3\.10\.7\.4 step 5/);
  });
});

describe('the list of rules', () => {
  it('names every rule with its tiers and clause, in 80 columns', () => {
    const text = formatRules(METAS);
    expect(tooLong(text)).toEqual([]);
    for (const { id } of METAS) expect(text).toContain(id);
    expect(JSON.parse(formatRulesJson(METAS)).map(({ id }: { id: string }) => id)).toEqual(
      METAS.map(({ id }) => id),
    );
  });
});
