import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compareWithPolls } from '../support/kernel-polls.ts';

const RECORDER = new URL('../../captures/record_sockets.py', import.meta.url).pathname;
const why = whyNot();
if (why !== null) console.warn(`skipped: sockets against ss on the fly, ${why}`);

describe.skipIf(why !== null)('the sockets of 2,400 connections that are recorded now', () => {
  it('are those of ss -tan at every poll', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockets-'));
    try {
      const options = ['--connections', '2400', '--seconds', '16', '--interval', '1', '--out', folder];
      const { status, stderr } = spawnSync('python3', [RECORDER, ...options], { encoding: 'utf8' });
      expect(stderr).toBe('');
      expect(status).toBe(0);
      const [capture, polls] = [join(folder, 'sockets-load.pcap'), join(folder, 'sockets-load.polls.gz')];
      const compared = await compareWithPolls(capture, polls);
      expect(compared.different).toEqual([]);
      expect(compared.same).toBeGreaterThan(50_000);
      expect(compared.changing).toBeLessThan(compared.same / 20);
      // FINs that never arrived, as the capture at the client cannot know, and openings that were given up.
      expect(compared.assumed.filter((ends) => !/:(8086|8091)\b/.test(ends))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** What the machine lacks to record; null where it has all. */
function whyNot(): string | null {
  const { status, stderr } = spawnSync('python3', [RECORDER, '--check'], { encoding: 'utf8' });
  if (status === 0) return null;
  return stderr?.trim() || 'there is no python3';
}
