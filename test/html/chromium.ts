import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where Chromium is; null where it is missing, which is said aloud. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  const found = (named === undefined ? EXECUTABLES : [named]).find((path) => existsSync(path)) ?? null;
  if (found === null) console.warn('Chromium is missing (apt-get install chromium): pages are not opened.');
  return found;
}

/** What a page did that it must not do. */
export interface Watched {
  readonly page: Page;
  /** Errors of scripts, refusals by the policy, dialogs, and whatever was asked of a network. */
  readonly offences: string[];
}

/** A browser with a folder of its own. */
export class Chromium {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'lastack-html-'));
  private readonly browser: Browser;

  private constructor(browser: Browser) {
    this.browser = browser;
  }

  static async start(executablePath: string): Promise<Chromium> {
    const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    return new Chromium(await chromium.launch({ executablePath, args }));
  }

  /** Opens a page that is written into the folder. */
  async open(
    html: string,
    { hash = '', ...options }: BrowserContextOptions & { hash?: string } = {},
  ): Promise<Watched> {
    const path = join(this.folder, 'page.html');
    writeFileSync(path, html);
    return this.visit(`${pathToFileURL(path)}${hash}`, options);
  }

  async visit(url: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const context = await this.browser.newContext(options);
    const page = await context.newPage();
    const offences: string[] = [];
    page.on('pageerror', (error) => offences.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') offences.push(message.text());
    });
    page.on('dialog', (dialog) => {
      offences.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      const isOwn = request.url().split('#')[0] === url.split('#')[0];
      // These are parts of the page itself.
      if (!isOwn && !/^(blob|data):/.test(request.url())) offences.push(`request: ${request.url()}`);
    });
    // What the policy refuses never leaves the page; it is told of on the console.
    page.on('requestfailed', (request) => {
      const at = offences.indexOf(`request: ${request.url()}`);
      if (request.failure()?.errorText === 'csp' && at >= 0) offences.splice(at, 1);
    });
    await page.goto(url);
    return { page, offences };
  }

  async close(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true });
  }
}
