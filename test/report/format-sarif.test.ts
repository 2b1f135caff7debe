import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { formatSarif } from '../../src/report/formats/format-sarif.ts';
import {
  CLEAN,
  CUT,
  checkedLadder,
  checkedRun,
  HOSTILE,
  LEAK,
  recordedRuns,
  VIOLATION,
} from '../support/checked-run.ts';
import { policyWith } from '../support/with-policy.ts';

const {
  id,
  $schema: _,
  ...schema
} = JSON.parse(readFileSync(new URL('schemas/sarif-2.1.0.schema.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
ajv.addFormat('uri', (text) => URL.canParse(text));
ajv.addFormat(
  'uri-reference',
  (text) => /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/.test(text) && URL.canParse(text, 'x:/'),
);
ajv.addFormat('date-time', (text) => !Number.isNaN(Date.parse(text)));
// The published schema is of draft 4, which differs from draft 7 in nothing that it uses but the name of its id.
const validate = ajv.compile({ ...schema, $id: id });

interface Step {
  readonly location: { readonly message: { readonly text: string } };
}

interface Result {
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}

type Run = Awaited<ReturnType<typeof checkedRun>>;

function sarifOf(run: Run, embed = false) {
  const { sarif, ladders } = formatSarif(run, { ladderPath: 'out/r.sarif.ladders.txt', embed });
  const log = JSON.parse(sarif);
  return { log, run: log.runs[0], results: log.runs[0].results, ladders, text: sarif };
}

function faults(log: unknown): string[] {
  validate(log);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** What a region covers of the ladder file. */
function covered(
  ladders: string,
  { startLine, startColumn, endLine, endColumn }: Record<string, number>,
): string {
  const lines = ladders.split('\n').slice((startLine ?? 0) - 1, endLine);
  const last = lines.pop() ?? '';
  expect(endColumn).toBeLessThanOrEqual(last.length + 1);
  return [...lines, last.slice(0, (endColumn ?? 0) - 1)].join('\n').slice((startColumn ?? 0) - 1);
}

describe('SARIF 2.1.0', () => {
  it('is valid under a configuration and against a baseline, and says what those made of the findings', async () => {
    const waiver = { rule: 'missing-fin', reason: 'It is being mended', expires: '2999-01-01' };
    const policy = policyWith({ services: [{ closer: 'server', maxResets: 0 }], waivers: [waiver] });
    for (const known of [false, true]) {
      const { log, results } = sarifOf(await checkedLadder(LEAK, 'a.pcap', { policy, known }));
      expect(faults(log)).toEqual([]);
      expect(results).toContainEqual(
        expect.objectContaining({
          ruleId: 'expected-closer',
          level: 'error',
          ...(known && { baselineState: 'unchanged' }),
        }),
      );
      expect(results).toContainEqual(
        expect.objectContaining({
          ruleId: 'missing-fin',
          level: 'note',
          suppressions: [{ kind: 'external', status: 'accepted', justification: 'It is being mended' }],
        }),
      );
    }
  });

  it.each([
    ['a clean capture', () => checkedLadder(CLEAN)],
    ['a violation', () => checkedLadder(VIOLATION)],
    ['a hostile name', () => checkedLadder(VIOLATION, HOSTILE)],
    ['standard input', () => checkedLadder(LEAK, '-')],
    ['nothing', () => checkedRun([{ path: 'x', source: fromBytes(new Uint8Array(9)) }])],
    ['what was left out', () => checkedLadder(LEAK, 'a.pcap', { most: 1 })],
    ['a failure', () => checkedLadder('', 'a.pcap', { failures: new Map([[0, 'No packet in it.']]) })],
  ])('is valid for %s, with the ladders beside it and within it', async (_, make) => {
    const run = await make();
    expect(faults(sarifOf(run).log)).toEqual([]);
    expect(faults(sarifOf(run, true).log)).toEqual([]);
  });

  it('is refused by the schema where it is wrong', async () => {
    const { log } = sarifOf(await checkedLadder(VIOLATION));
    log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
    expect(faults(log)).toHaveLength(1);
    log.runs[0].artifacts[1].location.uri = 'not a uri';
    expect(faults(log)).toHaveLength(2);
  });

  it.each(recordedRuns())(
    'of $name is valid, within the limits of GitHub, and every place is there',
    async ({ inputs }) => {
      const { log, results, ladders, text, run } = sarifOf(await checkedRun(inputs));
      expect(faults(log)).toEqual([]);
      expect(results.length).toBeGreaterThan(0);
      expect(results.length).toBeLessThanOrEqual(5000);
      expect(gzipSync(text).length).toBeLessThan(10_000_000);
      const prints = (results as Result[]).map(({ partialFingerprints }) => partialFingerprints);
      const hashes = prints.map(({ primaryLocationLineHash }) => primaryLocationLineHash);
      expect(new Set(hashes).size).toBe(hashes.length);
      for (const result of results) {
        expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
        const [{ physicalLocation }] = result.locations;
        expect(physicalLocation.artifactLocation).toEqual({ uri: 'out/r.sarif.ladders.txt', index: 0 });
        expect(covered(ladders, physicalLocation.region)).toContain(
          `^ ${result.properties.tier} ${result.ruleId}: `,
        );
        expect(physicalLocation.region.snippet.text).toBe(covered(ladders, physicalLocation.region));
        const [related] = result.relatedLocations;
        expect(run.artifacts[related.physicalLocation.artifactLocation.index].roles).toEqual([
          'analysisTarget',
        ]);
        const steps = result.codeFlows?.[0].threadFlows[0].locations ?? [];
        expect(steps.length).toBeLessThanOrEqual(1000);
        for (const { location } of steps) {
          expect(
            location.message.text.endsWith(covered(ladders, location.physicalLocation.region).trim()),
          ).toBe(true);
        }
      }
    },
  );

  it('says how bad a finding is, and what the packets are', async () => {
    const [violation] = sarifOf(await checkedLadder(VIOLATION)).results;
    expect(violation).toMatchObject({
      ruleId: 'data-after-fin',
      level: 'error',
      occurrenceCount: 1,
      partialFingerprints: { primaryLocationLineHash: expect.stringMatching(/^[0-9a-f]{16}:1$/) },
    });
    const steps = violation.codeFlows[0].threadFlows[0].locations;
    expect(steps.map(({ location }: Step) => location.message.text)).toEqual([
      expect.stringMatching(/^frame 4: 4 \+1\.0+ > F\./),
      expect.stringMatching(/^frame 6: 6 .* > P\. {2}2:102\(100\)/),
    ]);
    expect(sarifOf(await checkedLadder(LEAK)).results[0]).toMatchObject({ level: 'warning' });
    expect(sarifOf(await checkedLadder(CUT)).results[0]).toMatchObject({ level: 'note' });
  });

  it('has the ladders in it where nothing can stand beside it', async () => {
    const { run, ladders } = sarifOf(await checkedLadder(VIOLATION), true);
    expect(run.artifacts[0].contents.text).toBe(ladders);
    expect(sarifOf(await checkedLadder(VIOLATION)).run.artifacts[0].contents).toBeUndefined();
  });

  it('says what was left out and what failed', async () => {
    const { run } = sarifOf(
      await checkedLadder(LEAK, 'a.pcap', { most: 1, failures: new Map([[0, 'No.']]) }),
    );
    expect(run.invocations[0]).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [
        { level: 'error', message: { text: 'No.' } },
        { level: 'warning', message: { text: expect.stringMatching(/^Left out, .* \d+ notes?\.$/) } },
      ],
    });
  });

  it('explains every rule, in texts as long as GitHub shows', async () => {
    const { rules } = sarifOf(await checkedLadder(CLEAN)).run.tool.driver;
    for (const rule of rules) {
      expect(rule.shortDescription.text.length).toBeLessThanOrEqual(1024);
      expect(rule.fullDescription.text.length).toBeLessThanOrEqual(1024);
      expect(rule.help.text).toContain('What to do: ');
      expect(rule.properties.tags.length).toBeLessThanOrEqual(10);
    }
  });
});
