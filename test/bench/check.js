import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureFolder, chooseCaptures } from './captures.js';
import { measure } from './command.js';
import { median } from './measure.js';
import { ratioTable } from './ratio-table.js';
import { chooseTools, LASTACK, refuseUnknownTools } from './tools.js';

/** A tool that takes longer than this, seconds, runs once. */
const SLOW = 10;
const ROUNDS = 3;

/**
 * The whole check from start to exit, beside other tools that read the same file: wall time, CPU and peak memory,
 * alternately, medians. The summary has to equal the truth exactly, as far as that is known. `check=a,k` runs some
 * captures only, `check=a:lastack,copy` some tools only. (pcap-parser refuses nanoseconds; `reader` measures it.)
 *
 * @param {string} only
 * @param {{ scale: number, corpus: readonly string[], keep?: string }} options `keep`: a folder where the captures stay
 */
export async function run(only, { scale, corpus, keep }) {
  const [captures = '', tools = ''] = only.split(':');
  const names = chooseCaptures(listed(captures));
  refuseUnknownTools(listed(tools));
  if (keep) mkdirSync(keep, { recursive: true });
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'lastack-bench-'));
  const made = new CaptureFolder(folder, { scale, corpus });
  const results = [];
  try {
    for (const [index, name] of names.entries()) {
      const capture = made.make(name);
      if (capture) {
        const { connections } = compareWithTruth(capture);
        const { packets, bytes, closes, damaged } = capture.truth;
        const known = !closes ? 'nobody knows the truth' : 'the summary equals the truth';
        const bounds = damaged ? `, but for ${damaged} damaged connections` : '';
        const size = `${packets} packets, ${(bytes / 1e6).toFixed(0)} MB`;
        console.log(`check, ${name}: ${connections} connections, ${size}; ${known}${bounds}`);
        const times = await compete(capture, chooseTools(capture.kind, listed(tools)), connections);
        results.push({ name, kind: capture.kind, times });
      }
      if (!keep) made.keepOnly(names.slice(index + 1));
    }
  } finally {
    if (!keep) rmSync(folder, { recursive: true, force: true });
  }
  console.log(ratioTable(results));
}

const listed = (text) => text.split(',').filter((one) => one !== '');

/** Runs the tools by turns and prints their medians, which it returns by name. */
async function compete({ path, truth, options }, tools, connections) {
  const runs = tools.map(([name, { command }]) => ({ name, command: command(path, options), rounds: [] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const tool of runs) {
      if (tool.failed || tool.rounds.some(({ seconds }) => seconds > SLOW)) continue;
      try {
        tool.rounds.push(await measure(tool.command));
      } catch (error) {
        tool.failed = error.message;
      }
    }
  }
  const times = {};
  for (const { name, rounds, failed } of runs) {
    if (failed) {
      console.log(`  ${name} failed: ${failed}`);
      continue;
    }
    const of = (what) => median(rounds.map((one) => one[what]));
    const [seconds, cpu, megabytes] = [of('seconds'), of('cpu'), of('megabytes')];
    times[name] = { seconds, cpu, megabytes };
    const costs = `${((seconds * 1e9) / truth.packets).toFixed(0)} ns a packet, ${((cpu * 1e6) / connections).toFixed(2)} µs CPU a connection`;
    const first = times['lastack'];
    const ratio =
      name === 'lastack' || !first
        ? costs
        : `lastack takes ${(first.seconds / seconds).toFixed(2)} times as long, ${(first.cpu / cpu).toFixed(2)} times the CPU`;
    console.log(
      `  ${name.padEnd(17)} ${seconds.toFixed(2).padStart(7)} s ${cpu.toFixed(2).padStart(7)} s CPU ${megabytes.toFixed(0).padStart(6)} MB  ${ratio}`,
    );
  }
  return times;
}

/** Throws where lastack's summary, which it returns, is not what the generator wrote. */
function compareWithTruth({ path, truth, options }) {
  const arguments_ = [
    LASTACK,
    path,
    ...options,
    '--format',
    'json',
    '--connections',
    'none',
    '--fail-on',
    'never',
  ];
  const output = execFileSync(process.execPath, arguments_, { encoding: 'utf8', maxBuffer: 1 << 28 });
  const { summary } = JSON.parse(output);
  if (!truth.closes) return summary;
  const compare = (what, count = 0, expected = 0) => {
    // A damaged connection may be of any kind, or look like two of them.
    if (count < expected || count > expected + truth.damaged) {
      throw new Error(`${what}: ${count} in the report and ${expected} in truth`);
    }
  };
  compare('connections', summary.connections, truth.connections);
  for (const part of ['closes', 'closers']) {
    for (const key of new Set([...Object.keys(truth[part]), ...Object.keys(summary[part])])) {
      compare(`${part}.${key}`, summary[part][key], truth[part][key]);
    }
  }
  for (const [rule, expected] of Object.entries(truth.findings)) {
    const groups = summary.groups.filter((group) => group.rule === rule);
    const count = groups.reduce((sum, group) => sum + group.count, 0);
    compare(rule, count, expected);
  }
  return summary;
}
