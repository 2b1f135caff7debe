import { PROFILE_NAMES } from '../machine/profile.ts';
import { enliven } from '../report/html/client/enliven.ts';
import type { PageParts } from '../report/html/page.ts';
import type { Answer, Request } from './messages.ts';

/** The part of Trusted Types that is used; not every browser has it. */
interface Policy {
  createHTML(html: string): string;
  createScriptURL(url: string): string;
}
declare const trustedTypes: { createPolicy(name: string, rules: Policy): Policy } | undefined;

// What becomes markup is made by the report's own functions, which escape; the worker is a part of this file.
const RULES: Policy = { createHTML: (html) => html, createScriptURL: (url) => url };
const policy = typeof trustedTypes === 'undefined' ? RULES : trustedTypes.createPolicy('lastack', RULES);

/** Connections that are drawn, as the command has it. */
const DRAWN = 100;

const drop = byId('drop');
const said = byId('progress-said');
const input = byId('files') as HTMLInputElement;
const profile = byId('profile') as HTMLSelectElement;
const bar = byId('progress') as HTMLProgressElement;
const {
  worker: code,
  core,
  version,
} = JSON.parse(byId('parts').textContent) as Record<'worker' | 'core' | 'version', string>;
let running: Worker | null = null;
let shown = new AbortController();

for (const name of PROFILE_NAMES) profile.append(new Option(name, name));
input.addEventListener('change', () => view([...(input.files ?? [])]));
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  view([...(event.dataTransfer?.files ?? [])]);
});
void servedCapture();

/** Checks files in a worker, and shows the page of them. */
function view(files: readonly File[]): void {
  if (files.length === 0) return;
  running?.terminate();
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(policy.createScriptURL(url));
  running = worker;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const done = new Map<string, number>();
  bar.hidden = false;
  bar.removeAttribute('value');
  tell(`Checking ${files.map(({ name }) => name).join(', ')} …`);
  const end = (): void => {
    bar.hidden = true;
    worker.terminate();
    URL.revokeObjectURL(url);
    running = null;
  };
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    if (data.kind === 'progress') {
      done.set(data.file, data.bytes);
      bar.value = [...done.values()].reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, total);
      return;
    }
    end();
    if (data.kind === 'failed') tell(data.message);
    else show(data.page);
  };
  worker.onerror = ({ message }) => {
    end();
    tell(`The check failed: ${message}`);
  };
  const bytes = Uint8Array.from(atob(core), (character) => character.charCodeAt(0));
  const request: Request = {
    files,
    profile: PROFILE_NAMES.find((name) => name === profile.value) ?? 'rfc9293',
    most: DRAWN,
    version,
    core: bytes,
  };
  worker.postMessage(request);
}

function show({ title, body, data }: PageParts): void {
  document.title = title;
  byId('report').innerHTML = policy.createHTML(`${body}<div id="data" hidden></div>`);
  byId('data').textContent = data;
  tell('');
  shown.abort();
  shown = new AbortController();
  enliven(document, shown.signal);
}

/** `lastack view CAPTURE` serves its capture beside the page; a page that was opened from a disk has none. */
async function servedCapture(): Promise<void> {
  const name = document.querySelector<HTMLMetaElement>('meta[name=lastack-capture]')?.content;
  if (!name) return;
  tell(`Loading ${name} …`);
  const response = await fetch('capture');
  if (response.ok) view([new File([await response.blob()], name)]);
  else tell(`${name} cannot be read.`);
}

function tell(words: string): void {
  said.textContent = words;
}

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}
