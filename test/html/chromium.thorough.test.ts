import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { duration, thousands } from '../../src/report/wording.ts';
import { HOSTILE_TEXTS } from '../support/hostile-text.ts';
import { ladder } from '../support/ladder.ts';
import { Chromium, findChromium } from './chromium.ts';
import { captureAt, pageDataOf, pageOf } from './pages.ts';

const EXECUTABLE = findChromium();
const CAPTURES = [
  'close-wait-leak.pcap',
  'simultaneous-close-at-middle.pcap',
  'lost-fin.pcap',
  'time-wait-assassinated.pcap',
  'data-after-close.pcap',
  'half-close-with-data.pcap',
  'ipv6-four-way.pcap',
  'refused.pcap',
  'port-reuse-in-time-wait.pcap',
  'mid-stream-start.pcap',
];

describe.skipIf(EXECUTABLE === null)('the HTML report in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await Chromium.start(EXECUTABLE ?? '');
  });
  afterAll(() => chromium.close());

  it.each(CAPTURES)(
    'draws each connection of %s, at 360 and at 1600 pixels, and asks nobody for anything',
    async (name) => {
      const data = await pageDataOf([captureAt(name)]);
      const html = await pageOf([captureAt(name)]);
      for (const width of [360, 1600]) {
        const { page, offences } = await chromium.open(html, { viewport: { width, height: 900 } });
        for (const { connection, rungs } of data.drawings) {
          await page.locator(`#c${connection.id} > summary`).click();
          const drawn = page.locator(`#c${connection.id} svg .seg`);
          expect(await drawn.count()).toBe(rungs.filter(({ kind }) => kind === 'segment').length);
          const box = await page.locator(`#c${connection.id} svg.lk`).boundingBox();
          expect(box?.height).toBeGreaterThan(100);
          const findings = page.locator(`#c${connection.id} .finding`);
          expect(await findings.count()).toBe(connection.findings.length);
        }
        // The page itself never scrolls sideways: tables and pictures do.
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        expect(offences).toEqual([]);
        await page.context().close();
      }
    },
  );

  it('has the numbers of the JSON report', async () => {
    const { report } = await pageDataOf([captureAt('sockets-load.pcap')]);
    const { page } = await chromium.open(await pageOf([captureAt('sockets-load.pcap')]));
    const { summary } = report;
    const counted = async (name: string) => page.locator(`[data-count="${name}"]`).textContent();
    expect(await counted('Recorded connections')).toBe(thousands(summary.connections));
    for (const [verdict, count] of Object.entries(summary.verdicts))
      expect(await counted(`Verdicts ${verdict}`)).toBe(thousands(count));
    for (const [kind, count] of Object.entries(summary.closes))
      expect(await counted(`Closed ${kind}`)).toBe(thousands(count));
    expect(await counted('Closed first client')).toBe(thousands(summary.closers.client));
    const totals: Record<string, number> = {};
    for (const row of await page.locator('details.kind').all()) {
      const rule = (await row.getAttribute('data-rule')) ?? '';
      totals[rule] = (totals[rule] ?? 0) + Number(await row.getAttribute('data-total'));
    }
    expect(totals).toEqual(summary.findings);
    const rows = await page.locator('#service-table tbody tr').all();
    expect(rows).toHaveLength(summary.services.length);
    for (const [index, { connections, resets, closing }] of summary.services.entries()) {
      const cells = await rows[index]?.locator('td').allTextContents();
      expect(cells?.[0]).toBe(thousands(connections));
      expect(cells?.[2]).toBe(thousands(resets));
      expect(cells?.[3]).toBe(closing === null ? '–' : duration(closing.median));
    }
    await page.context().close();
  });

  it('sorts and filters services', async () => {
    const { page } = await chromium.open(await pageOf([captureAt('sockets-load.pcap')]));
    const firsts = async () => page.locator('#service-table tbody tr:visible th').allTextContents();
    const before = await firsts();
    await page.getByRole('button', { name: 'service', exact: true }).click();
    expect(await firsts()).toEqual([...before].sort());
    expect(await page.locator('th[aria-sort=ascending]').textContent()).toBe('service');
    await page.getByRole('button', { name: 'service', exact: true }).click();
    expect(await firsts()).toEqual([...before].sort().reverse());
    await page.getByRole('button', { name: 'closing, median' }).click();
    const medians = await page
      .locator('#service-table tbody tr')
      .evaluateAll((rows) => rows.map((row) => row.querySelectorAll('td')[3]?.getAttribute('data-v') ?? ''));
    const known = medians.filter((value) => value !== '').map(Number);
    expect(known).toEqual([...known].sort((a, b) => b - a));
    // What has no value comes last.
    expect(medians.slice(known.length).every((value) => value === '')).toBe(true);
    await page.fill('#service-filter', ':8083');
    expect(await firsts()).toEqual(['10.9.0.2:8083']);
    expect(await page.locator('#service-count').textContent()).toBe(`1 of ${before.length} services`);
    await page.context().close();
  });

  it('searches connections by key, and goes through them and their segments by key', async () => {
    const { page, offences } = await chromium.open(await pageOf([captureAt('sockets-load.pcap')]));
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('search');
    await page.keyboard.type('missing-fin');
    const shown = page.locator('details.conn:visible');
    expect(await shown.count()).toBe(11);
    expect(await page.locator('#connection-count').textContent()).toBe('11 of 100 connections');
    await page.keyboard.press('Escape');
    expect(await shown.count()).toBe(100);
    await page.selectOption('#verdict', 'suspect');
    expect(await shown.count()).toBe(14);
    await page.locator('h1').click();
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    const focused = 'document.activeElement.closest("details").id';
    expect(await page.evaluate(focused)).toBe(await shown.first().getAttribute('id'));
    await page.keyboard.press('Enter');
    expect(await shown.first().getAttribute('open')).not.toBeNull();
    await shown.first().locator('.seg').first().focus();
    await page.keyboard.press('ArrowDown');
    const told = await shown.first().locator('.told [role=status]').textContent();
    expect(told).toMatch(
      /^frame \d+, .* later, (client|server) to (client|server): .*sequence \d+ \(\d+\), ACK/,
    );
    expect(await shown.first().locator('.seg[tabindex="0"]').count()).toBe(1);
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('opens what a link names: a connection, a finding, also one that a search hides', async () => {
    const html = await pageOf([captureAt('close-wait-leak.pcap')]);
    const { page } = await chromium.open(html, { hash: '#c0-1' });
    expect(await page.locator('#c0').getAttribute('open')).not.toBeNull();
    // Asked from outside: the policy lets nothing evaluate inside the page.
    const isSeen = 'document.querySelector("#c0-1").getBoundingClientRect().top < innerHeight';
    await expect.poll(() => page.evaluate(isSeen)).toBe(true);
    await page.fill('#search', '#1');
    expect(await page.locator('details.conn:visible').count()).toBe(1);
    await page.evaluate('location.hash = "#c0"');
    await page.locator('#c0:visible').waitFor();
    expect(await page.locator('#search').inputValue()).toBe('');
    await page.context().close();
  });

  it('copies the filter of Wireshark and a link', async () => {
    const { page } = await chromium.open(await pageOf([captureAt('close-wait-leak.pcap')]), {
      hash: '#c0',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.getByRole('button', { name: 'Copy: Wireshark' }).first().click();
    await page.getByText('Copied: ip.addr == 10.9.0.1').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'ip.addr == 10.9.0.1 && ip.addr == 10.9.0.2 && tcp.port == 34554 && tcp.port == 5432',
    );
    await page.getByRole('button', { name: 'Copy link' }).first().click();
    await page.getByText('#c0', { exact: false }).last().waitFor({ state: 'attached' });
    await page.locator('#c0 .seg[data-frame="8"]').hover();
    await page.getByRole('button', { name: 'Copy Wireshark filter' }).first().click();
    await page.getByText('Copied: frame.number == 8').waitFor({ state: 'attached' });
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('frame.number == 8');
    await page.context().close();
  });

  it('shows the sockets of the moment that is chosen on the time line', async () => {
    const data = await pageDataOf([captureAt('sockets-load.pcap')]);
    const [series] = data.series;
    if (!series) throw new Error('no series');
    const { page } = await chromium.open(await pageOf([captureAt('sockets-load.pcap')]));
    for (const step of [0, 40, series.steps - 1]) {
      await page.locator('#moment-0').fill(String(step));
      const rows = await page
        .locator('#moment-table-0 tbody tr')
        .evaluateAll((all) =>
          all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent).join(' ')),
        );
      const expected = series.groups.flatMap(({ host, side, states }) =>
        states.flatMap(({ state, sockets, proven }) => {
          const [count = 0, sure = 0] = [sockets[step], proven[step]];
          return count === 0 ? [] : [`${host} ${side} ${state} ${count} ${sure} ${count - sure}`];
        }),
      );
      expect(rows).toEqual(expected.length === 0 ? ['No socket at this moment.'] : expected);
    }
    // By a click on the picture, too.
    await page.locator('svg[data-chart=p0g0]').click({ position: { x: 60, y: 60 } });
    expect(Number(await page.locator('#moment-0').inputValue())).toBeLessThan(20);
    await page.context().close();
  });

  it('says the same without scripts', async () => {
    const html = await pageOf([captureAt('close-wait-leak.pcap')]);
    const { page } = await chromium.open(html, { javaScriptEnabled: false });
    await page.locator('#c0 > summary').click();
    expect(await page.locator('#c0 svg.lk').isVisible()).toBe(true);
    expect(await page.locator('#service-table').isVisible()).toBe(true);
    expect(await page.locator('button:visible').count()).toBe(0);
    await page.context().close();
  });

  it.each(HOSTILE_TEXTS)('runs nothing of a capture whose name is %s', async (_, name) => {
    const own = `"><img src=x onerror=alert(1)><script>alert(2)</script>${name}`;
    const html = await pageOf([
      { path: own, source: fromBytes(ladder(`+0 > S 0:0(0)\n+.1 < R. 0:0(0) ack 1\n`)) },
    ]);
    const { page, offences } = await chromium.open(html);
    expect(await page.locator('h1').textContent()).toContain('<img src=x onerror=alert(1)>');
    expect(await page.locator('img').count()).toBe(0);
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('refuses a script that somebody got into it, and every request', async () => {
    const html = await pageOf([captureAt('three-way.pcap')]);
    const evil = `<script>document.title = 'run'</script><img src="https://example.org/x.png"><p style="color:red" onclick="document.title='run'" id="evil">x</p>`;
    const { page, offences } = await chromium.open(html.replace('<main>', `<main>${evil}`));
    await page.locator('#evil').click();
    expect(await page.title()).not.toBe('run');
    expect(offences.some((one) => /Content Security Policy/.test(one))).toBe(true);
    expect(offences.filter((one) => one.startsWith('request'))).toEqual([]);
    await page.context().close();
  });

  it.each(['light', 'dark'] as const)('has nothing serious for axe in %s', async (colorScheme) => {
    for (const name of ['close-wait-leak.pcap', 'sockets-load.pcap']) {
      const html = await pageOf([captureAt(name)], 6);
      const { page } = await chromium.open(html, { colorScheme, bypassCSP: true });
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      await page.evaluate(axe.source);
      const violations = await page.evaluate<{ id: string; impact: string; nodes: { html: string }[] }[]>(
        'axe.run().then(({ violations }) => violations)',
      );
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([]);
      await page.context().close();
    }
  });

  it('goes from light to dark by its button', async () => {
    const { page } = await chromium.open(await pageOf([captureAt('three-way.pcap')]), {
      colorScheme: 'light',
    });
    const ground = 'getComputedStyle(document.body).backgroundColor';
    const light = await page.evaluate(ground);
    await page.locator('#theme').click();
    expect(await page.evaluate(ground)).not.toBe(light);
    await page.context().close();
  });
});
