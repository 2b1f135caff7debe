import { describe, expect, it } from 'vitest';
import type { DiagnosticCode } from '../../src/capture/record.ts';
import { exitStatus, type Outcome } from '../../src/cli/exit-status.ts';
import { wantsColour } from '../../src/cli/terminal.ts';
import type { Tier } from '../../src/rules/finding.ts';

function capture(segments: number, ...codes: DiagnosticCode[]): Outcome['captures'][number] {
  const diagnostics = codes.map((code) => ({ code, offset: null, message: 'Something.' }));
  return { path: 'a.pcap', records: segments, segments, diagnostics };
}

function outcome(fields: Partial<Outcome>): Outcome {
  return { captures: [capture(1)], tiers: new Set(), failOn: 'violation', strictInput: false, ...fields };
}

describe('the exit status', () => {
  it.each<[Tier, Outcome['failOn'], number]>([
    ['violation', 'violation', 1],
    ['suspect', 'violation', 0],
    ['suspect', 'suspect', 1],
    ['inconclusive', 'suspect', 0],
    ['inconclusive', 'inconclusive', 1],
    ['note', 'inconclusive', 0],
    ['note', 'note', 1],
    ['violation', 'never', 0],
  ])('of a %s under --fail-on %s is %i', (tier, failOn, code) => {
    expect(exitStatus(outcome({ tiers: new Set([tier]), failOn }))).toEqual({ code });
  });

  it.each<[DiagnosticCode, string]>([
    ['not-a-capture', 'not-a-capture'],
    ['empty', 'not-a-capture'],
    ['link-type-unsupported', 'link-type-unsupported'],
    ['reader-unsupported', 'reader-unsupported'],
    ['compression-corrupt', 'damaged-input'],
    ['ip-fragment', 'no-tcp'],
  ])('is 2 where %s left no segment', (code, failure) => {
    const status = exitStatus(outcome({ captures: [capture(0, code)] }));
    expect(status).toMatchObject({ code: 2, failures: [{ code: failure }] });
  });

  it('is 2 for damage under --strict-input only, whatever was found', () => {
    const captures = [capture(5, 'record-truncated'), capture(5)];
    const tiers = new Set<Tier>(['violation']);
    expect(exitStatus(outcome({ captures, tiers }))).toEqual({ code: 1 });
    expect(exitStatus(outcome({ captures, tiers, strictInput: true }))).toMatchObject({ code: 2 });
    expect(exitStatus(outcome({ captures: [capture(5, 'time-backwards')], strictInput: true }))).toEqual({
      code: 0,
    });
  });
});

describe('colour', () => {
  it.each<[boolean | undefined, NodeJS.ProcessEnv, boolean, boolean]>([
    [undefined, {}, true, true],
    [undefined, {}, false, false],
    [undefined, { TERM: 'dumb' }, true, false],
    [undefined, { NO_COLOR: '1' }, true, false],
    [undefined, { NO_COLOR: '' }, true, true],
    [undefined, { FORCE_COLOR: '1' }, false, true],
    [undefined, { FORCE_COLOR: '0' }, true, false],
    [undefined, { FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
    [true, { NO_COLOR: '1' }, false, true],
    [false, { FORCE_COLOR: '1' }, true, false],
  ])('with option %s, environment %j and terminal %s is %s', (option, environment, terminal, expected) => {
    expect(wantsColour(option, environment, terminal)).toBe(expected);
  });
});
