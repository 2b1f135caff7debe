import { describe, expect, it } from 'vitest';
import { checkCommand, showCommand } from '../../src/report/formats/commands.ts';
import type { Report } from '../../src/report/report.ts';
import { checkedLadder, VIOLATION } from '../support/checked-run.ts';

async function sample() {
  const run = await checkedLadder(VIOLATION);
  const connection = run.found.list[0]?.sample?.connection;
  const [capture] = run.report.captures;
  if (!connection || !capture) throw new Error('no finding');
  const captures = (...files: [path: string, firstFrame: number][]): Report => ({
    ...run.report,
    captures: files.map(([path, firstFrame]) => ({ ...capture, path, firstFrame })),
  });
  return { connection, report: run.report, captures };
}

describe('a command to repeat what was done', () => {
  it('has the options that change the outcome', async () => {
    const { connection, report } = await sample();
    expect(showCommand(connection, report)).toBe('lastack show ladder.pcap --connection 0');
    const linux = { ...report, profile: { name: 'linux', msl: 30 } } as const;
    expect(checkCommand(0, linux, ['--linger', '5'])).toBe(
      'lastack check ladder.pcap --profile linux --linger 5',
    );
    expect(checkCommand(0, { ...linux, profile: { name: 'linux', msl: 7 } })).toMatch(
      / --profile linux --msl 7$/,
    );
  });

  it('names a connection by its client where there are several captures, as a shell takes it', async () => {
    const { connection, captures } = await sample();
    const client = { address: 'fd00::1', port: 5 };
    const run = captures(["it's.pcap", 1], ['b.pcap', 1]);
    expect(showCommand({ ...connection, client }, run)).toBe(
      `lastack show 'it'\\''s.pcap' --filter '[fd00::1]:5'`,
    );
  });

  it('checks all the files of a rotation', async () => {
    const { captures } = await sample();
    const run = captures(['a', 1], ['b0', 1], ['b1', 90], ['c', 1]);
    expect([0, 1, 2, 3].map((index) => checkCommand(index, run))).toEqual([
      'lastack check a',
      'lastack check b0 b1',
      'lastack check b0 b1',
      'lastack check c',
    ]);
  });
});
