import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeConnections } from './connections.js';
import { median } from './measure.js';

const LASTACK = fileURLToPath(new URL('../../bin/lastack.js', import.meta.url));
/** Change it when the bytes change, so that no stale file is measured. */
const GENERATION = 1;
const ROUNDS = 3;

/** Captures: many short connections, the same with a short snap length, and connections that are all open at once. */
const CAPTURES = {
  short: { connections: 60_000, open: 4_000 },
  // 64 bytes end before the flags of TCP over IPv6.
  'short, 64 bytes': { connections: 60_000, open: 4_000, snaplen: 64, ipv6: false },
  open: { connections: 100_000, open: 100_000, unfinished: true },
};

/** Each tool as it is usually run; those that are not installed are left out, aloud. */
const CONTESTANTS = {
  lastack: (path) => [process.execPath, LASTACK, path],
  'lastack ndjson': (path) => [process.execPath, LASTACK, path, '--format', 'ndjson'],
  tcpdump: (path) => ['tcpdump', '-r', path, '-w', '/dev/null'],
  capinfos: (path) => ['capinfos', path],
  tcptrace: (path) => ['tcptrace', '-n', path],
  tshark: (path) => ['tshark', '-n', '-r', path, '-q', '-z', 'conv,tcp'],
};

/**
 * The whole check from start to exit, beside other tools that read the same file: wall time, CPU and peak memory,
 * alternately, medians. The summary has to equal the truth exactly.
 */
export async function run() {
  for (const [name, options] of Object.entries(CAPTURES)) {
    const path = join(tmpdir(), `lastack-bench-check-${name.replaceAll(/\W+/g, '-')}-${GENERATION}.pcap`);
    const truth = writeConnections(path, options);
    compareWithTruth(path, truth);
    console.log(
      `check, ${name}: ${options.connections} connections, ${truth.packets} packets, ${(truth.bytes / 1e6).toFixed(0)} MB, median of ${ROUNDS}; summary equals the truth`,
    );
    const tools = Object.entries(CONTESTANTS).filter(([tool, command]) =>
      isInstalled(tool, command(path)[0]),
    );
    const runs = Object.fromEntries(tools.map(([tool]) => [tool, []]));
    for (let round = 0; round < ROUNDS; round++) {
      for (const [tool, command] of tools) runs[tool].push(await measure(command(path)));
    }
    const of = (tool, what) => median(runs[tool].map((one) => one[what]));
    for (const [tool] of tools) {
      const [seconds, megabytes] = [of(tool, 'seconds'), of(tool, 'megabytes')];
      const ratio =
        tool === 'lastack'
          ? ''
          : `  lastack takes ${(of('lastack', 'seconds') / seconds).toFixed(2)} times as long`;
      console.log(
        `  ${tool.padEnd(15)} ${seconds.toFixed(2).padStart(7)} s ${megabytes.toFixed(0).padStart(6)} MB${ratio}`,
      );
    }
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

/** Wall time of a command and the most memory that it held, looked at every few milliseconds. */
async function measure([command, ...arguments_]) {
  const start = process.hrtime.bigint();
  const child = spawn(command, arguments_, { stdio: 'ignore' });
  let kilobytes = 0;
  const look = () => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      kilobytes = Math.max(kilobytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 10);
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  clearInterval(timer);
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, megabytes: kilobytes / 1024 };
}
