import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { formatGitlab } from '../../src/report/formats/format-gitlab.ts';
import { CLEAN, checkedLadder, checkedRun, recordedRuns, VIOLATION } from '../support/checked-run.ts';

const validate = new Ajv2020({ strict: true }).compile(
  JSON.parse(readFileSync(new URL('schemas/gitlab-code-quality.schema.json', import.meta.url), 'utf8')),
);

describe('GitLab Code Quality', () => {
  it.each(recordedRuns())('of $name is valid, with each fingerprint once', async ({ inputs }) => {
    const entries = JSON.parse(formatGitlab(await checkedRun(inputs)));
    expect(entries.length).toBeGreaterThan(0);
    validate(entries);
    expect(validate.errors ?? []).toEqual([]);
    const prints = entries.map(({ fingerprint }: { fingerprint: string }) => fingerprint);
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('names the capture without ./ and the first frame', async () => {
    const [entry] = JSON.parse(formatGitlab(await checkedLadder(VIOLATION, './traffic/a.pcap')));
    expect(entry).toMatchObject({
      check_name: 'data-after-fin',
      severity: 'critical',
      location: { path: 'traffic/a.pcap', lines: { begin: 4 } },
    });
    expect(JSON.parse(formatGitlab(await checkedLadder(CLEAN)))).toEqual([]);
  });
});
