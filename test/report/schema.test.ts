import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { openFile } from '../../src/capture/sources.ts';
import { sockets } from '../../src/engine/sockets.ts';
import { CLOSE_KINDS } from '../../src/machine/close.ts';
import { PROFILE_NAMES, PROFILES } from '../../src/machine/profile.ts';
import { STATES } from '../../src/machine/state.ts';
import { EVENTS } from '../../src/machine/table.ts';
import { compareWith, KnownFindingsCounter } from '../../src/policy/baseline.ts';
import { compare, THRESHOLDS } from '../../src/policy/compare.ts';
import { formatCompareJson } from '../../src/policy/format-compare.ts';
import { formatJson, formatShowJson } from '../../src/report/formats/format-json.ts';
import { captureLine, connectionLine, summaryLine } from '../../src/report/formats/format-ndjson.ts';
import type { Report } from '../../src/report/report.ts';
import { SOCKET_FORMATS } from '../../src/report/sockets/socket-rows.ts';
import { CAUSES } from '../../src/rules/causes/cause-names.ts';
import { VIOLATION } from '../support/checked-run.ts';
import { reportOf, shownOf } from '../support/ladder-shown.ts';
import { reportUnder } from '../support/with-policy.ts';
import { cleanReport, reportWith, SAMPLE } from './sample-report.ts';

const SCHEMA = JSON.parse(
  readFileSync(new URL('../../src/report/report.schema.json', import.meta.url), 'utf8'),
);
const CAPTURES = new URL('../../captures/', import.meta.url);
const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true });
ajv.addSchema(SCHEMA);

const ABORT = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n+.1 < R. 1:1(0) ack 1\n';

