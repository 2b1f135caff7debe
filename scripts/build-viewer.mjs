// Builds dist/viewer/index.html: one file with the page, its script, the worker with the core, and the WebAssembly.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'rolldown';

const VALIDATOR = 'virtual:report-validator';
const WEB_STREAMS = 'node:stream/web';
/** Of Node, and of what only Node can do: nobody calls it in a browser. */
const ABSENT = 'virtual:absent:';
const NAMES = {
  'node:fs': ['readFileSync'],
  'node:module': ['createRequire'],
  'node:worker_threads': ['Worker', 'receiveMessageOnPort', 'parentPort'],
  'pcap-parser': ['parse'],
};

/** What the core has of Node is replaced where a browser has the same, and else left out. */
const forBrowsers = {
  name: 'for-browsers',
  resolveId(source) {
    if (source === VALIDATOR) return VALIDATOR;
    if (source === WEB_STREAMS) return `virtual:${WEB_STREAMS}`;
    if (source.endsWith('/gunzip.ts')) return resolve('src/viewer/browser-gunzip.ts');
    return source in NAMES ? ABSENT + source : null;
  },
  load(id) {
    if (id === VALIDATOR) return { code: validator(), moduleType: 'js' };
    if (id === `virtual:${WEB_STREAMS}`) return 'export const { ReadableStream } = globalThis;';
    if (!id.startsWith(ABSENT)) return null;
    const source = id.slice(ABSENT.length);
    const absent = `const absent = () => { throw new Error('${source} is not in a browser'); };\nexport default absent;\n`;
    return absent + NAMES[source].map((name) => `export { absent as ${name} };`).join('\n');
  },
};

/** A page whose policy forbids `eval` cannot compile the schema: that is done here. */
function validator() {
  const schema = JSON.parse(readFileSync('src/report/report.schema.json', 'utf8'));
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, code: { source: true, esm: true } });
  return standalone(ajv, ajv.compile(schema));
}

async function bundle(input) {
  const { output } = await build({
    input,
    platform: 'browser',
    plugins: [forBrowsers],
    transform: { define: { 'import.meta': '{}' } },
    write: false,
    output: { format: 'iife', minify: true, codeSplitting: false },
  });
  return output[0].code;
}

export async function buildViewer() {
  const { viewerPage } = await import(resolve('dist/report/html/viewer-page.js'));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const page = viewerPage({
    script: await bundle('src/viewer/viewer-script.ts'),
    worker: await bundle('src/viewer/worker.ts'),
    core: readFileSync('dist/compact-core.wasm').toString('base64'),
    version,
    hashOf: (content) => createHash('sha256').update(content).digest('base64'),
  });
  mkdirSync(join('dist', 'viewer'), { recursive: true });
  writeFileSync(join('dist', 'viewer', 'index.html'), page);
}
