import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { THRESHOLDS } from '../../src/policy/compare.ts';
import { formatCompare, formatCompareJson } from '../../src/policy/format-compare.ts';
import type { CheckedRun } from '../../src/report/checked-run.ts';
import { formatShowSvg } from '../../src/report/diagram/show-svg.ts';
import { csvHeader, csvLine } from '../../src/report/formats/format-csv.ts';
import { formatGithub, githubSummary } from '../../src/report/formats/format-github.ts';
import { formatGitlab } from '../../src/report/formats/format-gitlab.ts';
import { formatJson } from '../../src/report/formats/format-json.ts';
import { formatJunit } from '../../src/report/formats/format-junit.ts';
import { formatMarkdown } from '../../src/report/formats/format-markdown.ts';
import { captureLine, connectionLine, summaryLine } from '../../src/report/formats/format-ndjson.ts';
import { formatSarif } from '../../src/report/formats/format-sarif.ts';
import { formatTap } from '../../src/report/formats/format-tap.ts';
import { renderShow } from '../../src/report/text/format-show.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { visible } from '../../src/report/visible.ts';
import { checkedLadder, LEAK, VIOLATION } from '../support/checked-run.ts';
import { HOSTILE_TEXTS, harmOf, shownOf } from '../support/hostile-text.ts';
import { policyWith } from '../support/with-policy.ts';

const TWO = `@ connection 1\n${VIOLATION}\n@ connection 2\n@ server 10.0.0.9:80\n${LEAK}`;

/** A run with a text from outside in every field that can have one. */
async function runWith(text: string): Promise<CheckedRun> {
  const waivers = ['missing-fin', 'fin-moved'].map((rule) => ({ rule, reason: text, expires: '2999-01-01' }));
  const run = await checkedLadder(TWO, text, { policy: policyWith({ waivers }), known: true });
  const { report } = run;
  const kind = { fingerprint: text, tier: 'violation', side: null, known: 1, found: 0 } as const;
  const states = ['new', 'vanished', 'more'] as const;
  return {
    ...run,
    fails: ({ tier }) => tier === 'violation',
    options: ['--config', text],
    failures: new Map([[0, `${text}: ${text}`]]),
    report: {
      ...report,
      captures: report.captures.map((capture) => ({
        ...capture,
        diagnostics: [{ code: 'record-truncated' as const, offset: 1, message: text }],
      })),
      policy: { findings: [], ...report.policy, config: text, waivers: hostileWaivers(report, text) },
      baseline: { path: text, kinds: states.map((state) => ({ ...kind, state, rule: text, service: text })) },
      connections: run.found.list.flatMap(({ sample }) => sample?.connection ?? []),
    },
  };
}

function hostileWaivers({ policy }: CheckedRun['report'], where: string) {
  return (policy?.waivers ?? []).map((waiver) => ({ ...waiver, where: `${where} waivers[0]` }));
}

const thresholds = THRESHOLDS;
const COMPARISON = (text: string) => ({
  changes: [
    {
      what: 'service' as const,
      direction: 'worse' as const,
      service: text,
      name: 'gone' as const,
      connections: 1,
      side: null,
    },
  ],
  compared: 1,
  tests: 1,
  unlisted: 0,
});

/** What each format prints of a run. */
const FORMATS: Readonly<Record<string, (run: CheckedRun, text: string) => string>> = {
  text: ({ report }) => formatText(report, { list: 'all' }),
  show: ({ report }, text) => renderShow(shownOf(report, text)),
  svg: ({ report }, text) => formatShowSvg(shownOf(report, text)),
  markdown: formatMarkdown,
  junit: formatJunit,
  tap: (run) => [...formatTap(run)].join(''),
  sarif: (run) => formatSarif(run, { ladderPath: 'l.txt', embed: true }).sarif,
  ladders: (run) => formatSarif(run, { ladderPath: 'l.txt', embed: true }).ladders,
  'job summary': githubSummary,
  gitlab: formatGitlab,
  json: ({ report }) => [...formatJson(report)].join(''),
  ndjson: ({ report }) =>
    [
      ...report.captures.map(captureLine),
      ...report.connections.map(connectionLine),
      summaryLine(report),
    ].join(''),
  csv: ({ report }, text) =>
    [csvHeader(), ...report.connections.map((connection) => csvLine(connection, text))].join(''),
  diff: ({ report }, text) => {
    const named = { ...report, path: text };
    return formatCompare(COMPARISON(text) as never, named, named, thresholds);
  },
  'diff as JSON': ({ report }, text) => {
    const named = { ...report, path: text };
    return formatCompareJson(COMPARISON(text) as never, named, named, thresholds, '0');
  },
};

