import { STATES, type State } from '../../machine/state.ts';
import { EVENTS, transition } from '../../machine/table.ts';
import { CAUSE_DOCS, type CauseName } from '../../rules/causes/cause-names.ts';
import { CAUSE_PAGES } from '../../rules/causes/cause-pages.ts';
import type { RuleMeta } from '../../rules/rule.ts';
import { wrap } from '../wording.ts';
import { columns } from './columns.ts';
import { type Palette, PLAIN } from './palette.ts';
import { STATE_DOCS } from './state-docs.ts';
import { CLOSER_DOCS, KIND_DOCS, OTHER_DOCS, TIER_DOCS, type WordDocs } from './word-docs.ts';

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
    [palette.strong('How a side gets in'), ...wayLines('from', waysInto(state), width)],
    [palette.strong('How it gets out'), ...wayLines('to', waysOutOf(state), width)],
    section('When many pile up', docs.many, width, palette),
    section('What to do', docs.action, width, palette),
    ...(docs.remedies ?? []).map(({ where, what }) => section(where, what, width, palette)),
  ]);
}

/** The page of a cause: what the packets show, and what is known to help. */
export function explainCause(name: CauseName, options: ExplainOptions = {}): string {
  const { palette = PLAIN, width = 80 } = options;
  const { what, remedy } = CAUSE_DOCS[name];
  const { seen, why, alike } = CAUSE_PAGES[name];
  return page([
    [palette.strong(name), 'cause of a reset or of a broken close: evidence, never a verdict'],
    section('What', `${what.charAt(0).toUpperCase()}${what.slice(1)}.`, width, palette),
    section('What the packets show', seen, width, palette),
    section('Why it matters', why, width, palette),
    section('What looks alike', alike, width, palette),
    section('Known to help (advice)', remedy, width, palette),
  ]);
}

/** Every other word of a report: kinds of closes, verdicts and tiers, who closed first. */
const WORDS: readonly { readonly kind: string; readonly docs: Readonly<Record<string, WordDocs>> }[] = [
  { kind: 'how a connection closed', docs: KIND_DOCS },
  { kind: 'how far a finding goes: a tier, or the verdict on a connection', docs: TIER_DOCS },
  { kind: 'a side, and who closed first', docs: CLOSER_DOCS },
  { kind: 'a word of the report', docs: OTHER_DOCS },
];

/** All of them. */
export const WORD_NAMES: readonly string[] = WORDS.flatMap(({ docs }) => Object.keys(docs));

/** The page of one of {@link WORD_NAMES}. */
export function explainWord(name: string, options: ExplainOptions = {}): string {
  const { palette = PLAIN, width = 80 } = options;
  return WORDS.flatMap(({ kind, docs }) => {
    const own = Object.hasOwn(docs, name) ? docs[name] : undefined;
    if (own === undefined) return [];
    return page([
      [palette.strong(name), kind],
      section('What', own.what, width, palette),
      section('What it means', own.meaning, width, palette),
      section('What to do', own.action, width, palette),
    ]);
  }).join('\n');
}

/** One way into or out of a state: what happens, the states at the other end of it, and the clause. */
interface Way {
  readonly event: string;
  readonly clause: string;
  readonly states: State[];
}

function waysInto(state: State): Way[] {
  const ways: Way[] = [];
  for (const event of EVENTS) {
    for (const from of STATES) {
      const { to, clause } = transition(from, event);
      if (to !== state || from === state) continue;
      const same = ways.find((way) => way.event === event && way.clause === clause);
      if (same) same.states.push(from);
      else ways.push({ event, clause, states: [from] });
    }
  }
  return ways;
}

function waysOutOf(state: State): Way[] {
  return EVENTS.map((event) => ({ event, ...transition(state, event) }))
    .filter(({ to }) => to !== state)
    .map(({ event, to, clause }) => ({ event, clause, states: [to] }));
}

/** Three columns: event, `from` or `to` where, and by which clause. */
function wayLines(word: 'from' | 'to', ways: readonly Way[], width: number): string[] {
  const events = Math.max(0, ...ways.map(({ event }) => event.length));
  const room = width - 2 - events - 4;
  const longest = Math.max(0, ...ways.map((way) => word.length + 1 + way.states.join(', ').length));
  const states = Math.min(28, room - 24, longest);
  return columns(
    ways.map((way) => [
      way.event,
      wrap(`${word} ${way.states.join(', ')}`, states).join('\n'),
      wrap(way.clause, room - states).join('\n'),
    ]),
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
