// The captures that are measured, and how they are made.
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeConnections } from './connections.js';
import { writeRealMix } from './real-mix.js';
import { isInstalled } from './tools.js';

/** What a user may expect of the servers in (a): those over IPv4 and all of them, by two entries. */
const EXPECTATIONS = {
  services: [
    { network: '10.0.0.0/8', noLoss: true, maxResets: 10 },
    {
      port: 443,
      closer: 'client',
      kinds: ['four-way', 'three-way', 'half-close'],
      longestClose: 2,
      longestCloseWait: 1,
    },
  ],
};

/** One port after the other, each opened anew after 30 s, as a client does that uses thousands of them. */
const PORTS = { connections: 600_000, open: 5000, shapes: 'short', every: 30e9 };

/** How (a) is packed, and with what. */
const PACKERS = {
  gz: ['gzip', '-6', '-c'],
  zst: ['zstd', '-3', '-q', '-c'],
};

/**
 * By name: options of the generator, or how many copies of the user's captures (`copies`), or what is done with another
 * one (`of`). `findings`: how often each of some rules has to be found, where the truth says it. README.md has it in words.
 */
export const CAPTURES = {
  tenth: { connections: 60_000, open: 20_000 },
  a: { connections: 600_000, open: 20_000 },
  b: { connections: 4, open: 4, exchanges: 165_000 },
  c: { connections: 1_000_000, open: 1_000_000, shapes: 'unfinished' },
  d: { connections: 600_000, open: 20_000, snaplen: 64, ipv6: false },
  e: { copies: 20 },
  f: { connections: 600_000, open: 20_000, shapes: 'irregular', damage: 0.01 },
  g: { connections: 147_000, open: 5000, shapes: 'long' },
  h: {
    of: 'a',
    config: EXPECTATIONS,
    findings: ({ closes, closers }) => ({
      'expected-closer': closers.server,
      'expected-kinds': (closes.abort ?? 0) + (closes['reset-after-fin'] ?? 0),
    }),
  },
  i: {
    ...PORTS,
    reuse: true,
    findings: ({ connections }) => ({ 'time-wait-reuse': Math.max(0, connections - PORTS.open) }),
  },
  'i-fresh': { ...PORTS, findings: () => ({ 'time-wait-reuse': 0 }) },
  'j-gz': { of: 'a', pack: 'gz' },
  'j-zst': { of: 'a', pack: 'zst' },
  'k-syn': { connections: 500_000, open: 500_000, shapes: 'syn' },
  'k-half': { connections: 500_000, open: 500_000, shapes: 'half' },
  'k-rst': { connections: 500_000, open: 500_000, shapes: 'rst' },
};

/** The names that `wanted` means: all of them where it is empty; `k` means every `k-…`. */
export function chooseCaptures(wanted) {
  const names = Object.keys(CAPTURES);
  const unknown = wanted.filter((one) => !names.some((name) => means(one, name)));
  if (unknown.length > 0) throw new Error(`No such capture: ${unknown.join(', ')}.`);
  return wanted.length === 0 ? names : names.filter((name) => wanted.some((one) => means(one, name)));
}

const means = (wanted, name) => name === wanted || name.startsWith(`${wanted}-`);

/** Makes captures in a folder, each once. */
export class CaptureFolder {
  #folder;
  #scale;
  #corpus;
  #made = new Map();

  /** `scale`: of the full size; `corpus`: the user's folders of captures. */
  constructor(folder, { scale, corpus }) {
    this.#folder = folder;
    this.#scale = scale;
    this.#corpus = corpus;
  }

  /**
   * The capture of that name, or null, aloud, where this machine cannot make it.
   *
   * @returns {{ path: string, kind: 'pcap' | 'gz' | 'zst', truth: object, options: readonly string[] } | null}
   *   `truth`: what is in it as far as it is known; `options`: of lastack
   */
  make(name) {
    const made = this.#made.get(name) ?? this.#makeNew(name, CAPTURES[name]);
    if (made) this.#made.set(name, made);
    return made;
  }

  /** Removes what none of these needs. */
  keepOnly(names) {
    const needed = new Set(names.flatMap((name) => [name, CAPTURES[name].of]));
    for (const [name, { path }] of this.#made) {
      if (needed.has(name)) continue;
      this.#made.delete(name);
      // What is done with another one may leave its file as it is.
      if (![...this.#made.values()].some((other) => other.path === path)) rmSync(path, { force: true });
    }
  }

  #makeNew(name, capture) {
    if (capture.of) return this.#derive(name, capture);
    const path = this.#path(`${name}.pcap`);
    const plain = { path, kind: 'pcap', options: [] };
    if (!capture.copies) {
      const truth = writeConnections(path, atScale(capture, this.#scale));
      return { ...plain, truth: { ...truth, findings: capture.findings?.(truth) ?? {} } };
    }
    const folders = this.#corpus.filter((folder) => existsSync(folder));
    const copies = Math.max(2, Math.round(capture.copies * this.#scale));
    const truth = folders.length > 0 ? writeRealMix(path, { copies, folders }) : { files: 0 };
    if (truth.files > 0) return { ...plain, truth };
    console.log(`check, ${name}: skipped, as there are no captures to make it of (--corpus FOLDER)`);
    rmSync(path, { force: true });
    return null;
  }

  #derive(name, { of, config, pack, findings }) {
    const source = this.make(of);
    if (config) {
      const path = this.#path(`${name}.config.json`);
      writeFileSync(path, JSON.stringify(config));
      const truth = { ...source.truth, findings: findings(source.truth) };
      return { ...source, truth, options: ['--config', path] };
    }
    const [command, ...arguments_] = PACKERS[pack];
    if (!isInstalled(command)) {
      console.log(`check, ${name}: skipped, as ${command} is not installed`);
      return null;
    }
    const path = this.#path(`${name}.pcap.${pack}`);
    execFileSync('sh', [
      '-c',
      'out=$1; shift; "$@" > "$out"',
      'sh',
      path,
      command,
      ...arguments_,
      source.path,
    ]);
    return { ...source, path, kind: pack, truth: { ...source.truth, bytes: statSync(path).size } };
  }

  #path(name) {
    return join(this.#folder, `lastack-bench-check-${name}`);
  }
}

/** Fewer connections, or, where there are only a few, less in each. */
function atScale({ connections, open, exchanges, ...options }, scale) {
  if (exchanges) return { ...options, connections, open, exchanges: Math.ceil(exchanges * scale) };
  const fewer = Math.ceil(connections * scale);
  return { ...options, connections: fewer, open: Math.min(open, fewer) };
}
