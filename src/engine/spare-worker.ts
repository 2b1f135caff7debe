import { Worker } from 'node:worker_threads';

/** One that nobody has asked for yet. */
let spare: Worker | null = null;

/** Starts a thread before it is known what it will have to do: starting takes as long as reading 50 MB does. */
export function startSpareWorker(): void {
  spare ??= startWorker();
}

/** Nobody will ask for it. */
export function dropSpareWorker(): void {
  void spare?.terminate();
  spare = null;
}

/** A thread that waits to be told what to do (`share-worker.ts`). */
export function takeWorker(): Worker {
  const worker = spare ?? startWorker();
  spare = null;
  return worker;
}

function startWorker(): Worker {
  // In the folder of the bundles, which stands beside this one: a module is loaded faster than fifty.
  const worker = new Worker(new URL('../command/share-worker.js', import.meta.url));
  worker.unref();
  return worker;
}
