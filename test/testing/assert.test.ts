import { AssertionError } from 'node:assert';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  assertClosesCleanly,
  assertDoesNotCloseCleanly,
  assertHasFinding,
  assertHasNoFinding,
  assertIsClosedBy,
  assertIsNotClosedBy,
  UsageError,
} from '../../src/assert.ts';
import { check, InputError, PROFILES } from '../../src/index.ts';
import { ladder } from '../support/ladder.ts';

const FOLDER = new URL('../../captures/', import.meta.url).pathname;
const CLEAN = `${FOLDER}three-way.pcap`;
const ABORTED = `${FOLDER}killed-with-unread-data.pcap`;
const MANY = `${FOLDER}short-connections-300.pcap`;

async function thrown(assertion: Promise<void>): Promise<Error> {
  const error = await assertion.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it holds');
  return error;
}

/** Why an assertion does not hold. */
async function refusal(assertion: Promise<void>): Promise<string> {
  const error = await thrown(assertion);
  expect(error).toBeInstanceOf(AssertionError);
  return error.message;
}

describe('an assertion about a capture', () => {
  it('holds in silence', async () => {
    await assertClosesCleanly(CLEAN);
    await assertDoesNotCloseCleanly(ABORTED);
    await assertHasFinding(ABORTED, 'rst-on-close', { side: 'server', tier: 'note' });
    await assertHasNoFinding(CLEAN, 'rst-on-close');
    await assertHasNoFinding(ABORTED, 'rst-on-close', { side: 'client' });
    await assertHasNoFinding(ABORTED, 'rst-on-close', { tier: 'violation' });
    await assertIsClosedBy(CLEAN, 'client');
    await assertIsNotClosedBy(MANY, 'client');
  });

  it('is about every connection, or those of the service that is named', async () => {
    const byPort = await refusal(assertClosesCleanly(MANY, { port: 8080 }));
    expect(byPort).toMatch(/^\d+ of 42 connections to port 8080 did not close cleanly\.\n/);
    const both = { port: 8080, address: '10.9.0.2' };
    expect(await refusal(assertClosesCleanly(MANY, both))).toMatch(
      /of 42 connections to 10\.9\.0\.2 port 8080/,
    );
    await assertClosesCleanly(MANY, { clientPort: 40_000 });
    await assertClosesCleanly(`${FOLDER}ipv6-four-way.pcap`, { address: 'FD00:9:0::0:2' });
  });

  it('shows the first offenders with their ladders, in which the finding stands, and lists others', async () => {
    const text = await refusal(assertClosesCleanly(ABORTED));
    expect(text).toContain('The only connection did not close cleanly.');
    expect(text).toContain('Not clean: abort is no close');
    expect(text).toContain('10 +0.361937 < R.  52:52(0) ack 117 win 64 // CLOSED?      CLOSED');
    expect(text).toContain('// ^ note rst-on-close: The server ended the connection');
    expect(text.replaceAll(/\s+(\/\/)?\s*/g, ' ')).toContain('(RFC 9293 3.6.1 (SHLD-3), 3.10.5; frame 10)');
    expect(text).toContain(`npx lastack show ${ABORTED} --connection 0`);
    expect(text.split('\n').filter((line) => line.length > 80 && !line.includes('npx'))).toEqual([]);

    const many = await refusal(assertHasNoFinding(MANY, 'three-way-close'));
    expect(many).toContain('60 of 300 connections: finding three-way-close.');
    expect(many.match(/^@ client/gm)).toHaveLength(2);
    expect(many.match(/^#\d+ [^\n]*three-way by client; note three-way-close \(server\)$/gm)).toHaveLength(8);
    expect(many).toMatch(/\n… and 50 more connections$/);
  });

  it('says what there is where a finding is missing, with the first connection', async () => {
    const text = await refusal(assertHasFinding(ABORTED, 'rst-on-close', { side: 'client' }));
    expect(text).toMatch(/^The only connection: no finding rst-on-close \(client\)\. There are: note/);
    expect(text).toContain('@ client');
    expect(await refusal(assertHasFinding(`${FOLDER}left-open.pcap`, 'missing-fin'))).toContain(
      'There are no findings at all.',
    );
  });

  it('says how they closed where they should not have', async () => {
    expect(await refusal(assertDoesNotCloseCleanly([CLEAN, CLEAN]))).toBe(
      'All 2 connections closed cleanly (three-way 2).',
    );
    expect(await refusal(assertIsNotClosedBy(CLEAN, 'client'))).toBe(
      'The only connection was closed first by the client (three-way 1).',
    );
    expect(await refusal(assertIsClosedBy(CLEAN, 'server', { port: 443 }))).toMatch(
      /^(The only|No) connection/,
    );
  });

  it('never holds for nothing, and neither does its negation', async () => {
    const nothing = { port: 81 };
    for (const assertion of [
      assertClosesCleanly(MANY, nothing),
      assertDoesNotCloseCleanly(MANY, nothing),
      assertHasFinding(MANY, 'rst-on-close', nothing),
      assertHasNoFinding(MANY, 'rst-on-close', nothing),
      assertIsClosedBy(MANY, 'client', nothing),
      assertIsNotClosedBy(MANY, 'client', nothing),
    ]) {
      expect(await refusal(assertion)).toMatch(
        /^No connection to port 81 in .*, so there is nothing to assert; there are some to 10\.9\.0\.2:443 \(129\), /,
      );
    }
    expect(await refusal(assertClosesCleanly([]))).toBe(
      'No capture was given, so there is nothing to assert.',
    );
    const empty = readFileSync(CLEAN).subarray(0, 24);
    expect(await refusal(assertClosesCleanly(empty))).toBe(
      'No connection in <bytes>, so there is nothing to assert at all.',
    );
  });

  it('does not hold where there are more or fewer connections than were expected', async () => {
    await assertClosesCleanly([CLEAN, CLEAN], { connections: 2 });
    expect(await refusal(assertClosesCleanly(CLEAN, { connections: 2 }))).toBe(
      `Expected 2 connections in ${CLEAN}, and there is 1 (three-way 1).`,
    );
  });

  it('does not rest on a damaged capture unless that is allowed', async () => {
    const bytes = readFileSync(`${FOLDER}four-way-client-first.pcap`);
    const cut = bytes.subarray(0, -5);
    for (const assertion of [assertClosesCleanly(cut), assertHasNoFinding(cut, 'rst-on-close')]) {
      expect(await refusal(assertion)).toMatch(/^The capture cannot be trusted: <bytes>: .*allowDamaged/);
    }
    await assertHasNoFinding(cut, 'rst-on-close', { allowDamaged: true });
    const text = await refusal(assertClosesCleanly(Buffer.from('no packets'), { allowDamaged: true }));
    expect(text).toMatch(/^No connection in <bytes>/);
    expect(await refusal(assertClosesCleanly(Buffer.from('no packets')))).not.toMatch(/allowDamaged/);
  });

  it('takes a report that lists every connection; the ladders are then left to show', async () => {
    const report = await check(ABORTED);
    const text = await refusal(assertClosesCleanly(report));
    expect(text).toContain('note rst-on-close (server): The server ended the connection');
    expect(text).not.toContain('@ client');
    await assertHasFinding(JSON.parse(JSON.stringify(report)), 'rst-on-close');
  });

  it('gives no command that draws what has no path', async () => {
    expect(await refusal(assertClosesCleanly(readFileSync(ABORTED)))).not.toContain('npx');
  });

  it('checks by the profile and the linger that are asked for, and says so in the command', async () => {
    const leak = `${FOLDER}close-wait-leak.pcap`;
    await assertHasFinding(leak, 'missing-fin', { tier: 'suspect', profile: 'linux' });
    await assertHasNoFinding(leak, 'missing-fin', { tier: 'suspect', linger: 600, profile: PROFILES.linux });
    const text = await refusal(assertClosesCleanly(leak, { linger: 600, profile: 'linux' }));
    expect(text).toContain(`show ${leak} --connection 0 --profile linux --linger 600`);
  });

  it('takes either side for the server where roles are a guess', async () => {
    const midStream = ladder(
      '+0 > P. 1:9(8) ack 1\n+1 > F. 9:9(0) ack 1\n+0 < F. 1:1(0) ack 10\n+0 > . 10:10(0) ack 2\n',
    );
    await assertClosesCleanly(midStream, { port: 80 });
    await assertClosesCleanly(midStream, { port: 40_000 });
    expect(await refusal(assertClosesCleanly(midStream, { port: 40_000, clientPort: 40_000 }))).toMatch(
      /^No con/,
    );
  });
});

describe('an assertion that is written wrongly', () => {
  it.each([
    ['unknown-rule', () => assertHasFinding(CLEAN, 'rst-on-closs'), 'Did you mean rst-on-close?'],
    ['unknown-rule', () => assertHasNoFinding(CLEAN, 'zzzzzzzz'), 'lastack rules lists them.'],
    [
      'unknown-rule',
      () => assertClosesCleanly(CLEAN, { ignore: ['missing-fins'] }),
      'Did you mean missing-fin',
    ],
    ['unknown-option', () => assertClosesCleanly(CLEAN, JSON.parse('{"prot":80}')), 'Did you mean port?'],
    [
      'unknown-option',
      () => assertHasFinding(CLEAN, 'half-close', JSON.parse('{"zzzzzzzz":1}')),
      'There are port',
    ],
    ['invalid-value', () => assertClosesCleanly(CLEAN, { port: 65_536 }), 'from 1 to 65535, not 65536'],
    ['invalid-value', () => assertClosesCleanly(CLEAN, JSON.parse('{"port":"80"}')), 'not "80"'],
    ['invalid-value', () => assertClosesCleanly(CLEAN, { address: '10.0.0' }), 'an IPv4 or IPv6 address'],
    ['invalid-value', () => assertClosesCleanly(CLEAN, { connections: 0 }), 'a whole number from 1'],
    [
      'invalid-value',
      () => assertClosesCleanly(CLEAN, JSON.parse('{"allow":["opened"]}')),
      'a list of four-way',
    ],
    ['invalid-value', () => assertIsClosedBy(CLEAN, JSON.parse('"sever"')), 'client, server, both or none'],
    ['invalid-value', () => assertClosesCleanly(CLEAN, JSON.parse('{"profile":"solaris"}')), 'rfc9293'],
  ] as const)('is told apart, %s: %#', async (code, assertion, hint) => {
    const error = await thrown(assertion());
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ code, message: expect.stringContaining(hint) });
  });

  it('is one that asks a report for another check, or for connections that it does not list', async () => {
    const report = await check(ABORTED);
    expect(await thrown(assertClosesCleanly(report, { linger: 5 }))).toMatchObject({ code: 'report-unfit' });
    const unlisted = await check(ABORTED, { connections: 'none' });
    expect(await thrown(assertClosesCleanly(unlisted))).toMatchObject({
      code: 'report-unfit',
      message: "The report lists 0 of 1 connections; make it with { connections: 'all' }.",
    });
  });

  it('is one of a capture that cannot be opened', async () => {
    expect(await thrown(assertClosesCleanly(`${FOLDER}none.pcap`))).toBeInstanceOf(InputError);
    expect(await thrown(assertClosesCleanly(FOLDER))).toMatchObject({ code: 'is-a-folder' });
  });
});
