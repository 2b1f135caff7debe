import { jsonText } from '../report/json-text.ts';
import { BASELINE_STATES, type BaselineKind, type ServiceFinding } from '../report/report.ts';
import { endpoint } from '../report/wording.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { type Finding, TIERS, type Tier } from '../rules/finding.ts';
import { fingerprintOf } from '../rules/fingerprint.ts';

/** Known findings of one fingerprint. */
export interface KnownFindings {
  readonly fingerprint: string;
  /** The worst of them. */
  readonly tier: Tier;
  readonly rule: string;
  /** Which of the rule's sentences; null where that cannot be told. */
  readonly message: string | null;
  readonly service: string;
  readonly side: Finding['side'];
  readonly count: number;
}

/** A file of known findings: nothing in it changes from run to run but what the findings are. */
export interface Baseline {
  readonly schema: 'lastack/baseline/1';
  /** By service, rule, side and message. */
  readonly findings: readonly KnownFindings[];
}

/** Kinds of findings that are counted at most. */
const MOST = 100_000;

/** Counts findings by fingerprint. */
export class KnownFindingsCounter {
  private readonly tiers: ReadonlySet<Tier>;
  private readonly kinds: Map<string, KnownFindings> = new Map();
  /** Findings that were of too many kinds to be counted apart, by tier. */
  readonly beyond: Record<Tier, number> = { violation: 0, suspect: 0, inconclusive: 0, note: 0 };

  /** @param notes whether what is legal counts as well */
  constructor(notes: boolean) {
    this.tiers = new Set(TIERS.filter((tier) => notes || tier !== 'note'));
  }

  count(finding: Finding, service: ServiceFinding['service']): void {
    const { fingerprint, tier, rule, side } = finding;
    if (!this.tiers.has(tier)) return;
    const known = this.kinds.get(fingerprint);
    if (known) {
      const worst = TIERS.indexOf(tier) < TIERS.indexOf(known.tier) ? tier : known.tier;
      this.kinds.set(fingerprint, { ...known, tier: worst, count: known.count + 1 });
    } else if (this.kinds.size >= MOST) {
      this.beyond[tier] += 1;
    } else {
      const message = messageOf(finding, service);
      this.kinds.set(fingerprint, {
        fingerprint,
        tier,
        rule,
        message,
        service: endpoint(service),
        side,
        count: 1,
      });
    }
  }

  baseline(): Baseline {
    return baselineOf([...this.kinds.values()]);
  }
}

/** The findings of a run against those known before, new ones first. */
export function compareWith(known: Baseline, found: Baseline): BaselineKind[] {
  const before = new Map(known.findings.map((kind) => [kind.fingerprint, kind]));
  const now = new Map(found.findings.map((kind) => [kind.fingerprint, kind]));
  const all = [...found.findings, ...known.findings.filter(({ fingerprint }) => !now.has(fingerprint))];
  return all
    .map(({ fingerprint, rule, service, side, tier }): BaselineKind => {
      const old = before.get(fingerprint);
      const counts = { known: old?.count ?? 0, found: now.get(fingerprint)?.count ?? 0 };
      const isWorse = old === undefined || TIERS.indexOf(tier) < TIERS.indexOf(old.tier);
      return { fingerprint, state: isWorse ? 'new' : stateOf(counts), tier, rule, service, side, ...counts };
    })
    .sort((a, b) => BASELINE_STATES.indexOf(a.state) - BASELINE_STATES.indexOf(b.state));
}

function stateOf({ known, found }: Pick<BaselineKind, 'known' | 'found'>): BaselineKind['state'] {
  if (found > known) return 'more';
  if (found === known) return 'known';
  return found === 0 ? 'vanished' : 'less';
}

/** Findings of a kind that a baseline does not account for. */
export function newFindings({ state, known, found }: BaselineKind): number {
  if (state === 'new') return found;
  return Math.max(0, found - known);
}

