// Runs every benchmark, or those named on the command line:
// node test/bench/run.js [NAME[=PART]…] [--scale NUMBER] [--corpus FOLDER]… [--keep FOLDER]
// They measure the built package, so build first.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

const BENCHMARKS = {
  reader: () => import('./reader.js'),
  check: () => import('./check.js'),
};

const OPTIONS = {
  scale: { type: 'string', default: '1' },
  corpus: { type: 'string', multiple: true, default: [] },
  keep: { type: 'string' },
};

async function main() {
  const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
  const scale = Number(values.scale);
  const wanted = new Map(positionals.map((argument) => argument.split('=')));
  const unknown = [...wanted.keys()].filter((name) => !(name in BENCHMARKS));
  if (!existsSync(new URL('../../dist', import.meta.url))) {
    throw new Error('Nothing is built: run `npm run build` first.');
  }
  if (unknown.length > 0) {
    const known = Object.keys(BENCHMARKS).join(', ');
    throw new Error(`No such benchmark: ${unknown.join(', ')}. There are: ${known}.`);
  }
  if (!(scale > 0)) throw new Error('--scale wants a number, such as 0.1.');
  for (const [name, load] of Object.entries(BENCHMARKS)) {
    if (wanted.size > 0 && !wanted.has(name)) continue;
    const { run } = await load();
    await run(wanted.get(name) ?? '', { ...values, scale });
  }
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 2;
});
