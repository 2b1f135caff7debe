import { check } from '../engine/check.ts';
import { show } from '../engine/show.ts';
import { formatShowJson } from '../report/formats/format-json.ts';
import type { Report, ReportedConnection, ShownConnection } from '../report/report.ts';
import { worstFirst } from '../report/summary/worst-first.ts';
import { columns } from '../report/text/columns.ts';
import { renderShow } from '../report/text/format-show.ts';
import { endpoint, plural, thousands } from '../report/wording.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure } from './failure.ts';
import { type FoundCapture, findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { Progress } from './progress.ts';
import { rereadable } from './rereadable.ts';
import { runOptionsOf, settingsOf } from './settings.ts';
import { outputWidth, palette, zoneFor } from './terminal.ts';

export interface ShowFlags extends EngineFlags, ChoosingFlags {
  readonly connection?: number;
  readonly filter?: string;
  readonly full?: boolean;
  readonly utc?: boolean;
  readonly format: 'text' | 'json' | 'svg';
}

/** How many connections are named where somebody has to choose. */
const MOST = 20;

/** `lastack show`: draws one connection of a capture. */
export async function runShow(path: string, flags: ShowFlags, version: string): Promise<void> {
  const found = await findCaptures([path]);
  const [first] = found;
  if (!first) return;
  if (found.length > 1) {
    const example = `lastack show ${first.path}`;
    throw new Failure(
      'several-captures',
      `${path} holds ${found.length} captures; show one, as in: ${example}.`,
    );
  }
  const capture = await rereadable(first);
  const progress = new Progress(true);
  const options = {
    ...runOptionsOf(await settingsOf(flags)),
    toolVersion: version,
    onProgress: (name: string, bytes: number) => progress.update(name, bytes, capture.size),
  };
  const id = flags.connection ?? (await choose(capture, flags, options));
  const shown = await show(capture, id, options).finally(() => progress.end());
  if (shown === null) {
    failIfUnread(await check([capture], { ...options, connections: 'none' }));
    const hint = 'lastack check --connections all lists them';
    throw new Failure('connection-not-found', `${path} has no connection ${id}; ${hint}.`);
  }
  interruption.refuseParts();
  new Output().write([await textOf(shown, flags)]);
}

async function textOf(
  shown: ShownConnection,
  { format, full = false, color, utc }: ShowFlags,
): Promise<string> {
  if (format === 'json') return formatShowJson(shown);
  if (format === 'svg') {
    const { formatShowSvg } = await import('../report/diagram/show-svg.ts');
    return formatShowSvg(shown, { full });
  }
  return renderShow(shown, { palette: palette(color), width: outputWidth(), zone: zoneFor(utc), full });
}

/** The one connection that the filter selects. */
async function choose(
  capture: FoundCapture,
  flags: ShowFlags,
  options: Parameters<typeof show>[2],
): Promise<number> {
  const { filter } = flags;
  const chooses = chooserFrom(flags);
  const wanted = new FirstConnections(MOST);
  const report = await check([capture], {
    ...options,
    connections: 'none',
    ...(chooses && { chooses }),
    onConnection: (connection) => {
      if (filter !== undefined && !matches(connection, filter)) return;
      wanted.add(connection);
    },
  });
  failIfUnread(report);
  const { count } = wanted;
  const [only] = wanted.worstFirst();
  if (only === undefined) {
    const which = filter === undefined ? 'is chosen' : `has an end ${filter}`;
    throw new Failure('connection-not-found', `No connection of ${capture.path} ${which}.`);
  }
  if (count === 1) return only.id;
  const rows = wanted
    .worstFirst()
    .map(({ id, client, server, close, verdict }) => [
      `--connection ${id}`,
      `${endpoint(client)} > ${endpoint(server)}`,
      close.kind,
      verdict,
    ]);
  const more = count > rows.length ? [`  … and ${thousands(count - rows.length)} more`] : [];
  const all = chooses === null ? 'are in it' : 'are chosen';
  const which = filter === undefined ? all : `have an end ${filter}`;
  const message = `${plural(count, 'connection')} ${which}; choose one:`;
  throw new Failure('connection-not-chosen', message, [...columns(rows, { indent: 2 }), ...more]);
}

/** The worst of many connections, and of those that conform the first ones. */
class FirstConnections {
  count = 0;
  private readonly most: number;
  private kept: ReportedConnection[] = [];

  constructor(most: number) {
    this.most = most;
  }

  add(connection: ReportedConnection): void {
    this.count += 1;
    this.kept.push(connection);
    if (this.kept.length >= 4 * this.most) this.kept = this.worstFirst();
  }

  worstFirst(): ReportedConnection[] {
    return worstFirst(this.kept).slice(0, this.most);
  }
}

function failIfUnread({ captures }: Report): void {
  interruption.refuseParts();
  const status = exitStatus({ captures, tiers: new Set(), failOn: 'never', strictInput: false });
  const [failure] = status.code === 2 ? status.failures : [];
  if (failure) throw failure;
}

function matches({ client, server }: ReportedConnection, filter: string): boolean {
  return [client, server].some(
    (end) =>
      endpoint(end) === filter ||
      `${end.address}:${end.port}` === filter ||
      end.address === filter ||
      `:${end.port}` === filter,
  );
}
