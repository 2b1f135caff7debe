import { DAMAGE } from '../capture/damage.ts';
import { type Captures, check, PROFILES, type Profile } from '../index.ts';
import type { Ladder } from '../report/ladder/ladder.ts';
import type { Report, ReportedConnection } from '../report/report.ts';
import { endpoint } from '../report/wording.ts';
import { findingName } from './clean-close.ts';
import { type AssertionOptions, canonicalAddress } from './options.ts';
import { UsageError } from './usage-error.ts';

/** What assertions are about: captures, or the report of a check that listed every connection. */
export type Checkable = Captures | Report;

/** A connection that was asked about. */
export interface Surveyed {
  readonly connection: ReportedConnection;
  /** What it was picked for; empty where it was not. */
  readonly reasons: readonly string[];
  /** Null where there was only a report, or enough was drawn. */
  readonly ladder: Ladder | null;
}

/** The connections that were asked about, counted; as many as a message shows are kept. */
export interface Survey {
  readonly report: Omit<Report, 'connections'>;
  readonly chosen: number;
  /** The first of them. */
  readonly sample: Surveyed | null;
  readonly picked: number;
  readonly shown: readonly Surveyed[];
  /** How the chosen ones closed, and what was found of them, with counts. */
  readonly closes: ReadonlyMap<string, number>;
  readonly findings: ReadonlyMap<string, number>;
  /** What could not be read. */
  readonly damage: readonly string[];
  /** Options of the command line that check as was checked, besides the profile. */
  readonly flags: readonly string[];
}

/** Connections that are kept for a message. */
const LISTED = 10;
/** Those of them that it shows in full. */
export const DRAWN = 2;

/** Checks captures, or looks through a report, and picks connections for reasons. */
export async function survey(
  checkable: Checkable,
  options: AssertionOptions,
  reasonsFor: (connection: ReportedConnection) => readonly string[],
): Promise<Survey> {
  const isChosen = chooser(options);
  let chosen = 0;
  let picked = 0;
  let sample: Surveyed | null = null;
  const shown: Surveyed[] = [];
  const closes = new Map<string, number>();
  const findings = new Map<string, number>();
  const see = (connection: ReportedConnection, draw: () => Ladder | null): void => {
    if (!isChosen(connection)) return;
    chosen += 1;
    increase(closes, connection.close.kind);
    for (const finding of connection.findings) increase(findings, findingName(finding));
    const reasons = reasonsFor(connection);
    const isPicked = reasons.length > 0;
    const surveyed: Surveyed = {
      connection,
      reasons,
      ladder: sample === null || (isPicked && shown.length < DRAWN) ? draw() : null,
    };
    sample ??= surveyed;
    if (!isPicked) return;
    picked += 1;
    if (shown.length < LISTED) shown.push(surveyed);
  };
  const report = isReport(checkable)
    ? readReport(checkable, options, see)
    : await readCaptures(checkable, options, see);
  return {
    report,
    chosen,
    sample,
    picked,
    shown,
    closes,
    findings,
    damage: damageOf(report),
    flags: flagsOf(options),
  };
}

type See = (connection: ReportedConnection, draw: () => Ladder | null) => void;

async function readCaptures(captures: Captures, options: AssertionOptions, see: See): Promise<Report> {
  const { profile = 'rfc9293', linger, verifyChecksums } = options;
  return await check(captures, {
    profile: profileOf(profile),
    ...(linger !== undefined && { linger }),
    ...(verifyChecksums !== undefined && { verifyChecksums }),
    connections: 'none',
    onConnection: see,
  });
}

function readReport(report: Report, options: AssertionOptions, see: See): Report {
  for (const name of ['profile', 'linger', 'verifyChecksums'] as const) {
    if (options[name] === undefined) continue;
    throw new UsageError(
      'report-unfit',
      `A report was checked already: ${name} is for the check that made it.`,
    );
  }
  const { connections, summary } = report;
  if (connections.length !== summary.connections) {
    throw new UsageError(
      'report-unfit',
      `The report lists ${connections.length} of ${summary.connections} connections; make it with { connections: 'all' }.`,
    );
  }
  for (const connection of connections) see(connection, () => null);
  return report;
}

function profileOf(profile: NonNullable<AssertionOptions['profile']>): Profile {
  return typeof profile === 'string' ? PROFILES[profile] : profile;
}

/** Whether a connection is asked about. */
function chooser({
  port,
  address,
  clientPort,
}: AssertionOptions): (connection: ReportedConnection) => boolean {
  const wanted = address === undefined ? undefined : canonicalAddress(address);
  const isService = (end: ReportedConnection['server']): boolean =>
    (port === undefined || end.port === port) && (wanted === undefined || end.address === wanted);
  return ({ client, server, roles }) => {
    const turned = roles === 'guessed' && isService(client) && isClient(server, clientPort);
    return turned || (isService(server) && isClient(client, clientPort));
  };
}

function isClient({ port }: ReportedConnection['client'], wanted: number | undefined): boolean {
  return wanted === undefined || port === wanted;
}

function isReport(checkable: Checkable): checkable is Report {
  return (
    typeof checkable === 'object' &&
    checkable !== null &&
    'schema' in checkable &&
    checkable.schema === 'lastack/report/1'
  );
}

function damageOf({ captures }: Pick<Report, 'captures'>): string[] {
  return captures.flatMap(({ path, diagnostics }) =>
    diagnostics.filter(({ code }) => DAMAGE[code] !== 'said').map(({ message }) => `${path}: ${message}`),
  );
}

function flagsOf({ linger, verifyChecksums }: AssertionOptions): string[] {
  return [
    ...(linger === undefined ? [] : ['--linger', String(linger)]),
    ...(verifyChecksums ? ['--verify-checksums'] : []),
  ];
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** `10.0.0.1:443 (12), 10.0.0.1:80 (1)`: the services of a report with their connections. */
export function servicesText({ summary: { services, otherServices } }: Pick<Report, 'summary'>): string {
  const listed = services.slice(0, LISTED).map((one) => `${endpoint(one)} (${one.connections})`);
  const more = services.length - listed.length + (otherServices?.services ?? 0);
  return [...listed, ...(more > 0 ? [`${more} more`] : [])].join(', ');
}
