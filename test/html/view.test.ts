import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Chromium, findChromium } from './chromium.ts';

const EXECUTABLE = findChromium();
const LASTACK = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
const CAPTURE = fileURLToPath(new URL('../../captures/three-way.pcap', import.meta.url));

let running: ChildProcessByStdio<null, Readable, null> | null = null;
afterEach(() => running?.kill('SIGKILL'));

/** Starts the command, and gives the address that it prints. */
async function view(...args: string[]): Promise<{ url: string; end: () => Promise<number | null> }> {
  const child = spawn(process.execPath, [LASTACK, 'view', '--no-open', ...args], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running = child;
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const printed = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data) => resolve(String(data))),
  );
  const [url = ''] = /http:\S+/.exec(printed) ?? [];
  const end = () => {
    child.kill('SIGINT');
    return ended;
  };
  return { url, end };
}

function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

describe('lastack view', () => {
  it('serves the viewer and the capture to whoever knows the address, on the loopback', async () => {
    const { url, end } = await view(CAPTURE);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
    const page = await (await fetch(url)).text();
    expect(page).toContain('<meta name="lastack-capture" content="three-way.pcap"/>');
    expect(page).toContain("; connect-src data: 'self';");
    const capture = new Uint8Array(await (await fetch(`${url}capture`)).arrayBuffer());
    expect(capture).toEqual(new Uint8Array(readFileSync(CAPTURE)));
    for (const path of ['/', '/capture', '/0123/capture', '/../capture'])
      expect((await fetch(new URL(path, url))).status).toBe(404);
    expect((await fetch(url, { method: 'POST' })).status).toBe(404);
    // Another name for this address is a page of somebody else.
    expect(await statusOf(url, { host: 'example.org' })).toBe(404);
    expect(await statusOf(url, {})).toBe(200);
    expect(await end()).toBe(0);
  });

  it('asks for no network where no capture is given', async () => {
    const { url, end } = await view();
    expect(await (await fetch(url)).text()).toContain('; connect-src data:;');
    expect((await fetch(`${url}capture`)).status).toBe(404);
    expect(await end()).toBe(0);
  });

  it.skipIf(EXECUTABLE === null)('shows the capture at once', async () => {
    const { url, end } = await view(CAPTURE);
    const chromium = await Chromium.start(EXECUTABLE ?? '');
    const { page, offences } = await chromium.visit(url);
    await page.locator('#c0').waitFor({ state: 'attached' });
    expect(await page.title()).toBe('How TCP connections closed: three-way.pcap, 1 connection');
    expect(offences).toEqual([`request: ${url}capture`]);
    await chromium.close();
    await end();
  });
});
