import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openFile } from '../../src/capture/sources.ts';
import { type CaptureInput, check } from '../../src/engine/check.ts';
import { PageCollector } from '../../src/engine/page-collector.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { formatHtml, type PageAssets } from '../../src/report/html/page.ts';
import type { PageData } from '../../src/report/html/page-data.ts';

export const ASSETS: PageAssets = {
  script: readFileSync(new URL('../../dist/page/page.js', import.meta.url), 'utf8'),
  hashOf: (content) => createHash('sha256').update(content).digest('base64'),
};

/** A capture of the project. */
export function captureAt(name: string): CaptureInput {
  const path = fileURLToPath(new URL(`../../captures/${name}`, import.meta.url));
  return { path: name, source: openFile(path) };
}

export async function pageDataOf(inputs: readonly CaptureInput[], most?: number): Promise<PageData> {
  const collector = new PageCollector(most);
  const report = await check(inputs, {
    profile: PROFILES.linux,
    linger: 60,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    connections: 'none',
    onJudged: (reported, judged, epoch) => collector.take(reported, judged, epoch),
  });
  return { ...collector.data(report), ports: null };
}

/** What `check --format html` writes. */
export async function pageOf(inputs: readonly CaptureInput[], most?: number): Promise<string> {
  return formatHtml(await pageDataOf(inputs, most), ASSETS);
}