/** These break lines where text is long. */
const WRAPPED = new Set([
  'text',
  'show',
  'diff',
  'ladders',
  'sarif',
  'junit',
  'tap',
  'markdown',
  'job summary',
]);

describe.each(HOSTILE_TEXTS)('%s', (_, text) => {
  it.each(Object.keys(FORMATS))('does no harm in %s', async (name) => {
    const format = FORMATS[name] as (typeof FORMATS)[string];
    const printed = format(await runWith(text), text);
    expect(harmOf(printed)).toEqual([]);
    // It takes no line of its own, and makes no element.
    const plain = format(await runWith('a.pcap'), 'a.pcap');
    const parts = name === 'junit' ? /<[a-z!]/gi : /\n/g;
    if (!WRAPPED.has(name)) expect(printed.match(parts)?.length).toBe(plain.match(parts)?.length);
  });

  it('is one property or one message in a workflow command', async () => {
    const lines = formatGithub(await runWith(text))
      .trimEnd()
      .split('\n');
    const plain = formatGithub(await runWith('a.pcap'))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(plain.length);
    const heads = (all: readonly string[]) => all.map((line) => /^\s*::\w+ ?/.exec(line)?.[0]);
    expect(heads(lines)).toEqual(heads(plain));
    expect(harmOf(lines.filter((line) => !line.startsWith('::')).join('\n'))).toEqual([]);
    for (const line of lines.filter((one) => one.startsWith('::'))) {
      expect(line).toMatch(/^::error (file=[^:,]*,)?(title=[^:,]*)?::[^\r\n]*$|^::error::[^\r\n]*$/);
    }
  });

  it('comes back from JSON as it was', async () => {
    const run = await runWith(text);
    const { report } = run;
    expect(JSON.parse([...formatJson(report)].join(''))).toEqual(JSON.parse(JSON.stringify(report)));
  });

  it('is one cell of CSV that no spreadsheet computes', async () => {
    const [connection] = (await runWith(text)).report.connections;
    const row = connection ? csvLine(connection, text) : '';
    expect(row).not.toMatch(/(^|,)"?[=+@\t\r]|(^|,)"?-(?!\d)/);
  });

  it('is read by strict parsers of TAP as a name', async () => {
    const parser = new Parser({ strict: true });
    const names: string[] = [];
    parser.on('assert', ({ name }) => names.push(name));
    parser.end([...formatTap(await runWith(text))].join(''));
    expect(names[0]).toBe(`${visible(text)} can be read`);
    expect((parser.results?.failures ?? []).filter((one) => 'tapError' in one && one.tapError)).toEqual([]);
  });
});

describe('text that is made visible', () => {
  it.each([
    ['a.pcap', 'a.pcap'],
    ['Grüße, 日本, 🚀 👩‍🚀', 'Grüße, 日本, 🚀 👩‍🚀'],
    ['::1 and ::ffff:10.0.0.1 and fd00::1', '::1 and ::ffff:10.0.0.1 and fd00::1'],
    ['a\n::error::x', 'a\\n::error::x'],
    ['a ::add-mask::x', 'a \\x3a:add-mask::x'],
    ['##vso[task.x]y', '\\x23#vso[task.x]y'],
    ['\u001b[31m\u009b\u202e\ud800', '\\x1b[31m\\x9b\\u202e\\ud800'],
  ])('%j is %j', (text, expected) => {
    expect(visible(text)).toBe(expected);
    expect(visible(visible(text))).toBe(visible(text));
  });
});
