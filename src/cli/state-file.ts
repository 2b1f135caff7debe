import { readFileSync } from 'node:fs';
import { connectionsIn, decodeState, encodeState, type RunState } from '../engine/run-state.ts';
import type { Profile } from '../machine/profile.ts';
import { plural } from '../report/wording.ts';
import { Failure, fromSystem, remark } from './failure.ts';
import { OutputFile } from './output-file.ts';

/**
 * Reads what an earlier run saved.
 *
 * @throws Failure `state-invalid`, `state-mismatch`, or what the file system says
 */
export function readState(path: string, { name, msl }: Profile): RunState {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fromSystem(error, path);
  }
  const state = decodeState(bytes);
  if (!state) {
    throw new Failure(
      'state-invalid',
      `${path} is no state that this version saved: check the captures together.`,
    );
  }
  const { profile } = state;
  if (profile.name !== name || profile.msl !== msl) {
    throw new Failure(
      'state-mismatch',
      `${path} was saved under --profile ${profile.name} --msl ${profile.msl}: resume it under the same.`,
    );
  }
  return state;
}

/** A file for the state, opened before anything is read; it appears whole or not at all. */
export class StateFile {
  private readonly path: string;
  private readonly file: OutputFile;
  private kept = 0;

  /** @throws Failure `unwritable` */
  constructor(path: string) {
    this.path = path;
    this.file = new OutputFile(path);
  }

  write(state: RunState): void {
    this.file.output.bytes(encodeState(state));
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
