import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { Watch } from '../../src/engine/watch.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { formatScreen, type Screen } from '../../src/report/watch/format-screen.ts';
import { Rates } from '../../src/report/watch/rates.ts';
import type { WatchedFinding, WatchMoment } from '../../src/report/watch/watch-report.ts';
import { LEAK, VIOLATION } from '../support/checked-run.ts';
import { HOSTILE_TEXTS, harmOf } from '../support/hostile-text.ts';
import { ladder } from '../support/ladder.ts';

/** So many leaks and violations at as many services. */
async function screenOf(services: number, server: string): Promise<Screen> {
  const newest: WatchedFinding[] = [];
  const client = server.includes(':') ? '2001:db8:1234:5678:9abc:def0:1234:1111' : '10.0.0.1';
  const watch = new Watch({
    profile: PROFILES.linux,
    linger: 1,
    reader: 'lastack',
    idle: 7200,
    onFinding: (found) => newest.push(found),
  });
  const each = Array.from({ length: services }, (_, index) => {
    const text = index % 2 === 0 ? LEAK : VIOLATION;
    return `@ connection ${index + 1}\n@ client ${client}:50000\n@ server ${server}:${8000 + index}\n${text}`;
  });
  await watch.read({ path: 'a.pcap', source: fromBytes(ladder(each.join('\n'))) });
  const perSecond = { segments: 12.345, opened: 1, ended: 0.04 };
  const moment = watch.look();
  return { path: 'a.pcap', moment, perSecond, summary: watch.summarize(), newest, quiet: 75.4, idle: 7200 };
}

describe('the screen of watch', () => {
  it.each([
    [0, '10.0.0.2'],
    [1, '10.0.0.2'],
    [7, '10.0.0.2'],
    [60, '2001:db8:1234:5678:9abc:def0:1234:5678'],
  ])('fits into any terminal: %d services of %s', async (services, host) => {
    const screen = await screenOf(services, host);
    for (const width of [80, 100, 200]) {
      for (const height of [12, 24, 60]) {
        const lines = formatScreen(screen, { width, height });
        expect(lines.length).toBeLessThan(height);
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
        expect(lines.join('\n')).toContain('Nothing came for 75 s.');
        if (services > 0) expect(lines.join('\n')).toMatch(/CLOSE_W/);
        if (services > 0 && height > 12) expect(lines.join('\n')).toContain('missing-fin');
      }
    }
  });

  it('says that nothing was captured yet', async () => {
    const screen: Screen = { ...(await screenOf(1, '10.0.0.2')), moment: null };
    expect(formatScreen(screen, { width: 80, height: 24 }).join('\n')).toContain('Nothing was captured yet.');
  });

  it.each(HOSTILE_TEXTS)('shows a path with %s, and does nothing that it says', async (_, text) => {
    const screen: Screen = { ...(await screenOf(1, '10.0.0.2')), path: text };
    expect(harmOf(formatScreen(screen, { width: 200, height: 24 }).join('\n'))).toEqual([]);
  });
});

describe('rates', () => {
  const moment = (elapsed: number, segments: number): WatchMoment =>
    ({ elapsed, segments, opened: 0, ended: 0 }) as WatchMoment;

  it('are those of the newest ten seconds of the source', () => {
    const rates = new Rates();
    expect(rates.at(moment(0, 0), 0)).toBeNull();
    expect(rates.at(moment(5, 50), 0.1)?.segments).toBe(10);
    expect(rates.at(moment(10, 100), 0.2)?.segments).toBe(10);
    expect(rates.at(moment(20, 100), 0.3)?.segments).toBe(0);
  });

  it('sink on the wall while nothing comes', () => {
    const rates = new Rates();
    rates.at(moment(0, 0), 0);
    expect(rates.at(moment(1, 100), 1)?.segments).toBe(100);
    expect(rates.at(moment(1, 100), 4)?.segments).toBe(25);
  });
});
