import { Worker } from 'node:worker_threads';

/**
 * Starts a thread that waits for its task (`share-worker.ts`). It does not keep the process alive until then.
 */
export function startWorker(): Worker {
  // In the folder of the bundles, which stands beside this one: a module is loaded faster than fifty.
  const worker = new Worker(new URL('../command/share-worker.js', import.meta.url));
  worker.unref();
  return worker;
}
