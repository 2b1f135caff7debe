import { PROFILES } from '../machine/profile.ts';
import type { Report, ReportedConnection } from './report.ts';
import { endpoint } from './wording.ts';

type Run = Pick<Report, 'captures' | 'profile'>;

/** The command that draws a connection, as a shell takes it; `-` stands for the capture that came on standard input. */
export function showCommand(connection: ReportedConnection, run: Run): string {
  const path = run.captures[connection.capture]?.path ?? '-';
  // Ids count over the whole run, and show reads one capture.
  const which =
    run.captures.length === 1 ? `--connection ${connection.id}` : `--filter ${endpoint(connection.client)}`;
  return `lastack show ${quote(path)} ${which}${profileFlags(run)}`;
}

/** The command that checks one capture again in the same way. */
export function checkCommand(capture: number, run: Run): string {
  return `lastack check ${quote(run.captures[capture]?.path ?? '-')}${profileFlags(run)}`;
}

function profileFlags({ profile: { name, msl } }: Run): string {
  const profile = name === 'rfc9293' ? '' : ` --profile ${name}`;
  return PROFILES[name].msl === msl ? profile : `${profile} --msl ${msl}`;
}

/** As a shell takes it. */
function quote(path: string): string {
  return /^[\w./:@%+=,-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
