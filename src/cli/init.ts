import { existsSync } from 'node:fs';
import { check } from '../engine/check.ts';
import type { Config } from '../policy/config.ts';
import type { Policy } from '../policy/policy.ts';
import { propose, proven } from '../policy/propose.ts';
import type { Report } from '../report/report.ts';
import { visible } from '../report/visible.ts';
import { enumerate, plural, wrap } from '../report/wording.ts';
import { type ChoosingFlags, chooserFrom } from './choosing.ts';
import type { EngineFlags } from './engine-flags.ts';
import { exitStatus } from './exit-status.ts';
import { Failure, remark } from './failure.ts';
import { findCaptures } from './find-captures.ts';
import { interruption } from './interruption.ts';
import { Output } from './output.ts';
import { writeWhole } from './output-file.ts';
import { Progress } from './progress.ts';
import { rereadable } from './rereadable.ts';
import { runOptionsOf, settingsOf } from './settings.ts';
import { outputWidth } from './terminal.ts';

export interface InitFlags extends EngineFlags, ChoosingFlags {
  readonly output: string;
  readonly by?: 'service' | 'port';
}

/** `lastack init`: writes a configuration that expects of services what they do in captures that are good. */
export async function runInit(paths: readonly string[], flags: InitFlags, version: string): Promise<void> {
  const { output, by = 'service', profile, msl, linger } = flags;
  if (typeof flags.config === 'string') {
    throw new Failure('usage', 'init writes a configuration and goes by none: leave --config out.');
  }
  if (output !== '-' && existsSync(output)) {
    throw new Failure('output-conflict', `${output} is there already: name another file with --output.`);
  }
  const settings = await settingsOf({ ...flags, config: false });
  const inputs = await Promise.all((await findCaptures(paths)).map(rereadable));
  const sizes = new Map(inputs.map(({ path, size }) => [path, size]));
  const progress = new Progress(true);
  const chooses = chooserFrom(flags);
  const checked = async (policy?: Policy): Promise<Report> =>
    await check(inputs, {
      ...runOptionsOf(settings),
      ...(policy && { policy }),
      ...(chooses && { chooses }),
      connections: 'none',
      toolVersion: version,
      onProgress: (path, bytes) => progress.update(path, bytes, sizes.get(path) ?? null),
    }).finally(() => progress.end());
  const report = await checked();
  interruption.refuseParts();
  failIfUnread(report);
  const proposed = propose(report.summary, by);
  if (proposed.length === 0) {
    throw new Failure(
      'nothing-to-expect',
      'No connection in it was closed, so there is nothing to expect: record some that open and close.',
    );
  }
  // What the same captures would not meet is no expectation.
  const services = proposed.map((entry, index) => ({ where: `services[${index}]`, entry }));
  const { summary } = await checked({ config: output, rules: {}, services, waivers: [] });
  const config: Config = {
    $schema: './node_modules/lastack/dist/policy/config.schema.json',
    ...(profile !== undefined && { profile }),
    ...(msl !== undefined && { msl }),
    ...(linger !== undefined && { linger }),
    services: proven(proposed, summary),
  };
  // Lists of words stand on one line.
  const text = `${JSON.stringify(config, null, 2).replaceAll(/\[[^[\]{}]*\]/g, (list) => list.replaceAll(/\s+/g, ' '))}\n`;
  if (output === '-') new Output().write([text]);
  else {
    writeWhole(output, text);
    const what = by === 'port' ? plural(proposed.length, 'port') : plural(proposed.length, 'service');
    const told = `${output}: what ${what} did is expected from now on. Read it, loosen what was chance, and check: lastack check ${output === 'lastack.config.json' ? '' : `--config ${output} `}CAPTURE.`;
    new Output().write(wrap(visible(told), outputWidth()).map((line) => `${line}\n`));
  }
  remarkOn(report);
}

function failIfUnread({ captures }: Report): void {
  const status = exitStatus({ captures, tiers: new Set(), failOn: 'never', strictInput: true });
  const [unread] = status.code === 2 ? status.failures : [];
  if (unread) throw unread;
}

/** A capture that is not good makes a configuration that lets too much pass. */
function remarkOn({ summary: { tiers, otherServices } }: Report): void {
  const bad = [
    tiers.violation > 0 ? plural(tiers.violation, 'violation') : '',
    tiers.suspect > 0 ? plural(tiers.suspect, 'suspect finding') : '',
  ].filter(Boolean);
  if (bad.length > 0) remark(`It has ${enumerate(bad)}: what these connections did is expected, too.`);
  if (otherServices !== null)
    remark(`${plural(otherServices.services, 'service')} with fewer connections are not in it.`);
}
