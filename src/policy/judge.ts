import { isSelfConnected } from '../flow/flow.ts';
import { visible } from '../report/visible.ts';
import { EXPECTATION_RULES } from '../rules/expectation-rules.ts';
import type { Changed, Finding, Tier } from '../rules/finding.ts';
import type { Connection } from '../rules/rule.ts';
import { sorted, toFinding } from '../rules/run-rules.ts';
import type { RuleTier } from './config.ts';
import { type Expected, expectedBy, unmetBy } from './expect.ts';
import type { Policy } from './policy.ts';
import { type Ends, selects } from './selector.ts';

/** What a policy can change of a finding. */
type Changeable = Pick<Finding, 'rule' | 'tier' | 'message' | 'policy'>;

/** Services, or pairs of hosts, of which it is kept what is expected of them. */
const MOST_KNOWN = 4096;

/** Applies a policy to findings, one connection or one finding at a time. */
export class PolicyJudge {
  private readonly rules: Policy['rules'];
  private readonly config: string;
  private readonly services: readonly (Policy['services'][number] & { selects: (ends: Ends) => boolean })[];
  private readonly waivers: readonly (Policy['waivers'][number] & { selects: (ends: Ends) => boolean })[];

  /** What it makes of a finding depends on who the client is, and not on the service alone. */
  readonly asksForClients: boolean;
  private readonly known: Map<string, Expected> = new Map();

  constructor({ rules, services, waivers, config }: Policy) {
    this.rules = rules;
    this.config = config ?? 'the configuration';
    this.services = services.map((service) => ({ ...service, selects: selects(service.entry) }));
    this.waivers = waivers
      .filter(({ expired }) => !expired)
      .map((waiver) => ({ ...waiver, selects: selects(waiver.entry) }));
    const entries = [...this.services, ...this.waivers].map(({ entry }) => entry);
    this.asksForClients = entries.some(({ role = 'server' }) => role !== 'server');
  }

  /** The findings of a connection with what is expected of it, worst tier first, then by their first frame. */
  findings(connection: Connection, found: readonly Finding[]): readonly Finding[] {
    const { client, server } = connection.flow;
    const unmet = isSelfConnected(connection.flow) ? [] : this.unmet(connection);
    const all = [...found, ...unmet];
    const judged = all.flatMap((finding) => this.judge(finding, finding.side, { client, server }) ?? []);
    const isSame =
      judged.length === found.length && judged.every((finding, index) => finding === found[index]);
    if (isSame) return found;
    return sorted(judged);
  }

  /** A finding as the policy has it; null where its rule is off. */
  judge<T extends Changeable>(finding: T, side: Finding['side'], ends: Ends): T | null {
    const wanted = this.rules[finding.rule];
    if (wanted === 'off') return null;
    const set = wanted === undefined ? finding : this.set(finding, wanted);
    const waiver = this.waivers.find(
      ({ entry, selects: isMeant }) =>
        entry.rule === finding.rule && (entry.side === undefined || entry.side === side) && isMeant(ends),
    );
    if (!waiver || set.tier === 'note') return set;
    const { reason, expires } = waiver.entry;
    const changed = { tier: set.policy?.tier ?? set.tier, by: waiver.where, reason, expires };
    return changedTo(set, 'note', changed, `Waived until ${expires}: ${sentence(reason)}`);
  }

  /** What is expected of the connections between two ends. */
  expected(ends: Ends): Expected {
    const service = `${ends.server.address} ${ends.server.port}`;
    const key = this.asksForClients ? `${ends.client?.address} ${service}` : service;
    let expected = this.known.get(key);
    if (expected === undefined) {
      if (this.known.size >= MOST_KNOWN) this.known.clear();
      expected = expectedBy(this.services.filter(({ selects: isMeant }) => isMeant(ends)));
      this.known.set(key, expected);
    }
    return expected;
  }

  private set<T extends Changeable>(finding: T, tier: Exclude<RuleTier, 'off'>): T {
    // Nothing makes certain what the capture cannot decide.
    if (finding.tier === tier || finding.tier === 'inconclusive') return finding;
    const by = `${this.config} rules.${finding.rule}`;
    const changed = { tier: finding.tier, by, reason: null, expires: null };
    return changedTo(
      finding,
      tier,
      changed,
      `By itself a ${finding.tier}; ${this.config} makes it a ${tier}.`,
    );
  }

  private unmet(connection: Connection): Finding[] {
    const { server } = connection.flow;
    return unmetBy(connection, this.expected(connection.flow)).map(({ expectation, where, ...fact }) => {
      const finding = toFinding(server, EXPECTATION_RULES[expectation], fact);
      const { gap } = fact.evidence;
      const doubt = fact.tier === 'inconclusive' && typeof gap === 'string' && !finding.message.includes(gap);
      const message = doubt ? `${finding.message} That proves nothing: ${gap}.` : finding.message;
      return { ...finding, message, clause: where };
    });
  }
}

function changedTo<T extends Changeable>(finding: T, tier: Tier, policy: Changed, why: string): T {
  return { ...finding, tier, message: `${finding.message} ${why}`, policy };
}

/** One line, with a full stop. */
function sentence(text: string): string {
  const line = visible(text.trim()).replaceAll(/\s+/g, ' ');
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