/** What is wrong with a document, one line each. */
function faults(document: unknown, definition = ''): string[] {
  const validate = ajv.getSchema(`${SCHEMA.$id}${definition}`);
  if (!validate) throw new Error(`no schema ${definition}`);
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

function jsonOf(report: Report): unknown {
  return JSON.parse([...formatJson(report)].join(''));
}

function linesOf(report: Report): unknown[] {
  const { connections, ...head } = report;
  const lines = [
    ...connections.map(connectionLine),
    ...report.captures.map((capture, index) => captureLine(capture, index)),
    summaryLine(head),
  ];
  return lines.map((line) => JSON.parse(line));
}

describe('the report schema', () => {
  it.each([
    ['without findings', () => cleanReport(2)],
    ['with findings of every tier', () => reportWith(SAMPLE)],
    ['of nothing', () => reportOf(new Uint8Array(0))],
  ])('holds a report %s, as json and as ndjson', async (_, make) => {
    const report = await make();
    expect(jsonOf(report)).toEqual(JSON.parse(JSON.stringify(report)));
    expect(faults(jsonOf(report))).toEqual([]);
    for (const line of linesOf(report)) expect(faults(line, '#/$defs/line')).toEqual([]);
  });

  it.each(readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name)))(
    'holds the report of %s',
    async (name) => {
      const bytes = readFileSync(new URL(name, CAPTURES));
      const report = await reportOf(bytes);
      expect(faults(jsonOf(report))).toEqual([]);
      const shown = await shownOf(bytes, report.connections[0]?.id ?? 0);
      expect(faults(JSON.parse(formatShowJson(shown)), '#/$defs/show')).toEqual([]);
    },
  );

  it('holds a report under a configuration and against a baseline', async () => {
    const [known, fresh] = [ABORT, VIOLATION].map((text) => `@ connection 1\n${text}`);
    const services = [{ maxResets: 0, noReset: true, closer: 'client' as const }];
    const waivers = [{ rule: 'expected-no-reset', reason: 'x', expires: '2999-01-01' }];
    const rules = { 'rst-on-close': 'suspect' as const };
    const counter = new KnownFindingsCounter(true);
    const report = await reportUnder({ services, waivers, rules }, `${known}\n${fresh?.replace('1', '2')}`);
    for (const { findings, server } of report.connections) {
      for (const finding of findings) counter.count(finding, server);
    }
    const kinds = compareWith({ schema: 'lastack/baseline/1', findings: [] }, counter.baseline());
    const whole = { ...report, baseline: { path: 'known.json', kinds } };
    expect(report.policy?.findings).toHaveLength(1);
    expect(kinds.length).toBeGreaterThan(1);
    expect(faults(jsonOf(whole))).toEqual([]);
    for (const line of linesOf(whole)) expect(faults(line, '#/$defs/line')).toEqual([]);
  });

  it('holds a comparison', async () => {
    const [before, after] = [
      await reportUnder({}, VIOLATION),
      await reportUnder({ services: [{ noReset: true }] }, ABORT),
    ];
    const named = [before, after].map((report) => ({ ...report, path: 'x.pcap' }));
    const [old, now] = named;
    if (!old || !now) throw new Error('no reports');
    for (const by of ['service', 'port'] as const) {
      const thresholds = { ...THRESHOLDS, chance: 1, by };
      const comparison = compare(old, now, thresholds);
      expect(new Set(comparison.changes.map(({ what }) => what))).toContain('kind');
      const text = formatCompareJson(comparison, old, now, thresholds, '0.0.0-test');
      expect(faults(JSON.parse(text), '#/$defs/diff')).toEqual([]);
    }
  });

  it('holds a comparison of totals', async () => {
    const leak =
      '+.1 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n+.1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n';
    const orderly = `${leak}+.01 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;
    const byServer = orderly.replaceAll(
      /([<>]) (F?\.) 1/g,
      (_, way, flags) => `${way === '<' ? '>' : '<'} ${flags} 1`,
    );
    const of = (text: string) =>
      reportUnder(
        {},
        `${Array.from({ length: 20 }, (_, n) => `@ client 10.0.0.1:${40_000 + n}\n${text}`).join('')}+20 > . 2:2(0) ack 2`,
      );
    const [before, after] = [await of(byServer), await of(leak)].map((report) => ({ ...report, path: 'x' }));
    if (!before || !after) throw new Error('no reports');
    const comparison = compare(before, after);
    expect(new Set(comparison.changes.map(({ what }) => what))).toContain('total');
    const text = formatCompareJson(comparison, before, after, THRESHOLDS, '0.0.0-test');
    expect(faults(JSON.parse(text), '#/$defs/diff')).toEqual([]);
  });

  it.each([{}, { list: true }, { every: 1 }])('holds sockets: %j', async (asked) => {
    const path = new URL('sockets-load.pcap', CAPTURES).pathname;
    const report = await sockets([{ path, source: openFile(path) }], {
      profile: PROFILES.linux,
      linger: 60,
      reader: 'lastack',
      toolVersion: '0.0.0-test',
      at: [{ asked: '+5s', kind: 'offset', nanoseconds: 5e9 }],
      ...asked,
    });
    expect(faults(JSON.parse([...SOCKET_FORMATS.json(report)].join('')), '#/$defs/socketReport')).toEqual([]);
    for (const line of SOCKET_FORMATS.ndjson(report)) {
      expect(faults(JSON.parse(line), '#/$defs/socketLine')).toEqual([]);
    }
  });

  it('refuses what the report does not have', async () => {
    const report = await cleanReport(1);
    expect(faults({ ...report, extra: 1 })).toEqual([' must NOT have additional properties']);
    expect(faults({ ...report, schema: 'lastack/report/2' })).toHaveLength(1);
    const [connection] = report.connections;
    expect(faults({ ...report, connections: [{ ...connection, verdict: 'fine' }] })).toHaveLength(1);
  });

  it.each([
    ['state', STATES],
    ['event', EVENTS],
    ['closeKind', CLOSE_KINDS],
    ['profileName', PROFILE_NAMES],
    ['causeName', CAUSES],
  ])('lists every %s that the code knows', (definition, values) => {
    expect(SCHEMA.$defs[definition].enum).toEqual([...values]);
  });
});
