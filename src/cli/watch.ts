import { statSync } from 'node:fs';
import type { CaptureInput } from '../engine/check.ts';
import { Watch } from '../engine/watch.ts';
import type { ReportedCapture } from '../report/report.ts';
import type { Screen } from '../report/watch/format-screen.ts';
import { Rates } from '../report/watch/rates.ts';
import { endLines, findingLine, momentLine } from '../report/watch/watch-lines.ts';
import type { WatchedFinding } from '../report/watch/watch-report.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { complain, Failure } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { growingFile } from './growing-file.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { runOptionsOf, settingsOf } from './settings.ts';
import { outputHeight, outputWidth, palette, wantsScreen, zoneFor } from './terminal.ts';

export interface WatchFlags extends EngineFlags, ChoosingFlags {
  readonly every?: number;
  readonly idle?: number;
  readonly format?: 'screen' | 'ndjson';
  readonly utc?: boolean;
}

/** Seconds. */
const SCREEN = 1;
const LINES = 10;
const IDLE = 7200;
/** Findings that the screen has at hand. */
const NEWEST = 50;
/** A look at what is open takes at most one part of so many of the time. */
const SHARE = 10;

/** `lastack watch`: reads a capture while it is made, and shows what is open and what is found. */
export async function runWatch(path: string, flags: WatchFlags, version: string): Promise<void> {
  const settings = await settingsOf(flags);
  const input = await inputAt(path);
  const chooses = chooserFrom(flags);
  const format = flags.format ?? (wantsScreen() ? 'screen' : 'ndjson');
  const { idle = IDLE, every = format === 'screen' ? SCREEN : LINES } = flags;
  const options = { ...runOptionsOf(settings), idle, ...(chooses && { chooses }) };
  const { profile } = settings;
  const about = {
    tool: { name: 'lastack' as const, version },
    profile: { name: profile.name, msl: profile.msl },
  };
  const capture =
    format === 'ndjson'
      ? await watchedInLines(input, { ...options, every }, about)
      : await watchedOnScreen(input, options, { every, flags });
  const status = exitStatus({ captures: [capture], tiers: new Set(), failOn: 'never', strictInput: false });
  process.exitCode = status.code;
  if (status.code === 2) status.failures.forEach(complain);
}

type Options = Omit<ConstructorParameters<typeof Watch>[0], 'every' | 'onFinding' | 'onMoment'>;

/** Standard input, a pipe, or a file whose end is not the end. */
async function inputAt(path: string): Promise<CaptureInput> {
  const stats = path === '-' ? null : statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) {
    throw new Failure(
      'usage',
      `${path} is a folder: one capture can be watched, a file or standard input (-).`,
    );
  }
  const [found] = await findCaptures([path]);
  if (found && !stats?.isFile()) return found;
  return { path, source: interruption.draining(path, () => growingFile(path)) };
}

async function watchedInLines(
  input: CaptureInput,
  options: Options & { readonly every: number },
  about: Parameters<typeof endLines>[0],
): Promise<ReportedCapture> {
  const output = new Output();
  const watch = new Watch({
    ...options,
    onFinding: (found) => output.write([findingLine(found)]),
    onMoment: (moment) => output.write([momentLine(moment)]),
  });
  const capture = await watch.read(input);
  output.write([endLines(about, capture, watch.summarize())]);
  return capture;
}

async function watchedOnScreen(
  input: CaptureInput,
  options: Options,
  { every, flags }: { readonly every: number; readonly flags: WatchFlags },
): Promise<ReportedCapture> {
  const { formatScreen } = await import('../report/watch/format-screen.ts');
  const newest: WatchedFinding[] = [];
  const watch = new Watch({
    ...options,
    onFinding: (found) => {
      newest.push(found);
      if (newest.length > NEWEST) newest.shift();
    },
  });
  const output = new Output();
  const rates = new Rates();
  const zone = zoneFor(flags.utc);
  const seen = { segments: -1, at: performance.now() };
  const draw = (): void => {
    const now = performance.now();
    const moment = watch.look();
    if (moment.segments !== seen.segments) Object.assign(seen, { segments: moment.segments, at: now });
    const screen: Screen = {
      path: input.path,
      moment: moment.segments === 0 ? null : moment,
      perSecond: rates.at(moment, now / 1000),
      summary: watch.kinds(),
      newest,
      quiet: (now - seen.at) / 1000,
      idle: options.idle,
    };
    const size = { width: outputWidth(), height: outputHeight() };
    output.write([drawn(formatScreen(screen, { ...size, zone, palette: palette(flags.color) }))]);
  };
  let timer: NodeJS.Timeout | undefined;
  const again = (): void => {
    const before = performance.now();
    draw();
    timer = setTimeout(again, Math.max(1000 * every, SHARE * (performance.now() - before)));
  };
  output.write([CLEARED]);
  try {
    again();
    return await watch.read(input);
  } finally {
    clearTimeout(timer);
    draw();
    output.write(['\n']);
  }
}

const CLEARED = '\u001b[2J';

/** From the upper left corner, each line cleared to its end, and what is below. */
function drawn(lines: readonly string[]): string {
  return `\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`;
}
