import { existsSync, readFileSync } from 'node:fs';
import { type Baseline, parseBaseline } from '../policy/baseline.ts';
import { Failure, fromSystem } from './failure.ts';

/** @throws Failure `file-not-found`, `baseline-invalid` */
export function readBaseline(path: string): Baseline {
  if (!existsSync(path)) {
    const example = `lastack baseline write ${path} CAPTURE`;
    throw new Failure('file-not-found', `There is no baseline ${path}; make one, as in: ${example}.`);
  }
  const read = parseBaseline(textOf(path));
  if (typeof read !== 'string') return read;
  throw new Failure('baseline-invalid', `${path} is no baseline of lastack: ${read}.`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw fromSystem(error, path);
  }
}
