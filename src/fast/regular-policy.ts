import type { Profile } from '../machine/profile.ts';
import { limitsOf } from '../policy/expect.ts';
import { PolicyJudge } from '../policy/judge.ts';
import type { Policy } from '../policy/policy.ts';
import { verdictOf } from '../report/build-connection.ts';
import { STAYS, stayOf, type Tally } from '../report/summary/tally.ts';
import { toFinding } from '../rules/run-rules.ts';
import type { RegularClose } from './regular-close.ts';
import { RegularTally } from './report/regular-tally.ts';
import type { Templates } from './templates.ts';

/** Services, or pairs of hosts, whose expectations are kept at hand. */
const MOST = 4096;
/** Seconds: durations of a tally are rounded, and what is as near to a limit as this is judged by its packets. */
const NEAR = 1e-6;

/** What a policy makes of the findings of a kind of ending. */
export type PolicyFindings = Pick<Tally, 'findings' | 'verdict'>;

/** What a policy expects of the connections between two ends. */
interface Expectations {
  /** By kind and closer, of an example: null where its findings stay as they are; undefined where that was not asked. */
  readonly findings: (PolicyFindings | null | undefined)[];
  /** Seconds beyond which a close, or a CLOSE_WAIT, is too long. */
  readonly longestClose: number;
  readonly longestCloseWait: number;
}

/** Tells what a policy makes of regular endings: it is asked once for each kind and service. */
export class RegularPolicy {
  private readonly judge: PolicyJudge;
  private readonly templates: Templates;
  private readonly tally: RegularTally;
  private readonly known: Map<string, Expectations> = new Map();

  constructor(policy: Policy, templates: Templates, profile: Profile) {
    this.judge = new PolicyJudge(policy);
    this.templates = templates;
    this.tally = new RegularTally(templates, profile);
  }

  /**
   * The findings of an ending as the policy has them; null where they are what they are by the rules alone, and `long` where it
   * may be longer than is expected, so that it has to be judged by its packets.
   */
  of(close: RegularClose): PolicyFindings | null | 'long' {
    const tally = this.tally.of(close, 0n);
    return this.isLong(tally) ? 'long' : this.findingsOf(close, tally);
  }

  /** The same of an ending that is not too long. @param tally what is counted of it */
  findingsOf(close: RegularClose, tally: Ends): PolicyFindings | null {
    const expected = this.expectedOf(tally);
    const at = this.templates.ofKind(close).index;
    let findings = expected.findings[at];
    if (findings === undefined) {
      findings = this.askOf(close, tally);
      expected.findings[at] = findings;
    }
    return findings;
  }

  private isLong(tally: Tally): boolean {
    const { longestClose, longestCloseWait } = this.expectedOf(tally);
    if (tally.duration + NEAR > longestClose) return true;
    if (longestCloseWait === Infinity) return false;
    return tally.stays.some(
      ({ which, seconds }) => IS_CLOSE_WAIT[which] === true && seconds + NEAR > longestCloseWait,
    );
  }

  private expectedOf({ client, service, server }: Ends): Expectations {
    const key = this.judge.asksForClients ? `${client} ${service}` : service;
    let expected = this.known.get(key);
    if (expected === undefined) {
      if (this.known.size >= MOST) this.known.clear();
      const limits = limitsOf(this.judge.expected({ client: { address: client }, server }));
      expected = { findings: [], ...limits };
      this.known.set(key, expected);
    }
    return expected;
  }

  private askOf(close: RegularClose, { client, server }: Ends): PolicyFindings | null {
    const { template } = this.templates.ofKind(close);
    const connection = template.example({ client: { address: client, port: 0 }, server });
    const found = template.notes.map(({ rule, fact }) => toFinding(server, rule.meta, fact));
    const findings = this.judge.findings(connection, found);
    return findings === found ? null : { findings, verdict: verdictOf(findings) };
  }
}

type Ends = Pick<Tally, 'client' | 'service' | 'server'>;

const IS_CLOSE_WAIT: readonly boolean[] = Array.from(
  { length: STAYS },
  (_, which) => which === stayOf('client', 'CLOSE_WAIT') || which === stayOf('server', 'CLOSE_WAIT'),
);
