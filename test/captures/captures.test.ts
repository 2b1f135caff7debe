import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/rules/finding.ts';
import { connectionsOf, type Judged } from '../support/connections.ts';

const FOLDER = new URL('../../captures/', import.meta.url).pathname;

interface Expected {
  readonly kind?: string;
  readonly closer?: string;
  readonly client?: string;
  readonly server?: string;
  readonly verdict?: string;
  readonly findings?: readonly string[];
}

interface ExpectedSummary {
  readonly summary: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
}

const expected = JSON.parse(readFileSync(`${FOLDER}expected.json`, 'utf8')) as Record<
  string,
  readonly Expected[] | ExpectedSummary
>;

const files = readdirSync(FOLDER).filter((name) => /\.pcap(ng)?$/.test(name));

describe('the project’s own captures of a real kernel', () => {
  it('are all described, and all that is described is there', () => {
    expect(Object.keys(expected).sort()).toEqual(files.sort());
  });

  it.each(files)('%s ends as expected', async (name) => {
    const { connections } = await connectionsOf(FOLDER + name);
    const wanted = expected[name];
    if (wanted === undefined) throw new Error(`${name} is not in expected.json`);
    if ('summary' in wanted) expect(summarise(connections)).toEqual(wanted.summary);
    else expect(connections.map((judged, n) => seen(judged, wanted[n] ?? {}))).toEqual(wanted);
  });
});

describe('a recording of a client that keeps no TIME_WAIT', () => {
  it('is a violation, and blames the client', async () => {
    const path = new URL('../violations/no-time-wait.pcap', import.meta.url).pathname;
    const { connections } = await connectionsOf(path);
    expect(
      connections.map(({ connection, findings }) => [connection.close.kind, findings.map(nameOf)]),
    ).toEqual([['four-way', ['time-wait-cut-short:client', 'fin-retransmitted:server']]]);
    expect(connections.flatMap(({ findings }) => findings.map(({ tier }) => tier))).toEqual([
      'violation',
      'note',
    ]);
  });
});

/** What was found, in the words of `expected.json`, for the keys that it has. */
function seen({ connection, findings }: Judged, wanted: Expected): Expected {
  const { close, replay } = connection;
  const all: Required<Expected> = {
    kind: close.kind,
    closer: close.closer,
    client: replay.final.client,
    server: replay.final.server,
    verdict: verdictOf(findings),
    findings: inOrderOf(wanted.findings ?? [], findings.map(nameOf)),
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => key in wanted));
}

function nameOf({ rule, side }: Finding): string {
  return side === null ? rule : `${rule}:${side}`;
}

/** A finding is written without its side where that is left open; the order of findings does not matter. */
function inOrderOf(wanted: readonly string[], found: readonly string[]): string[] {
  const named = found.map(
    (name) => wanted.find((want) => want === name || name.startsWith(`${want}:`)) ?? name,
  );
  const rank = (name: string): number => (wanted.includes(name) ? wanted.indexOf(name) : wanted.length);
  return named.sort((a, b) => rank(a) - rank(b));
}

function verdictOf(findings: readonly Finding[]): string {
  const tiers = ['violation', 'suspect', 'inconclusive'] as const;
  return tiers.find((tier) => findings.some((finding) => finding.tier === tier)) ?? 'conformant';
}

function summarise(connections: readonly Judged[]): ExpectedSummary['summary'] {
  const count = (names: readonly string[], zero: readonly string[] = []): Record<string, number> => {
    const counts = Object.fromEntries(zero.map((name) => [name, 0]));
    for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
    return counts;
  };
  const all = connections.map(({ connection }) => connection);
  return {
    connections: all.length,
    closes: count(all.map(({ close }) => close.kind)),
    closers: count(
      all.map(({ close }) => close.closer),
      ['client', 'server', 'both', 'none'],
    ),
    finals: count(all.map(({ replay }) => `${replay.final.client}/${replay.final.server}`)),
    verdicts: count(
      connections.map(({ findings }) => verdictOf(findings)),
      ['conformant', 'violation', 'suspect', 'inconclusive'],
    ),
    findings: count(connections.flatMap(({ findings }) => findings.map(({ rule }) => rule))),
  };
}
