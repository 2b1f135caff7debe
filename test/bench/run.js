// Runs every benchmark, or those named on the command line: node test/bench/run.js [NAME[=PART]…]
// They measure the built package, so build first.
import { existsSync } from 'node:fs';

const BENCHMARKS = {
  reader: () => import('./reader.js'),
  check: () => import('./check.js'),
};

if (!existsSync(new URL('../../dist', import.meta.url))) {
  console.error('Nothing is built: run `npm run build` first.');
  process.exitCode = 2;
} else {
  const wanted = new Map(process.argv.slice(2).map((argument) => argument.split('=')));
  const unknown = [...wanted.keys()].filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    console.error(
      `No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(BENCHMARKS).join(', ')}.`,
    );
    process.exitCode = 2;
  } else {
    for (const [name, load] of Object.entries(BENCHMARKS)) {
      if (wanted.size > 0 && !wanted.has(name)) continue;
      const { run } = await load();
      await run(wanted.get(name));
    }
  }
}
