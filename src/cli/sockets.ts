import type { AskedMoment } from '../engine/sockets.ts';
import { sockets } from '../engine/sockets.ts';
import type { SocketReport } from '../report/sockets/socket-report.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { momentOf } from './moments.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { runOptionsOf, settingsOf } from './settings.ts';
import { outputWidth, palette, zoneFor } from './terminal.ts';

export interface SocketFlags extends EngineFlags, ChoosingFlags {
  readonly at?: readonly string[];
  readonly every?: number;
  readonly list?: boolean;
  readonly utc?: boolean;
  readonly format: 'text' | 'json' | 'ndjson' | 'csv';
}

/** `lastack sockets`: how many sockets each host has, in which states, and when. */
export async function runSockets(
  paths: readonly string[],
  flags: SocketFlags,
  version: string,
): Promise<void> {
  const { every, list = false, format } = flags;
  const zone = zoneFor(flags.utc);
  const at = flags.at?.flatMap((text) => momentOf(text, zone) ?? []);
  if (list && every !== undefined) {
    throw new Failure('usage', 'A list is of one moment: give --at, or leave --every out.');
  }
  const settings = await settingsOf(flags);
  const found = await findCaptures(paths);
  const sizes = new Map(found.map(({ path, size }) => [path, size]));
  const progress = new Progress(true);
  const chooses = chooserFrom(flags);
  const report = await sockets(found, {
    ...runOptionsOf(settings),
    toolVersion: version,
    list,
    ...(at && { at }),
    ...(chooses && { chooses }),
    ...(every !== undefined && { every }),
    onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
  }).finally(() => progress.end());
  interruption.refuseParts();
  failIfUnread(report);
  failIfOutside(report, at ?? []);
  const output = new Output();
  if (format === 'text') {
    const { formatSockets, formatSocketList } = await import('../report/sockets/format-sockets.ts');
    const suggests = settings.resolved.profile.from === 'default' && settings.resolved.msl.value === null;
    const options = { palette: palette(flags.color), width: outputWidth(), zone, suggests };
    output.write([
      list ? formatSocketList(report) : formatSockets(report, { ...options, asked: at !== undefined }),
    ]);
    return;
  }
  const { SOCKET_FORMATS } = await import('../report/sockets/socket-rows.ts');
  output.write(SOCKET_FORMATS[format](report));
}

function failIfUnread({ captures }: SocketReport): void {
  const status = exitStatus({ captures, tiers: new Set(), failOn: 'never', strictInput: false });
  const [failure] = status.code === 2 ? status.failures : [];
  if (failure) throw failure;
}

/** A moment before the first packet or behind the last one tells nothing. */
function failIfOutside({ captures, periods }: SocketReport, asked: readonly AskedMoment[]): void {
  const seen = new Set(periods.flatMap(({ at }) => at.map((moment) => moment.asked)));
  const outside = asked.find((moment) => !seen.has(moment.asked));
  if (!outside) return;
  const which = captures.length === 1 ? 'the capture' : 'any of the captures';
  throw new Failure(
    'moment-outside',
    `${outside.asked} is not within ${which}: it begins with its first packet and ends with its last.`,
  );
}
