import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatJson } from '../../src/report/formats/format-json.ts';
import { captureLine, connectionLine, summaryLine } from '../../src/report/formats/format-ndjson.ts';
import { pageParts } from '../../src/report/html/page.ts';
import { reportOf } from '../support/ladder-shown.ts';
import { Chromium, findChromium } from './chromium.ts';
import { captureAt, pageDataOf } from './pages.ts';

const EXECUTABLE = findChromium();
const VIEWER = pathToFileURL(fileURLToPath(new URL('../../dist/viewer/index.html', import.meta.url))).href;
const capturePath = (name: string) => fileURLToPath(new URL(`../../captures/${name}`, import.meta.url));

describe.skipIf(EXECUTABLE === null)('the viewer in Chromium', () => {
  let chromium: Chromium;
  beforeAll(async () => {
    chromium = await Chromium.start(EXECUTABLE ?? '');
  });
  afterAll(() => chromium.close());

  it('checks a capture that is dropped, as the command does, and lets nothing leave the page', async () => {
    const { page, offences } = await chromium.visit(VIEWER);
    await page.selectOption('#profile', 'linux');
    const bytes = readFileSync(capturePath('sockets-load.pcap')).toString('base64');
    // As a drop from a file manager comes.
    await page.evaluate(`{
      const bytes = Uint8Array.from(atob(${JSON.stringify(bytes)}), (c) => c.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], 'sockets-load.pcap'));
      document.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }`);
    await page.locator('.conn').first().waitFor({ state: 'attached' });
    const expected = pageParts(await pageDataOf([captureAt('sockets-load.pcap')]));
    expect(await page.title()).toBe(expected.title);
    expect(await page.locator('#data').textContent()).toBe(expected.data);
    const counts = await page.locator('[data-count]').allTextContents();
    expect(counts).toEqual(
      [...expected.body.matchAll(/data-count="[^"]+">([^<]+)/g)].map(([, count]) => count),
    );
    const ids = await page.locator('details.conn').evaluateAll((all) => all.map(({ id }) => id));
    expect(ids).toEqual([...expected.body.matchAll(/class="conn" id="([^"]+)"/g)].map(([, id]) => id));
    await page.fill('#search', 'missing-fin');
    expect(await page.locator('details.conn:visible').count()).toBe(11);
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('reads gzip and several captures', async () => {
    const packed = join(chromium.folder, 'three-way.pcap.gz');
    writeFileSync(packed, gzipSync(readFileSync(capturePath('three-way.pcap'))));
    const { page, offences } = await chromium.visit(VIEWER);
    await page.setInputFiles('#files', [packed, capturePath('lost-fin.pcap')]);
    await page.locator('#c1').waitFor({ state: 'attached' });
    expect(await page.locator('h1').textContent()).toBe(
      'How TCP connections closed: 2 captures, 2 connections',
    );
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it.each(['xz', 'zstd'])('reads what %s packs', async (program) => {
    const { stdout, error } = spawnSync(program, ['-c', capturePath('three-way.pcap')]);
    if (error) {
      console.warn(`skipped: no ${program} to pack a capture with`);
      return;
    }
    const packed = join(chromium.folder, `three-way.pcap.${program}`);
    writeFileSync(packed, stdout);
    const { page, offences } = await chromium.visit(VIEWER);
    await page.setInputFiles('#files', packed);
    await page.locator('#c0').waitFor({ state: 'attached' });
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('takes another capture in the place of the first', async () => {
    const { page, offences } = await chromium.visit(VIEWER);
    await page.setInputFiles('#files', capturePath('three-way.pcap'));
    await page.locator('#c0').waitFor({ state: 'attached' });
    await page.setInputFiles('#files', capturePath('port-reuse-in-time-wait.pcap'));
    await page.locator('#c1').waitFor({ state: 'attached' });
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('j');
    // One step, not one for each page that was there.
    const first = await page.locator('details.conn').first().getAttribute('id');
    expect(await page.evaluate('document.activeElement.closest("details").id')).toBe(first);
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('shows a report that is dropped, and refuses what is none', async () => {
    const report = await reportOf(readFileSync(capturePath('close-wait-leak.pcap')));
    const [good, evil, broken] = ['report.json', 'evil.json', 'broken.json'].map((name) =>
      join(chromium.folder, name),
    );
    writeFileSync(good ?? '', [...formatJson(report)].join(''));
    const [first] = report.connections;
    writeFileSync(
      evil ?? '',
      JSON.stringify({ ...report, connections: [{ ...first, id: '<img src=x onerror=alert(1)>' }] }),
    );
    writeFileSync(broken ?? '', '{');
    const { page, offences } = await chromium.visit(VIEWER);
    await page.setInputFiles('#files', good ?? '');
    await page.locator('#c0').waitFor({ state: 'attached' });
    expect(await page.locator('[data-count="Verdicts suspect"]').textContent()).toBe('1');
    await page.locator('#c0 > summary').click();
    expect(await page.locator('#c0').textContent()).toContain('A JSON report has no segments');
    const lines = join(chromium.folder, 'report.ndjson');
    writeFileSync(
      lines,
      [
        ...report.connections.map(connectionLine),
        ...report.captures.map(captureLine),
        summaryLine(report),
      ].join(''),
    );
    await page.evaluate('document.getElementById("report").replaceChildren()');
    await page.setInputFiles('#files', lines);
    await page.locator('#c1').waitFor({ state: 'attached' });
    expect(await page.locator('[data-count="Verdicts suspect"]').textContent()).toBe('1');
    expect(await page.locator('details.conn').count()).toBe(2);
    for (const [file, words] of [
      [evil, 'evil.json is no report of this version: /connections/0/id must be integer.'],
      [broken, 'broken.json is no JSON.'],
    ] as const) {
      await page.setInputFiles('#files', file ?? '');
      await page.getByText(words).waitFor();
    }
    expect(offences).toEqual([]);
    await page.context().close();
  });

  it('says what is wrong with what is no capture', async () => {
    const path = join(chromium.folder, 'notes.txt');
    writeFileSync(path, 'no capture at all, but long enough to be looked at');
    const { page, offences } = await chromium.visit(VIEWER);
    await page.setInputFiles('#files', path);
    await page.locator('.warn').first().waitFor();
    expect(await page.locator('.warn').first().textContent()).toContain('notes.txt');
    expect(offences).toEqual([]);
    await page.context().close();
  });
});
