import { type Endpoint, isSelfConnected } from '../flow/flow.ts';
import { peerOf } from '../machine/state.ts';
import { inOrder } from './facts/frames.ts';
import { remembering } from './facts/memo.ts';
import type { Finding } from './finding.ts';
import { TIERS } from './finding.ts';
import { fingerprintOf } from './fingerprint.ts';
import { RULES } from './index.ts';
import type { Connection, Fact, Rule, RuleMeta } from './rule.ts';

/** Runs every rule over a finished connection. Findings come worst tier first, then by their first frame. */
export function runRules(connection: Connection, rules: readonly Rule[] = RULES): Finding[] {
  const { server } = connection.flow;
  return sorted(factsOf(connection, rules).map(({ rule, fact }) => toFinding(server, rule.meta, fact)));
}

/** Findings in the order of a report: worst tier first, then by their first frame. */
export function sorted(findings: Finding[]): Finding[] {
  return findings.length < 2 ? findings : findings.sort(inOrderOfReport);
}

type Ordered = Pick<Finding, 'tier' | 'frames'>;

/** Compares what was found; the frames of each are in their order. */
export function inOrderOfReport(a: Ordered, b: Ordered): number {
  return TIERS.indexOf(a.tier) - TIERS.indexOf(b.tier) || (a.frames[0] ?? 0) - (b.frames[0] ?? 0);
}

/** What the rules have found, in their order. */
export function factsOf(
  connection: Connection,
  rules: readonly Rule[] = RULES,
): { readonly rule: Rule; readonly fact: Fact }[] {
  if (isSelfConnected(connection.flow)) return [];
  const found: { rule: Rule; fact: Fact }[] = [];
  for (const rule of rules) {
    if (!rule.concerns(connection)) continue;
    for (const fact of rule.check(connection)) found.push({ rule, fact });
  }
  return found;
}

/** A fact in words, as a finding at the service whose address and port the server has. */
export function toFinding(server: Endpoint, meta: RuleMeta, fact: Fact): Finding {
  const template = meta.messages[fact.message] ?? fact.message;
  return {
    rule: meta.id,
    tier: fact.tier,
    side: fact.side,
    message: fill(template, fact),
    clause: meta.clause,
    frames: inOrder(fact.frames),
    evidence: fact.evidence,
    refutedBy: meta.refutedBy,
    fingerprint: fingerprintOf([meta.id, `${server.address}:${server.port}`, fact.side, fact.message]),
  };
}

/** A sentence in pieces: its beginning, and each placeholder with what comes behind it. */
interface Sentence {
  readonly start: string;
  readonly rest: readonly Piece[];
}

interface Piece {
  readonly name: string;
  readonly text: string;
  /** The same behind a one: `1 byte`, where others are so many bytes. */
  readonly behindOne: string;
}

/** Rules have a few hundred. */
const sentenceOf: (template: string) => Sentence = remembering(1024, (template) => {
  const [start = '', ...pieces] = template.split(/\{(\w+)\}/);
  const rest: Piece[] = [];
  for (let at = 0; at < pieces.length; at += 2) {
    const text = pieces[at + 1] ?? '';
    const behindOne = text.replace(/^ (byte|segment|time)s\b/, ' $1');
    rest.push({ name: pieces[at] ?? '', text, behindOne });
  }
  return { start, rest };
});

/** Puts the evidence into a sentence: `{name}`, and the sides as `{side}` and `{peer}`. */
function fill(template: string, fact: Fact): string {
  const { start, rest } = sentenceOf(template);
  let filled = start;
  for (const { name, text, behindOne } of rest) {
    const value = textFor(name, fact);
    filled += value;
    filled += text !== behindOne && /\b1$/.test(value) ? behindOne : text;
  }
  return filled;
}

function textFor(name: string, { side, evidence }: Fact): string {
  if (name === 'side') return side ?? 'either side';
  if (name === 'peer') return side === null ? 'the other' : peerOf(side);
  const value = evidence[name];
  if (value === undefined || value === null) return `{${name}}`;
  return typeof value === 'number' ? readable(value) : String(value);
}

/** Whole numbers as they are; of others, which are durations, three digits: the evidence has the exact value. */
function readable(value: number): string {
  if (Number.isInteger(value)) return String(value);
  return String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));
}
