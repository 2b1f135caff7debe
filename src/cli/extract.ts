import { statSync } from 'node:fs';
import { type Evidence, type Extraction, extract } from '../engine/extract.ts';
import { formatManifest, type Manifest } from '../evidence/manifest.ts';
import { nearest } from '../report/nearest.ts';
import { visible } from '../report/visible.ts';
import { enumerate, plural, thousands, wrap } from '../report/wording.ts';
import { EXPECTATION_RULES } from '../rules/expectation-rules.ts';
import { RULES } from '../rules/index.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure, say } from './failure.ts';
import { type FoundCapture, findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { freshKey, keyFile, readKey } from './key-file.ts';
import { Output } from './output.ts';
import { OutputFile } from './output-file.ts';
import { Progress } from './progress.ts';
import { rereadable } from './rereadable.ts';
import { settingsOf } from './settings.ts';
import { outputWidth } from './terminal.ts';

export interface ExtractFlags extends EngineFlags, Omit<ChoosingFlags, 'rule'> {
  readonly output: string;
  readonly connection?: readonly number[];
  readonly rule?: readonly string[];
  readonly findings?: boolean;
  readonly payload?: boolean;
  readonly anonymize?: boolean;
  readonly keyFile?: string;
  readonly keepComments?: boolean;
  readonly manifest?: string;
}

/** `lastack extract`: writes the packets of chosen connections into a file of their own, and a manifest beside it. */
export async function runExtract(
  paths: readonly string[],
  flags: ExtractFlags,
  version: string,
): Promise<void> {
  failIfContradictory(flags);
  const settings = await settingsOf(flags);
  const found = await findCaptures(paths);
  const manifestPath = flags.manifest ?? `${flags.output}.manifest.json`;
  failIfOverwriting([flags.output, manifestPath], found);
  const knownKey = flags.keyFile === undefined ? null : readKey(flags.keyFile);
  const key = flags.anonymize ? (knownKey ?? freshKey()) : null;
  const inputs = await Promise.all(found.map(rereadable));
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const progress = new Progress(true);
  const { connection = [], rule = [], findings = false, ...others } = flags;
  const chooses = chooserFrom(others);
  const extraction = await extract(
    inputs,
    { connections: connection, rules: rule, findings, chooses },
    {
      // By the rules alone: what a configuration makes of their findings is no matter of the packets.
      profile: settings.profile,
      linger: settings.linger,
      reader: settings.reader,
      verifyChecksums: settings.verifyChecksums,
      toolVersion: version,
      payload: flags.payload === true,
      keepComments: flags.keepComments === true,
      key,
      onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
    },
  ).finally(() => progress.end());
  interruption.refuseParts();
  const { bytes, manifest } = evidenceOf(extraction, flags);
  const newKey = flags.keyFile !== undefined && knownKey === null ? key : null;
  writeTogether([
    () => keyFileOf(flags.keyFile, newKey),
    () => fileWith(flags.output, bytes),
    () => fileWith(manifestPath, new TextEncoder().encode(formatManifest(manifest))),
  ]);
  new Output().write([summaryOf(manifest, flags.output, manifestPath)]);
  if (manifest.verification.equal) return;
  say([`warning: ${differenceOf(manifest)}`]);
  process.exitCode = 1;
}

function failIfContradictory({
  connection,
  rule,
  findings,
  payload,
  anonymize,
  keyFile,
  keepComments,
  output,
  manifest,
  ...others
}: ExtractFlags): void {
  if (!connection && !rule && !findings && chooserFrom(others) === null) {
    throw new Failure(
      'usage',
      'Say what to extract: --connection NUMBER, --rule RULE, --findings, or one of the options that choose connections.',
    );
  }
  for (const path of [output, manifest]) {
    if (path === '-') throw new Failure('usage', 'Standard output is no place for evidence; name a file.');
  }
  if (output === manifest) throw new Failure('usage', 'The manifest needs a file of its own.');
  if (keyFile !== undefined && !anonymize) {
    throw new Failure('usage', 'A key is for --anonymize only; give both, or leave --key-file out.');
  }
  for (const [option, given] of [
    ['--payload', payload],
    ['--keep-comments', keepComments],
  ] as const) {
    if (given && anonymize)
      throw new Failure('usage', `${option} may tell everything, so it does not go with --anonymize.`);
  }
  const known = RULES.map(({ meta }) => meta.id);
  for (const name of rule ?? []) {
    if (known.includes(name)) continue;
    if (name === 'time-wait-pressure') {
      throw new Failure(
        'unknown-rule',
        `${name} is about a whole capture, so there are no packets to extract.`,
      );
    }
    if (Object.values(EXPECTATION_RULES).some(({ id }) => id === name)) {
      throw new Failure(
        'unknown-rule',
        `${name} is a rule of your configuration, and extract goes by lastack's own; choose connections, as in --connection 3.`,
      );
    }
    const meant = nearest(name, known);
    const hint = meant.length > 0 ? `Did you mean ${enumerate(meant, 'or')}?` : 'lastack rules lists them.';
    throw new Failure('unknown-rule', `There is no rule ${name}. ${hint}`);
  }
}

/** Before anything is read: what is about to be written must not be what is about to be read. */
function failIfOverwriting(outputs: readonly string[], inputs: readonly FoundCapture[]): void {
  const identity = (path: string): string | null => {
    const stats = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
    return stats ? `${stats.dev} ${stats.ino}` : null;
  };
  const read = new Map(inputs.map(({ path }) => [identity(path), path]));
  for (const output of outputs) {
    const own = identity(output);
    const input = own === null ? undefined : read.get(own);
    if (input !== undefined) {
      throw new Failure(
        'output-is-input',
        `${output} is the capture ${input} itself; name another file to write.`,
      );
    }
  }
}

/** What came out, or why nothing did. */
function evidenceOf(
  { captures, ids, apart, evidence }: Extraction,
  { connection = [], rule }: ExtractFlags,
): Evidence {
  const status = exitStatus({ captures, tiers: new Set(), failOn: 'never', strictInput: false });
  const [unread] = status.code === 2 ? status.failures : [];
  if (unread) throw unread;
  const missing = connection.filter((id) => !ids.has(id));
  if (missing.length > 0) {
    const none = missing.length === 1 ? 'is no connection' : 'are no connections';
    const hint = 'lastack check --connections all lists them';
    throw new Failure('connection-not-found', `There ${none} ${enumerate(missing)}; ${hint}.`);
  }
  if (apart.length > 0) {
    throw new Failure(
      'several-captures',
      `What was asked for lies in ${apart.length} captures that are not one recording; extract from one at a time: ${enumerate(apart)}.`,
    );
  }
  if (evidence?.manifest.file.packets === 0) {
    throw new Failure(
      'nothing-to-extract',
      'None of the packets can be made anonymous; nothing was written.',
    );
  }
  if (evidence) return evidence;
  const what = rule ? `No finding of ${enumerate(rule, 'or')}` : 'No finding above a note';
  throw new Failure(
    'nothing-to-extract',
    `${what}, so there is nothing to extract${rule ? '' : ' (--rule takes notes too)'}; nothing was written.`,
  );
}

function keyFileOf(path: string | undefined, key: Uint8Array | null): OutputFile | null {
  return path === undefined || key === null ? null : keyFile(path, key);
}

function fileWith(path: string, bytes: Uint8Array): OutputFile {
  const file = new OutputFile(path);
  file.output.bytes(bytes);
  return file;
}

/** None appears before all are written; what goes wrong leaves none. */
function writeTogether(writes: readonly (() => OutputFile | null)[]): void {
  const files = writes.flatMap((write) => write() ?? []);
  for (const file of files) file.commit();
}

function summaryOf(manifest: Manifest, path: string, manifestPath: string): string {
  const { connections, captures, file, verification, anonymization, removed } = manifest;
  const selected = connections.filter(({ why }) => why === 'selected');
  const neighbours = connections.length - selected.length;
  const records = captures.reduce((sum, capture) => sum + capture.records, 0);
  const dropped = Object.values(removed.dropped).reduce((sum, count) => sum + count, 0);
  const findings = selected.reduce((sum, connection) => sum + connection.findings.length, 0);
  const sentences = [
    `${path}: ${thousands(file.packets)} of ${plural(records, 'packet')}, ${plural(selected.length, 'connection')}${neighbours > 0 ? ` and ${plural(neighbours, 'neighbour')} on the same ports` : ''}${anonymization ? ', anonymous' : ''}.`,
    verification.equal
      ? `A check of it says what a check of the source says${findings > 0 ? `: ${plural(findings, 'finding')}, on the same packets` : ''}.`
      : '',
    dropped > 0
      ? `${plural(dropped, 'packet')} could not be made anonymous and ${dropped === 1 ? 'was' : 'were'} left out.`
      : '',
    file.linkTypes.length > 1 ? 'It has several link types, which tshark reads and tcpdump does not.' : '',
    `${manifestPath} says what was kept and what was removed.`,
  ];
  const lines = sentences.filter(Boolean).flatMap((sentence) => wrap(visible(sentence), outputWidth()));
  return `${lines.join('\n')}\n`;
}

function differenceOf({ verification: { differences } }: Manifest): string {
  const named = differences.slice(0, 5).map(({ source, parts }) => {
    const which = source === null ? 'packets of no connection' : `connection ${source}`;
    return `${which} (${parts.join(', ')})`;
  });
  const more = differences.length > named.length ? `, and ${differences.length - named.length} more` : '';
  return `A check of the extract does not say what a check of the source says: ${named.join('; ')}${more}. The manifest lists it.`;
}
