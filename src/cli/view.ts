import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { element } from '../report/diagram/svg.ts';
import { NO_NETWORK } from '../report/html/viewer-page.ts';
import { Failure } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { Output } from './output.ts';

export interface ViewFlags {
  /** False: only print the address. */
  readonly open: boolean;
}

const LOOPBACK = '127.0.0.1';

/** `lastack view`: serves the viewer, and one capture beside it, to this machine alone until it is interrupted. */
export async function runView(path: string | undefined, { open }: ViewFlags): Promise<void> {
  const capture = path === undefined ? null : await captureAt(path);
  const page = pageWith(capture);
  // Whoever does not know the address, as another page in the same browser, gets nothing.
  const secret = randomBytes(16).toString('hex');
  const server = createServer((request, response) => serve(request, response, { secret, page, capture }));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://${LOOPBACK}:${port}/${secret}/`;
  new Output().write([`The viewer is at ${url}\nCtrl-C ends it.\n`]);
  if (open) openBrowser(url);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  server.close();
  server.closeAllConnections();
}

interface Served {
  readonly secret: string;
  readonly page: string;
  /** Null where captures are only dropped. */
  readonly capture: string | null;
}

function serve(request: IncomingMessage, response: ServerResponse, { secret, page, capture }: Served): void {
  const host = request.headers.host ?? '';
  // A name that somebody made lead to this address is not it.
  const isOurs = host.startsWith(`${LOOPBACK}:`) && request.method === 'GET';
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  if (isOurs && request.url === `/${secret}/`) {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(page);
  } else if (isOurs && capture !== null && request.url === `/${secret}/capture`) {
    response.setHeader('Content-Type', 'application/octet-stream');
    createReadStream(capture)
      .on('error', () => response.destroy())
      .pipe(response);
  } else {
    response.statusCode = 404;
    response.end();
  }
}

async function captureAt(path: string): Promise<string> {
  if (path === '-') throw new Failure('usage', 'The viewer needs a file: write the capture to one first.');
  const found = await findCaptures([path]);
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Failure(
      'several-captures',
      `${path} holds ${found.length} captures; view one, or drop them into the page.`,
    );
  }
  return only.path;
}

/** The viewer, which may load its capture from where it came from, and nothing from elsewhere. */
function pageWith(capture: string | null): string {
  const page = readFileSync(createRequire(import.meta.url).resolve('#viewer.html'), 'utf8');
  if (capture === null) return page;
  const name = element('meta', { name: 'lastack-capture', content: basename(capture) });
  return page.replace(NO_NETWORK, `${NO_NETWORK} 'self'`).replace('<title>', () => `${name}\n<title>`);
}

function openBrowser(url: string): void {
  const [command, args]: [string, string[]] =
    process.platform === 'darwin'
      ? ['open', [url]]
      : process.platform === 'win32'
        ? ['explorer', [url]]
        : ['xdg-open', [url]];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  // The address is printed: whoever has no such program opens it by hand.
  child.on('error', () => {});
  child.unref();
}
