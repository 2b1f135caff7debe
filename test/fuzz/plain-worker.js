// Checks captures without WebAssembly, so that every connection takes the plain path.
import { parentPort } from 'node:worker_threads';

delete globalThis.WebAssembly;
const { check } = await import('../../dist/index.js');

parentPort.on('message', async ({ bytes, options }) => {
  try {
    parentPort.postMessage({ text: JSON.stringify(await check(bytes, options)) });
  } catch (error) {
    parentPort.postMessage({ failure: String(error?.stack ?? error) });
  }
});
