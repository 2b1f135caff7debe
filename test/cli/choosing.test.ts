import { describe, expect, it } from 'vitest';
import { lastack, type RunOptions } from './run.ts';

const CAPTURE = 'short-connections-300.pcap';

/** Numbers of the connections that a check lists. */
async function listed(options: string, more: RunOptions = {}): Promise<number> {
  const { stdout, stderr } = await lastack(['check', CAPTURE, '--list', ...options.split(' ')], more);
  expect(stderr).toBe('');
  return stdout === '' ? 0 : stdout.trimEnd().split('\n').length;
}

describe('the options that choose connections', () => {
  it.each([
    ['--from +1s', 97],
    ['--to +0.5', 102],
    ['--from #900 --to #901', 1],
    ['--from 11:27:36', 149],
    ['--from 11:27 --to 11:27:36 --utc', 151],
    ['--from 2026-11-21T11:27:36Z', 149],
    ['--service 10.9.0.2:443', 129],
    ['--service :443 --service :80', 172],
    ['--port 40007', 1],
    ['--address 10.9.0.0/24', 300],
    ['--kind abort', 30],
    ['--closer server', 60],
    ['--cause application-abort', 30],
    ['--rule three-way-close --rule rst-on-close', 90],
    ['--kind abort --service :443', 13],
  ])('%s choose %i connections of 300', async (options, many) => expect(await listed(options)).toBe(many));

  it('take clock times in the zone of the machine, or in UTC', async () => {
    // A process keeps the zone that it had when it began.
    const there = { env: { TZ: 'Europe/Berlin' }, alone: true };
    expect(await listed('--from 12:27:36', there)).toBe(149);
    expect(await listed('--from 11:27:36 --utc', there)).toBe(149);
    expect(await listed('--from 2026-11-21T11:27:36Z', there)).toBe(149);
  });

  it.each([
    ['check', CAPTURE, '--format', 'json', '--from', '+1s'],
    ['show', CAPTURE, '--from', '#3140'],
    ['diff', CAPTURE, CAPTURE, '--to', '+1s'],
    ['sockets', CAPTURE, '--from', '11:27:36'],
    ['init', CAPTURE, '-o', '-', '--to', '+1s'],
  ])('go with %s', async (...args) => {
    const { stderr, stdout } = await lastack(args);
    expect(`${stdout}${stderr}`.length).toBeGreaterThan(100);
    expect(stderr).not.toMatch(/internal|invalid/);
  });

  it.each([
    ['--kind abord', 'Did you mean abort?'],
    ['--cause conntrak', 'Did you mean conntrack?'],
    ['--rule misssing-fin', 'Did you mean missing-fin?'],
    ['--closer nobody', 'Allowed choices are client, server, both, none.'],
    ['--port 70000', 'It must be a port, from 0 to 65535.'],
    ['--address 10.0.0.300', 'It must be an address or a network, as 10.0.0.0/8.'],
    ['--service 10.0.0:80', 'It must be a server, as 10.0.0.2:80, [fd00::2]:80, 10.0.0.2 or :80.'],
    ['--from noon', 'It must be a clock time (12:00, '],
  ])('%s is an error that says what it may be', async (options, sentence) => {
    const { status, stdout, stderr } = await lastack(['check', CAPTURE, ...options.split(' ')]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[invalid-value\]: .*[.?)]\n$/);
    expect(stderr).toContain(sentence);
  });
});
