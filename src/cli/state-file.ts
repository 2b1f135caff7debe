import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connectionsIn, decodeState, encodeState, type RunState } from '../engine/run-state.ts';
import type { Profile } from '../machine/profile.ts';
import { plural } from '../report/wording.ts';
import { Failure, fromSystem, remark } from './failure.ts';
import { OutputFile } from './output-file.ts';
import { faultOf } from './read-back.ts';

/**
 * The first line of a state says which version and which profile wrote it, and has the SHA-256 of all that follows:
 * `lastack state 2, lastack 0.1.0, profile linux, msl 30, sha256 …`.
 */
const HEAD =
  /^lastack state 2, lastack ([^\s,]+), profile ([^\s,]+), msl ([^\s,]+), sha256 ([0-9a-f]{64})\n$/;
const LONGEST_HEAD = 300;

/**
 * Reads what an earlier run saved.
 *
 * @throws Failure `state-invalid`, `state-mismatch`, or what the file system says
 */
export function readState(path: string, { name, msl }: Profile, version: string): RunState {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fromSystem(error, path);
  }
  const end = bytes.subarray(0, LONGEST_HEAD).indexOf(0x0a) + 1;
  const head = HEAD.exec(Buffer.from(bytes.subarray(0, end)).toString('latin1'));
  if (!head) throw invalid(path, 'it does not begin as one');
  const [line, by = '', profile = '', lifetime = ''] = head;
  const body = bytes.subarray(end);
  if (line !== headOf(by, profile, lifetime, body))
    throw invalid(path, 'its bytes are not those that were saved');
  if (by !== version)
    throw mismatch(path, `by lastack ${by}, and this is ${version}: check the captures together`);
  if (profile !== name || lifetime !== String(msl)) {
    throw mismatch(path, `under --profile ${profile} --msl ${lifetime}: resume it under the same`);
  }
  const state = decoded(body);
  if (state === null) throw invalid(path, 'its rows are not whole');
  const fault = faultOf(state, 'state');
  if (fault !== null) throw invalid(path, fault);
  if (state.profile.name !== name || state.profile.msl !== msl) throw invalid(path, 'it has two profiles');
  return state;
}

function decoded(body: Uint8Array): RunState | null {
  try {
    return decodeState(body);
  } catch {
    return null;
  }
}

function headOf(version: string, profile: string, msl: string, body: Uint8Array): string {
  // The head counts as well.
  const told = `lastack state 2, lastack ${version}, profile ${profile}, msl ${msl}`;
  const sum = createHash('sha256').update(`${told}\n`).update(body).digest('hex');
  return `${told}, sha256 ${sum}\n`;
}

function invalid(path: string, fault: string): Failure {
  return new Failure(
    'state-invalid',
    `${path} is no state that this version saved, ${fault}: check the captures together.`,
  );
}

function mismatch(path: string, how: string): Failure {
  return new Failure('state-mismatch', `${path} was saved ${how}.`);
}

/** A file for the state, opened before anything is read; it appears whole or not at all. */
export class StateFile {
  private readonly path: string;
  private readonly version: string;
  private readonly file: OutputFile;
  private kept = 0;

  /** @throws Failure `unwritable` */
  constructor(path: string, version: string) {
    this.path = path;
    this.version = version;
    this.file = new OutputFile(path);
  }

  write(state: RunState): void {
    const { name, msl } = state.profile;
    const body = encodeState(state);
    this.file.output.write([headOf(this.version, name, String(msl), body)]);
    this.file.output.bytes(body);
    this.kept = connectionsIn(state);
  }

  /** Puts it in its place, once all else has gone well. */
  commit(): void {
    this.file.commit();
  }

  /** Says what is not in the report. */
  tell(): void {
    const kept = `${plural(this.kept, 'connection')} ${this.kept === 1 ? 'is' : 'are'} kept`;
    remark(`${kept} in ${this.path} for --resume ${this.path}.`);
  }

  discard(): void {
    this.file.discard();
  }
}
