import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { formatGithub, githubSummary } from '../../src/report/formats/format-github.ts';
import { visible } from '../../src/report/visible.ts';
import { CLEAN, CUT, checkedLadder, checkedRun, HOSTILE, LEAK, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';

/** What the runner makes of a line, as its documentation says: a command, its properties and its message, unescaped. */
function parse(line: string) {
  const [, name, list = '', message = ''] = /^::(\w+)(?: ([^:]*))?::(.*)$/.exec(line) ?? [];
  const decode = (text: string): string =>
    text
      .replaceAll('%2C', ',')
      .replaceAll('%3A', ':')
      .replaceAll('%0D', '\r')
      .replaceAll('%0A', '\n')
      .replaceAll('%25', '%');
  const properties = list
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split('=', 2));
  return {
    name,
    properties: Object.fromEntries(properties.map(([key, value]) => [key, decode(value ?? '')])),
    message: decode(message),
  };
}

/** `count` services that violate, and as many that leak. */
function manyServices(count: number): string {
  const blocks = Array.from({ length: count }, (_, n) => [
    `@ connection ${n + 1}\n@ server 10.1.0.${n + 1}:80\n${VIOLATION}`,
    `@ connection ${n + 101}\n@ server 10.2.0.${n + 1}:80\n${LEAK}`,
  ]);
  return blocks.flat().join('\n');
}

describe('GitHub workflow commands', () => {
  it('annotate by tier, and say where to look', async () => {
    const [line = '', end] = formatGithub(await checkedLadder(VIOLATION, 'traffic/a.pcap')).split('\n');
    expect(parse(line)).toMatchObject({
      name: 'error',
      properties: { file: 'traffic/a.pcap', title: 'data-after-fin at 10.0.0.2:80' },
      message: expect.stringMatching(
        /^The client sent 100 .*\nSeen in .*\nlastack show traffic\/a\.pcap --connection 0$/,
      ),
    });
    expect(end).toBe('1 connection in 1 capture: 1 violation.');
    expect(formatGithub(await checkedLadder(LEAK))).toMatch(/^::warning file=ladder\.pcap,title=missing-fin/);
    expect(formatGithub(await checkedLadder(CUT))).toMatch(/^::notice file=ladder\.pcap,title=missing-fin/);
    expect(formatGithub(await checkedLadder(CLEAN))).toBe('1 connection in 1 capture: nothing to report.\n');
  });

  it('come back from the runner as they were, whatever is in a name', async () => {
    const lines = formatGithub(await checkedLadder(VIOLATION, HOSTILE))
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(2);
    expect(parse(lines[0] ?? '').properties).toEqual({
      file: visible(HOSTILE),
      title: 'data-after-fin at 10.0.0.2:80',
    });
    expect(parse(lines[0] ?? '').message).toContain(visible(HOSTILE));
  });

  it('are ten of a kind, and then say how many more', async () => {
    const run = await checkedLadder(manyServices(13));
    const lines = formatGithub(run).trimEnd().split('\n');
    const names = lines.map((line) => parse(line).name);
    expect(names.filter((name) => name === 'error')).toHaveLength(10);
    expect(names.filter((name) => name === 'warning')).toHaveLength(10);
    expect(lines).toContain('… and 3 more kinds of violation: the job summary lists them');
    expect(githubSummary(run).match(/❌ violation/g)).toHaveLength(13);
  });

  it('begin with what could not be done', async () => {
    const input = { path: 'x', source: fromBytes(ladder('')) };
    const run = await checkedRun([input], { failures: new Map([[0, 'x holds no packet.']]) });
    expect(formatGithub(run)).toMatch(/^::error::x holds no packet\.\n/);
    expect(githubSummary(run)).toContain('x holds no packet.');
  });

  it('have a summary that stays far below the limit of 1 MiB', async () => {
    const summary = githubSummary(await checkedLadder(manyServices(60)));
    expect(summary.length).toBeLessThan(200_000);
    expect(summary).toContain('… and ');
    expect(summary.match(/<details>/g)).toHaveLength(10);
  });
});
