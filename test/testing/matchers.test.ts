import { stripVTControlCharacters } from 'node:util';
import { expect as jestExpect } from 'expect';
import { describe, expect, it } from 'vitest';
import { type CloseMatchers, matchers } from '../../src/matchers.ts';
import '../../src/vitest.ts';

declare module 'expect' {
  interface Matchers<R> extends CloseMatchers {}
}
jestExpect.extend(matchers);

const FOLDER = new URL('../../captures/', import.meta.url).pathname;
const CLEAN = `${FOLDER}three-way.pcap`;
const ABORTED = `${FOLDER}killed-with-unread-data.pcap`;

/** What the runner says, without its colours. */
async function messageOf(assertion: Promise<void>): Promise<string> {
  const error = await assertion.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it holds');
  return stripVTControlCharacters(error.message);
}

describe.each([
  ['Vitest', expect],
  ['Jest', jestExpect],
] as const)('the matchers in %s', (_, within) => {
  it('hold, as do their negations', async () => {
    await within(CLEAN).toCloseCleanly();
    await within(ABORTED).not.toCloseCleanly();
    await within(ABORTED).toHaveFinding('rst-on-close', { side: 'server' });
    await within(ABORTED).not.toHaveFinding('rst-on-close', { side: 'client' });
    await within(CLEAN).toBeClosedBy('client');
    await within(CLEAN).not.toBeClosedBy('server');
  });

  it('fail with the hint of the runner and a ladder', async () => {
    const text = await messageOf(within(ABORTED).toCloseCleanly({ port: 5432 }));
    expect(text).toMatch(
      /^expect\(capture\)\.toCloseCleanly\(\{"port":5432\}\)\n\nThe only connection to port 5432 did/,
    );
    expect(text).toContain('@ client 10.9.0.1:34944');
    const negated = await messageOf(within(ABORTED).not.toHaveFinding('rst-on-close'));
    expect(negated).toMatch(/^expect\(capture\)\.not\.toHaveFinding\("rst-on-close"\)\n/);
    expect(negated).toContain('// ^ note rst-on-close');
  });

  it('fail for nothing, negated or not', async () => {
    const nothing = /No connection to port 81 in .*; there are some to 10\.9\.0\.2:5432 \(1\)/;
    expect(await messageOf(within(ABORTED).toCloseCleanly({ port: 81 }))).toMatch(nothing);
    expect(await messageOf(within(ABORTED).not.toCloseCleanly({ port: 81 }))).toMatch(nothing);
    expect(await messageOf(within(ABORTED).not.toHaveFinding('rst-on-close', { port: 81 }))).toMatch(nothing);
    expect(await messageOf(within(ABORTED).not.toBeClosedBy('client', { port: 81 }))).toMatch(nothing);
  });

  it('are typed, and tell what is written wrongly whether negated or not', async () => {
    // @ts-expect-error there is no such option
    expect(await messageOf(within(CLEAN).not.toCloseCleanly({ prot: 1 }))).toContain('Did you mean port?');
    // @ts-expect-error there is no such closer
    expect(await messageOf(within(CLEAN).not.toBeClosedBy('sever'))).toContain('The closer must be');
    expect(await messageOf(within(CLEAN).not.toHaveFinding('half-clos'))).toContain(
      'Did you mean half-close',
    );
    expect(await messageOf(within(42).not.toCloseCleanly())).toContain('not a number');
  });
});
