import { PROFILES } from '../../machine/profile.ts';
import type { Report, ReportedConnection } from '../report.ts';
import { isVisible, visible, wellFormed } from '../visible.ts';
import { endpoint } from '../wording.ts';

type Run = Pick<Report, 'captures' | 'profile'>;

/**
 * The command that draws a connection, as a shell takes it; `-` stands for the capture that came on standard input.
 *
 * @param options of the run besides profile and msl
 */
export function showCommand(
  connection: ReportedConnection,
  run: Run,
  options: readonly string[] = [],
): string {
  const path = operand(run.captures[connection.capture]?.path ?? '-');
  // Ids count over the whole run, and show reads one capture.
  const which =
    run.captures.length === 1
      ? ['--connection', String(connection.id)]
      : ['--filter', endpoint(connection.client)];
  return shell(['lastack', 'show', path, ...which, ...profileOptions(run), ...options]);
}

/** The command that checks a capture again in the same way, with the others of its rotation. */
export function checkCommand(capture: number, run: Run, options: readonly string[] = []): string {
  const begins = run.captures.map(({ firstFrame }) => firstFrame === 1);
  const first = begins.lastIndexOf(true, capture);
  const next = begins.indexOf(true, capture + 1);
  const paths = run.captures
    .slice(Math.max(0, first), next < 0 ? undefined : next)
    .map(({ path }) => operand(path));
  return shell(['lastack', 'check', ...paths, ...profileOptions(run), ...options]);
}

/** A path that is not taken for an option. */
function operand(path: string): string {
  return /^-./.test(path) ? `./${path}` : path;
}

function profileOptions({ profile: { name, msl } }: Run): string[] {
  const profile = name === 'rfc9293' ? [] : ['--profile', name];
  return PROFILES[name].msl === msl ? profile : [...profile, '--msl', String(msl)];
}

/** A command line as a shell takes it. */
export function shell(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

function quote(word: string): string {
  if (/^[\w./:@%+=,-]+$/.test(word) && isVisible(word)) return word;
  if (isVisible(word)) return `'${word.replaceAll("'", `'\\''`)}'`;
  return `$'${visible(wellFormed(word).replace(/['\\]/g, '\\$&'))}'`;
}
