import { STATES, type State } from '../machine/state.ts';
import { EVENTS, transition } from '../machine/table.ts';
import type { RuleMeta } from '../rules/rule.ts';
import { columns } from './columns.ts';
import { type Palette, PLAIN } from './palette.ts';
import { STATE_DOCS } from './state-docs.ts';
import { wrap } from './wording.ts';

export interface ExplainOptions {
  readonly palette?: Palette;
  /** Columns; 80 unless said. */
  readonly width?: number;
}

/** The page of a rule: what it is about, when that is legitimate, what to do, and how it looks on the wire. */
export function explainRule(meta: RuleMeta, options: ExplainOptions = {}): string {
  const { palette = PLAIN, width = 80 } = options;
  const { docs } = meta;
  const tiers = meta.tiers.map((tier) => palette.verdict[tier](tier)).join(', ');
  const waits = meta.waits === null ? [] : wrap(`It waits ${meta.waits} s before it speaks.`, width - 2);
  return page([
    [palette.strong(meta.id), `${tiers} · ${meta.clause}`],
    section('What', docs.what, width, palette),
    section('Why it matters', docs.why, width, palette),
    section('When it is legitimate', docs.legitimate, width, palette),
    section('What to do', docs.action, width, palette),
    section('What would refute it', meta.refutedBy, width, palette).concat(waits.map((line) => `  ${line}`)),
    ladderSection('It passes', docs.good, palette),
    ladderSection('It reports', docs.bad, palette),
  ]);
}

/** The page of a state: how a side gets in and out, by the transition table, and what many of them mean. */
export function explainState(state: State, options: ExplainOptions = {}): string {
  const { palette = PLAIN, width = 80 } = options;
  const docs = STATE_DOCS[state];
  return page([
    [palette.strong(state), `netstat ${docs.netstat} · ss ${docs.ss} · RFC 9293 ${docs.section}`],
    section('What', docs.what, width, palette),
    [palette.strong('How a side gets in'), ...edges(waysInto(state), width)],
    [palette.strong('How it gets out'), ...edges(waysOutOf(state), width)],
    section('When many pile up', docs.many, width, palette),
    section('What to do', docs.action, width, palette),
  ]);
}

/** One way from a state to another. */
interface Edge {
  readonly what: string;
  readonly clause: string;
}

function waysInto(state: State): Edge[] {
  return STATES.filter((from) => from !== state).flatMap((from) =>
    EVENTS.flatMap((event) => {
      const { to, clause } = transition(from, event);
      return to === state ? [{ what: `from ${from}: ${event}`, clause }] : [];
    }),
  );
}

function waysOutOf(state: State): Edge[] {
  return EVENTS.flatMap((event) => {
    const { to, clause } = transition(state, event);
    return to === state ? [] : [{ what: `${event}: to ${to}`, clause }];
  });
}

/** The ways, with the clause beside each; many ways with the same clause only name it. */
function edges(ways: readonly Edge[], width: number): string[] {
  const names = Math.max(0, ...ways.map(({ what }) => what.length));
  const room = Math.max(24, width - 2 - names - 2);
  return columns(
    ways.map(({ what, clause }) => [what, wrap(clause, room).join('\n')]),
    { indent: 2 },
  );
}

function section(title: string, text: string, width: number, palette: Palette): string[] {
  return [palette.strong(title), ...wrap(text, width - 2).map((line) => `  ${line}`)];
}

function ladderSection(title: string, ladder: string, palette: Palette): string[] {
  const lines = dedent(ladder);
  return lines.length === 0 ? [] : [palette.strong(title), ...lines.map((line) => `  ${line}`.trimEnd())];
}

function dedent(text: string): string[] {
  const lines = text
    .replace(/^\s*\n/, '')
    .trimEnd()
    .split('\n');
  const indents = lines
    .filter((line) => line.trim() !== '')
    .map((line) => line.length - line.trimStart().length);
  const margin = Math.min(...indents);
  return text.trim() === '' ? [] : lines.map((line) => line.slice(margin));
}

function page(sections: readonly (readonly string[])[]): string {
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}
