import { describe, expect, it } from 'vitest';
import { CLOSE_KINDS, CLOSERS } from '../../src/machine/close.ts';
import { STATES } from '../../src/machine/state.ts';
import { VERDICTS } from '../../src/report/report.ts';
import { ALL_RULES } from '../../src/rules/all-rules.ts';
import { CAUSES } from '../../src/rules/causes/cause-names.ts';
import { TIERS } from '../../src/rules/finding.ts';
import { lastack } from './run.ts';

describe('lastack explain', () => {
  const words = [
    ...ALL_RULES.map(({ id }) => id),
    ...[...STATES, ...CAUSES, ...CLOSE_KINDS, ...CLOSERS, ...VERDICTS, ...TIERS, 'neither', 'assumed'],
  ];
  it.each([...new Set(words)])('knows %s, which a report prints', async (word) => {
    const { status, stdout, stderr } = await lastack(['explain', word]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/\n\nWhat\n {2}\S.*\n/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('tells all that a word means', async () => {
    const { stdout } = await lastack(['explain', 'Half_Close']);
    expect(stdout).toMatch(/^half-close\nnote · RFC 9293/);
    expect(stdout).toMatch(/\n\nhalf-close\nhow a connection closed\n/);
  });

  it('suggests the word that was meant', async () => {
    const { status, stderr } = await lastack(['explain', 'suspct']);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: 'error[unknown-rule]: No report has the word suspct. Did you mean suspect?\n',
    });
  });
});
