import type { ReportedConnection, ReportedPolicy, ServiceFinding, Summary } from '../report/report.ts';
import type { Tally } from '../report/summary/tally.ts';
import { endpoint } from '../report/wording.ts';
import { EXPECTATION_RULES } from '../rules/expectation-rules.ts';
import { toFinding } from '../rules/run-rules.ts';
import { PolicyJudge } from './judge.ts';
import type { Placed, Policy } from './policy.ts';

/** Services whose resets are counted at once; those with the fewest make room for more, and count anew if they return. */
const MOST = 20_000;

interface Counted {
  readonly server: ReportedConnection['server'];
  readonly limit: Placed<number>;
  connections: number;
  resets: number;
}

/** What a policy has to say of a whole run: shares of resets, and what its waivers did. */
export class PolicyTally {
  private readonly policy: Policy;
  private readonly judge: PolicyJudge;
  private readonly limitsResets: boolean;
  private services: Map<string, Counted> = new Map();
  private readonly waived: Map<string, number> = new Map();

  constructor(policy: Policy) {
    this.policy = policy;
    this.limitsResets = policy.services.some(({ entry }) => entry.maxResets !== undefined);
    this.judge = new PolicyJudge(policy);
  }

  count({ client, server, way, findings, isSelfConnected }: Tally): void {
    for (const { policy } of findings) if (policy) this.countWaived(policy.by);
    if (!this.limitsResets || isSelfConnected) return;
    const limit = this.limitFor(client, server);
    if (!limit) return;
    const key = `${endpoint(server)} ${limit.where}`;
    const counted = this.services.get(key) ?? { server, limit, connections: 0, resets: 0 };
    counted.connections += 1;
    if (way.kind === 'abort' || way.kind === 'reset-after-fin') counted.resets += 1;
    if (counted.connections > 1) return;
    if (this.services.size >= MOST) this.makeRoom();
    this.services.set(key, counted);
  }

  private limitFor(client: string, server: Tally['server']): Placed<number> | undefined {
    return this.judge.expected({ client: { address: client }, server }).maxResets;
  }

  /** The summary as the policy has it, and what goes beside it. */
  report(summary: Summary): { summary: Summary; policy: ReportedPolicy } {
    const pressure = summary.pressure.flatMap((one) => {
      const ends = { client: { address: one.holder }, server: one.service };
      return this.kept(this.judge.judge(one, 'client', ends));
    });
    const findings = [...this.services.values()].flatMap(findingOf).flatMap((one) => {
      return this.kept(this.judge.judge(one, null, { client: null, server: one.service }));
    });
    const waivers = this.policy.waivers.map(({ where, entry: { rule, reason, expires }, expired }) => {
      const count = this.waived.get(where) ?? 0;
      const state = expired ? ('expired' as const) : count > 0 ? ('used' as const) : ('unused' as const);
      return { where, rule, reason, expires, state, findings: count };
    });
    return { summary: { ...summary, pressure }, policy: { config: this.policy.config, findings, waivers } };
  }

  private kept<T extends Pick<ServiceFinding, 'policy'>>(judged: T | null): T[] {
    if (judged?.policy) this.countWaived(judged.policy.by);
    return judged === null ? [] : [judged];
  }

  private countWaived(by: string): void {
    this.waived.set(by, (this.waived.get(by) ?? 0) + 1);
  }

  private makeRoom(): void {
    const sorted = [...this.services].sort(
      ([, a], [, b]) => b.resets - a.resets || b.connections - a.connections,
    );
    this.services = new Map(sorted.slice(0, MOST / 2));
  }
}

function findingOf({ server, limit, connections, resets }: Counted): ServiceFinding[] {
  const percent = (100 * resets) / connections;
  if (percent <= limit.entry) return [];
  const evidence = { limit: limit.entry, resets, connections, percent: Number(percent.toPrecision(4)) };
  const fact = { message: 'share', tier: 'violation', side: null, frames: [], evidence } as const;
  const finding = toFinding(server, EXPECTATION_RULES.maxResets, fact);
  return [{ ...finding, clause: limit.where, service: server }];
}
