import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeConnections } from './connections.js';
import { median } from './measure.js';

const LASTACK = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
/** A tool that takes longer than this, seconds, runs once. */
const SLOW = 10;
const ROUNDS = 3;

/**
 * Captures: (a) 600,000 connections, 20,000 at a time, (b) few with bulk data, (c) a million that are all open at once, (d) the
 * first with a snap length of 64 bytes, over IPv4 only, since those end before the flags of TCP over IPv6; and a tenth of
 * the first, to see whether time grows with the number of connections.
 */
const CAPTURES = {
  tenth: { connections: 60_000, open: 20_000 },
  a: { connections: 600_000, open: 20_000 },
  b: { connections: 4, open: 4, exchanges: 165_000 },
  c: { connections: 1_000_000, open: 1_000_000, shapes: 'unfinished' },
  d: { connections: 600_000, open: 20_000, snaplen: 64, ipv6: false },
};

/** Each tool as it is usually run; those that are not installed are left out, aloud. */
const CONTESTANTS = {
  lastack: (path) => [process.execPath, LASTACK, path],
  'lastack 1 thread': (path) => [process.execPath, LASTACK, path, '--threads', '1'],
  'lastack ndjson': (path) => [process.execPath, LASTACK, path, '--format', 'ndjson'],
  cat: (path) => ['cat', path],
  'tcpdump -w': (path) => ['tcpdump', '-r', path, '-w', '/dev/null'],
  capinfos: (path) => ['capinfos', path],
  argus: (path) => ['argus', '-r', path, '-w', '/dev/null'],
  tcptrace: (path) => ['tcptrace', '-n', path],
  tshark: (path) => ['tshark', '-n', '-r', path, '-q', '-z', 'conv,tcp'],
};

/**
 * The whole check from start to exit, beside other tools that read the same file: wall time, CPU and peak memory,
 * alternately, medians. The summary has to equal the truth exactly. `node test/bench/run.js check=a,b` runs some captures
 * only, `check=a:lastack,tcpdump -w` some tools only. (pcap-parser refuses nanoseconds; `reader` measures it.)
 */
export async function run(only = '') {
  const [names = '', tools = ''] = only.split(':');
  const chosen = Object.entries(CAPTURES).filter(([name]) => names === '' || names.split(',').includes(name));
  for (const [name, options] of chosen) {
    const path = join(tmpdir(), `lastack-bench-check-${name}-${process.pid}.pcap`);
    try {
      const truth = writeConnections(path, options);
      compareWithTruth(path, truth);
      const size = `${truth.packets} packets, ${(truth.bytes / 1e6).toFixed(0)} MB`;
      console.log(
        `check, ${name}: ${options.connections} connections, ${size}; the summary equals the truth`,
      );
      await compete(path, truth, tools === '' ? null : tools.split(','));
    } finally {
      rmSync(path, { force: true });
    }
  }
}

async function compete(path, truth, only) {
  const tools = Object.entries(CONTESTANTS).filter(
    ([tool, command]) => (only === null || only.includes(tool)) && isInstalled(tool, command(path)[0]),
  );
  const runs = Object.fromEntries(tools.map(([tool]) => [tool, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [tool, command] of tools) {
      if (runs[tool].some(({ seconds }) => seconds > SLOW)) continue;
      runs[tool].push(await measure(command(path)));
    }
  }
  const of = (tool, what) => median(runs[tool].map((one) => one[what]));
  for (const [tool] of tools) {
    const [seconds, cpu, megabytes] = [of(tool, 'seconds'), of(tool, 'cpu'), of(tool, 'megabytes')];
    const ratio =
      tool === 'lastack' || !runs['lastack']
        ? `  ${((seconds * 1e9) / truth.packets).toFixed(0)} ns a packet`
        : `  lastack takes ${(of('lastack', 'seconds') / seconds).toFixed(2)} times as long`;
    console.log(
      `  ${tool.padEnd(17)} ${seconds.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(7)} s CPU ${megabytes.toFixed(0).padStart(6)} MB${ratio}`,
    );
  }
}

function compareWithTruth(path, truth) {
  const arguments_ = [LASTACK, path, '--format', 'json', '--connections', 'none', '--fail-on', 'never'];
  const { summary } = JSON.parse(execFileSync(process.execPath, arguments_, { encoding: 'utf8' }));
  for (const part of ['closes', 'closers']) {
    for (const [key, count] of Object.entries(truth[part])) {
      if ((summary[part][key] ?? 0) !== count) {
        throw new Error(`${part}.${key} is ${summary[part][key]} in the report and ${count} in truth`);
      }
    }
  }
}

function isInstalled(tool, command) {
  const found =
    command.includes('/') ||
    (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, command)));
  if (!found) console.log(`  skipped: ${tool} is not installed`);
  return found;
}

/** Wall time and CPU of a command and the most memory that it held, looked at every few milliseconds. */
async function measure([command, ...arguments_]) {
  const start = process.hrtime.bigint();
  const child = spawn(command, arguments_, { stdio: 'ignore' });
  let kilobytes = 0;
  let ticks = 0;
  const look = () => {
    try {
      // proc(5): the 14th and 15th field, in hundredths of a second; the name before them may have blanks.
      const [, numbers = ''] = readFileSync(`/proc/${child.pid}/stat`, 'latin1').split(') ');
      const fields = numbers.split(' ');
      ticks = Math.max(ticks, Number(fields[11]) + Number(fields[12]) || 0);
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 5);
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  return {
    seconds: Number(process.hrtime.bigint() - start) / 1e9,
    cpu: ticks / 100,
    megabytes: kilobytes / 1024,
  };
}
