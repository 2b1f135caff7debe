import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));

/**
 * What each layer may import, besides itself. Data flows one way: bytes, records, segments, connections, findings,
 * report. The model stands before the table of connections, since that asks it whether a connection is over.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  capture: [],
  decode: ['capture'],
  machine: ['decode'],
  flow: ['capture', 'decode', 'machine'],
  rules: ['decode', 'machine', 'flow'],
  report: ['capture', 'decode', 'machine', 'flow', 'rules'],
  evidence: ['capture', 'decode', 'machine', 'flow', 'rules', 'report'],
  policy: ['decode', 'machine', 'flow', 'rules', 'report'],
  fast: ['capture', 'decode', 'machine', 'flow', 'rules', 'report', 'policy'],
  engine: ['capture', 'decode', 'machine', 'flow', 'rules', 'report', 'evidence', 'policy', 'fast'],
  library: ['capture', 'engine'],
  viewer: ['capture', 'machine', 'report', 'engine'],
  testing: ['capture', 'machine', 'rules', 'report', 'library'],
  cli: ['capture', 'machine', 'rules', 'report', 'evidence', 'policy', 'engine', 'library'],
};

/** Modules of Node and packages that may be used, and where. */
const OUTSIDE: Readonly<Record<string, RegExp>> = {
  'node:fs': /^(capture\/sources|fast\/compact-core|library\/captures|cli\/)/,
  'node:module': /^fast\/compact-core/,
  'node:url': /^library\/captures/,
  'node:net': /^testing\//,
  'node:assert': /^assert\.ts$/,
  'virtual:report-validator': /^viewer\//,
  vitest: /^vitest\.ts$/,
  'node:zlib': /^capture\/gunzip/,
  'node:stream': /^capture\//,
  'node:stream/web': /^capture\/unxz/,
  'node:crypto': /^evidence\//,
  'node:worker_threads': /^engine\/share/,
  'zstddec/stream': /^capture\/unzstd/,
  'xz-decompress': /^capture\/unxz/,
  'pcap-parser': /^capture\/pcap-parser-reader/,
  commander: /^cli\//,
  picocolors: /^cli\//,
  table: /^report\//,
};

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
/** A source file without its comments. */
function codeOf(file: string): string {
  return readFileSync(join(SOURCE, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'])\/\/.*$/gm, '');
}

const imports: Import[] = files.flatMap((file) => {
  const found = codeOf(file).matchAll(
    /^(?:import|export)\b[^'"`;]*?\bfrom '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  // The compiler of WebAssembly leaves the extension out.
  const extension = file.startsWith(join('fast', 'wasm')) ? '.ts' : '';
  return [...found]
    .map(([, named, loaded]) => (named ?? loaded ?? '') + extension)
    .map((to) => ({
      from: file,
      to: to.startsWith('.') ? relative(SOURCE, resolve(dirname(join(SOURCE, file)), to)) : to,
    }));
});

describe('the shape of the code', () => {
  it('lets data flow one way: no layer imports a later one', () => {
    const backwards = imports.filter(({ from, to }) => {
      const layer = from.split('/')[0] ?? '';
      const target = to.split('/')[0] ?? '';
      if (!from.includes('/') || !(target in MAY_IMPORT) || target === layer) return false;
      return !MAY_IMPORT[layer]?.includes(target);
    });
    expect(backwards).toEqual([]);
  });

  it('keeps what exists for speed behind a fence: only the engine knows it', () => {
    const through = imports.filter(
      ({ from, to }) => to.startsWith('fast/') && !/^(fast|engine)\//.test(from),
    );
    expect(through).toEqual([]);
    const shown = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
      .filter((name) =>
        /^(index|matchers|vitest|assert)\.ts$|^(library|testing)\/|^engine\/check-options\.ts$/.test(name),
      )
      .filter((name) => /fast\//.test(codeOf(name)));
    expect(shown).toEqual([]);
  });

  it('goes round in no circle', () => {
    expect(circlesOf(imports)).toEqual([]);
  });

  it('knows every layer', () => {
    const layers = new Set(files.filter((file) => file.includes('/')).map((file) => file.split('/')[0]));
    expect([...layers].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  it('touches files, packages and the rest of the world at its edges only', () => {
    const stray = imports.filter(({ from, to }) => {
      const outside = !to.endsWith('.ts') && !to.endsWith('.json');
      if (!outside || from.startsWith('cli/')) return false;
      return !OUTSIDE[to]?.test(from);
    });
    expect(stray).toEqual([]);
  });

  it('keeps the process, the console and the wall clock out of the core', () => {
    const offenders = files
      .filter((file) => !file.startsWith('cli/'))
      .filter((file) =>
        /\bprocess\.[a-z]|\bconsole\.|\bDate\.now|\bnew Date\b|\bperformance\./.test(codeOf(file)),
      );
    expect(offenders).toEqual([]);
  });

  it('compares sequence numbers in the file of sequence arithmetic only', () => {
    const comparing = files.filter((file) => {
      if (file === 'machine/sequence.ts') return false;
      return /\.(seq|ack)\s*(<|>|<=|>=)\s*\w+(\.\w+)*/.test(codeOf(file).replaceAll(/>>>?|<<|=>/g, ''));
    });
    expect(comparing).toEqual([]);
  });
});

/** Files that import each other, over others or directly; each circle once. */
function circlesOf(all: readonly Import[]): string[][] {
  const next = new Map<string, Import[]>();
  for (const one of all) next.set(one.from, [...(next.get(one.from) ?? []), one]);
  const circles: string[][] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) circles.push([...path.slice(at), file]);
    if (at >= 0 || done.has(file)) return;
    for (const { to } of next.get(file) ?? []) walk(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) walk(file, []);
  return circles;
}
