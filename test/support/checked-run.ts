import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fromBytes, openFile } from '../../src/capture/sources.ts';
import { type FailOn, failingTiers } from '../../src/cli/exit-status.ts';
import { type CaptureInput, check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Policy } from '../../src/policy/policy.ts';
import type { CheckedRun } from '../../src/report/checked-run.ts';
import { DistinctFindingCounter } from '../../src/report/summary/distinct-findings.ts';
import { ALL_RULES, BUILT_IN } from '../../src/rules/all-rules.ts';
import { ladder } from './ladder.ts';
import { recordedCaptures } from './recorded.ts';
import { sampled } from './thorough.ts';

export interface RunOptions {
  readonly failOn?: FailOn;
  /** Kinds of findings that are kept apart; as many as in the product unless said. */
  readonly most?: number;
  readonly failures?: ReadonlyMap<number, string>;
  readonly policy?: Policy;
  /** A baseline has every finding; there is none unless said. */
  readonly known?: boolean;
}

/** Captures as the formats of findings see them. */
export async function checkedRun(
  inputs: readonly CaptureInput[],
  { failOn = 'violation', most, failures = new Map(), policy, known = false }: RunOptions = {},
): Promise<CheckedRun> {
  const counter = new DistinctFindingCounter(most);
  const report = await check(inputs, {
    profile: PROFILES.rfc9293,
    linger: 60,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    connections: 'none',
    ...(policy && { policy }),
    onConnection: (connection, draw) => counter.count(connection, draw),
  });
  const failing = failingTiers(failOn);
  return {
    report: known ? { ...report, baseline: { path: 'known.json', kinds: [] } } : report,
    found: counter.findings(report),
    fails: ({ tier }) => failing.includes(tier) && !known,
    isKnown: () => known,
    rules: policy ? ALL_RULES : BUILT_IN,
    failures,
    ports: null,
    options: [],
  };
}

/** The same of one ladder, under a name of its own. */
export function checkedLadder(
  text: string,
  path = 'ladder.pcap',
  options: RunOptions = {},
): Promise<CheckedRun> {
  return checkedRun([{ path, source: fromBytes(ladder(text)) }], options);
}

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
/** New data beyond the own FIN: a violation by any reading. */
export const VIOLATION: string = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 > P. 2:102(100) ack 1\n+9 < F. 1:1(0) ack 2\n+0 > . 102:102(0) ack 2\n`;
/** A close that its server never completes: a suspicion. */
export const LEAK: string = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+99 > . 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;
/** A capture that ends too early to say. */
export const CUT: string = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;
export const CLEAN: string = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+.1 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;

/** A name that every format has to escape something of. */
export const HOSTILE = 'a,b: 50% <"&\'`|*_[x](y)\u0001\n::error::\ud83d\ude80#1 @x.pcap';

/** The captures of the project, the one that violates, and, sampled, what is recorded beside the checkout: each a run. */
export function recordedRuns(): { name: string; inputs: CaptureInput[] }[] {
  const own = new URL('../../captures/', import.meta.url);
  const inputs = [
    ...readdirSync(own)
      .filter((name) => /\.pcap(ng)?$/.test(name))
      .map((name) => ({ path: name, source: openFile(fileURLToPath(new URL(name, own))) })),
    {
      path: 'no-time-wait.pcap',
      source: fromBytes(readFileSync(new URL('../violations/no-time-wait.pcap', import.meta.url))),
    },
  ];
  const recorded = (['truth', 'corpus'] as const).map((name) => ({
    name,
    inputs: sampled(recordedCaptures(name)).map(({ name: path, path: file }) => ({
      path,
      source: openFile(file),
    })),
  }));
  return [{ name: 'captures', inputs }, ...recorded].filter((run) => run.inputs.length > 0);
}