/** Takes in what is new and more frequent; nothing is taken out. */
export function updated(known: Baseline, found: Baseline): Baseline {
  const now = new Map(found.findings.map((kind) => [kind.fingerprint, kind]));
  const kept = known.findings.map((old) => {
    const kind = now.get(old.fingerprint);
    now.delete(old.fingerprint);
    if (!kind) return old;
    const tier = TIERS.indexOf(kind.tier) < TIERS.indexOf(old.tier) ? kind.tier : old.tier;
    return { ...old, tier, count: Math.max(old.count, kind.count) };
  });
  return baselineOf([...kept, ...now.values()]);
}

/** Takes out what has vanished or become less frequent; nothing is taken in. */
export function pruned(known: Baseline, found: Baseline): Baseline {
  const now = new Map(found.findings.map(({ fingerprint, count }) => [fingerprint, count]));
  return baselineOf(
    known.findings.flatMap((old) => {
      const count = Math.min(old.count, now.get(old.fingerprint) ?? 0);
      return count === 0 ? [] : [{ ...old, count }];
    }),
  );
}

/** As the file has it. */
export function formatBaseline(baseline: Baseline): string {
  return `${jsonText(baseline, 2)}\n`;
}

/** Reads what {@link formatBaseline} wrote; what is wrong with it, as a sentence, where it is something else. */
export function parseBaseline(text: string): Baseline | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is no JSON: ${(error as Error).message}`;
  }
  const { schema, findings } = (value ?? {}) as { schema?: unknown; findings?: unknown };
  if (schema !== 'lastack/baseline/1') {
    return typeof schema === 'string' && schema.startsWith('lastack/baseline/')
      ? `its version is ${schema}, and this lastack reads lastack/baseline/1`
      : 'it has no "schema": "lastack/baseline/1"';
  }
  if (!Array.isArray(findings)) return 'it has no list of findings';
  const wrong = findings.findIndex((kind) => !isKnownFindings(kind));
  if (wrong >= 0) return `findings[${wrong}] is not as lastack writes it`;
  const kinds = findings as KnownFindings[];
  const twice = kinds.findIndex(({ fingerprint }, index) =>
    kinds.slice(0, index).some((other) => other.fingerprint === fingerprint),
  );
  return twice < 0 ? baselineOf(kinds) : `findings[${twice}] has the fingerprint of one before it`;
}

function isKnownFindings(value: unknown): value is KnownFindings {
  if (typeof value !== 'object' || value === null) return false;
  const { fingerprint, tier, rule, service, side, count, message } = value as Record<string, unknown>;
  return (
    [fingerprint, rule, service].every((text) => typeof text === 'string' && text !== '') &&
    TIERS.some((known) => known === tier) &&
    (side === null || side === 'client' || side === 'server') &&
    (message === null || typeof message === 'string') &&
    typeof count === 'number' &&
    Number.isSafeInteger(count) &&
    count > 0
  );
}

function baselineOf(kinds: readonly KnownFindings[]): Baseline {
  const key = ({ service, rule, side, message, fingerprint }: KnownFindings): string =>
    [service, rule, side, message, fingerprint].join(' ');
  const findings = kinds
    .map((kind) => ({ kind, by: key(kind) }))
    .sort((a, b) => (a.by < b.by ? -1 : 1))
    .map(({ kind: { fingerprint, service, rule, side, message, tier, count } }) => {
      return { service, rule, side, message, tier, count, fingerprint };
    });
  return { schema: 'lastack/baseline/1', findings };
}

const METAS = new Map(ALL_RULES.map((meta) => [meta.id, meta]));

/** The id of a finding's sentence: the one that gives its fingerprint. */
function messageOf(
  { rule, side, fingerprint }: Finding,
  { address, port }: ServiceFinding['service'],
): string | null {
  const ids = Object.keys(METAS.get(rule)?.messages ?? {});
  return ids.find((id) => fingerprintOf([rule, `${address}:${port}`, side, id]) === fingerprint) ?? null;
}
