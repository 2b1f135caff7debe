import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { formatJunit } from '../../src/report/formats/format-junit.ts';
import { EXPECTATION_RULES } from '../../src/rules/expectation-rules.ts';
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
import { ladder } from '../support/ladder.ts';

const SCHEMA = fileURLToPath(new URL('schemas/junit.xsd', import.meta.url));
const hasXmllint = spawnSync('xmllint', ['--version']).error === undefined;
if (!hasXmllint) console.warn('skipped: no xmllint (Debian: libxml2-utils) to hold JUnit XML to its schema');

/** What xmllint has to say of a document against the schema; empty where it is valid. */
function faults(xml: string): string {
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--schema', SCHEMA, '-'], {
    input: xml,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

/** The elements of one test. */
function testOf(xml: string, name: string): string {
  return (
    new RegExp(
      `<testcase classname="[^"]*" name="${name} at 10\\.0\\.0\\.2:80".*?(?:/>\n|</testcase>)`,
      's',
    ).exec(xml)?.[0] ?? ''
  );
}

describe('JUnit XML', () => {
  it.skipIf(!hasXmllint).each([
    ['a clean capture', () => checkedLadder(CLEAN)],
    ['a violation', () => checkedLadder(VIOLATION)],
    ['a hostile name', () => checkedLadder(VIOLATION, HOSTILE)],
    [
      'the same capture twice',
      () => checkedRun(['a', 'a'].map((path) => ({ path, source: fromBytes(ladder(CLEAN)) }))),
    ],
    ['nothing', () => checkedRun([{ path: '-', source: fromBytes(new Uint8Array(0)) }])],
    [
      'a failure',
      () =>
        checkedRun([{ path: 'x', source: fromBytes(new Uint8Array(9)) }], {
          failures: new Map([[0, 'No.']]),
        }),
    ],
  ])('is valid for %s', async (_, make) => {
    expect(faults(formatJunit(await make()))).toBe('');
  });

  it.skipIf(!hasXmllint).each(recordedRuns())('is valid for $name', async ({ inputs }) => {
    expect(faults(formatJunit(await checkedRun(inputs, { failOn: 'note' })))).toBe('');
  });

  it.skipIf(!hasXmllint)('is refused by the schema when a name is used twice', async () => {
    const xml = formatJunit(await checkedLadder(VIOLATION));
    expect(
      faults(xml.replaceAll('all other rules', 'data-after-fin').replaceAll('other-rules', 'data-after-fin')),
    ).toContain('unique');
  });

  it('fails what fails the run, skips what cannot be decided, and passes the rest', async () => {
    expect(testOf(formatJunit(await checkedLadder(VIOLATION)), 'data-after-fin')).toMatch(
      /<failure type="violation" message="The client sent 100 bytes.*lastack show ladder\.pcap --connection 0.*&gt; F\./s,
    );
    const leak = (failOn: 'violation' | 'suspect') => checkedLadder(LEAK, 'a.pcap', { failOn });
    expect(testOf(formatJunit(await leak('violation')), 'missing-fin')).toMatch(/\/>\n$/);
    expect(formatJunit(await leak('violation'))).toMatch(/<system-out>.*suspect missing-fin/s);
    expect(testOf(formatJunit(await leak('suspect')), 'missing-fin')).toContain('<failure type="suspect"');
    expect(testOf(formatJunit(await checkedLadder(CUT)), 'missing-fin')).toContain('<skipped message="');
  });

  it('has a test for each rule that found something, and one for all others at every service', async () => {
    const tests = (xml: string) => [
      ...xml.matchAll(/<testcase classname="(?!lastack\.captures)[^"]*" name="([^"]*)"/g),
    ];
    expect(tests(formatJunit(await checkedLadder(CLEAN))).map(([, name]) => name)).toEqual([
      'all other rules at 10.0.0.2:80',
    ]);
    expect(tests(formatJunit(await checkedLadder(VIOLATION))).map(([, name]) => name)).toEqual([
      'data-after-fin at 10.0.0.2:80',
      'all other rules at 10.0.0.2:80',
    ]);
  });

  it('has a test for what a configuration expects, met or not', async () => {
    const rules = [EXPECTATION_RULES.longestClose];
    const xml = formatJunit({ ...(await checkedLadder(CLEAN)), rules });
    expect(testOf(xml, 'expected-duration')).toMatch(/\/>\n$/);
  });

  it('counts what it lists', async () => {
    const [, suite = ''] = formatJunit(await checkedLadder(VIOLATION))
      .split('<testsuite ')
      .slice(1);
    const tests = suite.match(/<testcase /g)?.length;
    expect(suite).toMatch(
      new RegExp(`name="10.0.0.2:80" .*tests="${tests}" failures="1" errors="0" skipped="0"`),
    );
  });
});
