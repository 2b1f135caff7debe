import { check } from '../engine/check.ts';
import { useCoreModule } from '../engine/core-module.ts';
import { PageCollector } from '../engine/page-collector.ts';
import { PROFILES } from '../machine/profile.ts';
import { pageParts } from '../report/html/page.ts';
import type { PageData } from '../report/html/page-data.ts';
import { droppedReport } from './dropped-report.ts';
import { fromFile } from './file-source.ts';
import type { Answer, Request } from './messages.ts';

/** Seconds that a side may take to close, as the command has it. */
const LINGER = 60;

// The core lets others have their turn; a timer of a browser would wait 4 ms each time.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.addEventListener('message', () => waiting.shift()?.());
channel.port1.start();
Object.assign(globalThis, {
  setImmediate: (next: () => void) => {
    waiting.push(next);
    channel.port2.postMessage(null);
  },
});

// Browsers hide the name from pages that are not isolated, and not the memory: the core shares nothing, but knows it by its name.
if (!('SharedArrayBuffer' in globalThis)) {
  const { buffer } = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  Object.assign(globalThis, { SharedArrayBuffer: buffer.constructor });
}

/** The part of a worker's scope that is used. */
interface Scope {
  onmessage: (event: { readonly data: Request }) => void;
  postMessage(message: Answer): void;
}
const scope = globalThis as unknown as Scope;

scope.onmessage = async ({ data }) => {
  try {
    useCoreModule(data.core);
    answer({ kind: 'page', page: pageParts(await pageDataOf(data)) });
  } catch (error) {
    answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
};

async function pageDataOf({ files, profile, most, version }: Request): Promise<PageData> {
  const [only] = files;
  const report = files.length === 1 && only ? await droppedReport(only, most) : null;
  if (report !== null) return report;
  const collector = new PageCollector(most);
  const sizes = new Map(files.map(({ name, size }) => [name, size]));
  const checked = await check(
    files.map((file) => ({ path: file.name, source: fromFile(file) })),
    {
      profile: PROFILES[profile],
      linger: LINGER,
      reader: 'lastack',
      connections: 'none',
      toolVersion: version,
      onJudged: (reported, judged, epoch) => collector.take(reported, judged, epoch),
      onProgress: (file, bytes) => answer({ kind: 'progress', file, bytes, size: sizes.get(file) ?? 0 }),
    },
  );
  return { ...collector.data(checked), ports: null };
}

function answer(message: Answer): void {
  scope.postMessage(message);
}
