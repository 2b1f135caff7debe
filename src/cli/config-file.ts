import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../policy/config.ts';
import { type Fault, validate } from '../policy/validate.ts';
import { nearest } from '../report/nearest.ts';
import { visible } from '../report/visible.ts';
import { enumerate } from '../report/wording.ts';
import { Failure, fromSystem, remark } from './failure.ts';

/** A configuration, and how it is named. */
export interface FoundConfig {
  readonly path: string;
  readonly config: Config;
}

/** Names of configuration files; in one folder there may be one. */
const NAMES = ['lastack.config.json', 'lastack.config.mjs'] as const;
/** Faults of one configuration that are told at once. */
const MOST_FAULTS = 20;
/** What is run, and not only read. */
const CODE = /\.[cm]?js$/;

/**
 * The configuration that is nearest upward from a folder; null where there is none. One that is code is said and passed by,
 * since it came with the folder and nobody named it, unless `allowCode`.
 */
export async function findConfig(folder: string, allowCode: boolean): Promise<FoundConfig | null> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const names: string[] = NAMES.filter((name) => isFile(join(at, name)));
    if (keyOfPackage(join(at, 'package.json')) !== undefined) names.push('package.json');
    if (names.length > 1) {
      throw new Failure(
        'config-ambiguous',
        `There is more than one configuration in ${at}: ${enumerate(names)}; keep one, or name it with --config.`,
      );
    }
    const [name] = names;
    if (name !== undefined) {
      const path = join(at, name);
      if (allowCode || !CODE.test(name)) return await loadConfig(path);
      remark(leftAlone(nameOf(path)));
    }
    if (dirname(at) === at) return null;
  }
}

function leftAlone(name: string): string {
  return `${name} is code and was not run; to go by it, name it (--config ${name}) or give --allow-config-code.`;
}

/** Reads a configuration that somebody named. */
export async function loadConfig(path: string): Promise<FoundConfig> {
  if (!existsSync(path)) throw new Failure('config-not-found', `There is no configuration ${path}.`);
  const name = nameOf(path);
  const value = await contentOf(path, name);
  if (value === undefined) throw new Failure('config-invalid', `${name} has no key lastack.`);
  const faults = validate(value);
  const [fault] = faults;
  if (fault && faults.length === 1) throw new Failure('config-invalid', `${name}: ${sentenceOf(fault)}`);
  if (fault) {
    const told = faults.slice(0, MOST_FAULTS).map((one) => `  ${sentenceOf(one)}`);
    const more = faults.length > told.length ? [`  … and ${faults.length - told.length} more`] : [];
    throw new Failure('config-invalid', `${name} has ${faults.length} faults:`, [...told, ...more]);
  }
  // It stands in sentences from here on.
  return { path: visible(name), config: value as Config };
}

async function contentOf(path: string, name: string): Promise<unknown> {
  if (CODE.test(path)) {
    try {
      const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href);
      return module.default ?? null;
    } catch (error) {
      throw new Failure('config-invalid', `${name} cannot be loaded: ${String((error as Error).message)}.`);
    }
  }
  const text = textOf(path);
  if (basename(path) === 'package.json') return parsed(text, name)['lastack'];
  return parsed(text, name);
}

/** The key of a package.json; one that is broken, and does not speak of lastack, is somebody else's business. */
function keyOfPackage(path: string): unknown {
  if (!isFile(path)) return undefined;
  const text = textOf(path);
  return text.includes('"lastack"') ? parsed(text, nameOf(path))['lastack'] : undefined;
}

/** A pipe that lies there would let the run wait for ever. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw fromSystem(error, path);
  }
}

function parsed(text: string, name: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw new Failure('config-invalid', `${name} is no JSON: ${(error as Error).message}.`);
  }
}

/** Relative to the working folder where it lies below. */
function nameOf(path: string): string {
  const inside = relative('.', path);
  return inside === '' || inside.startsWith('..') ? path : inside;
}

/** `services[0].closer is "sever", and may be client, server or both. Did you mean server?` */
export function sentenceOf({ path, problem }: Fault): string {
  const place = path === '' ? 'the configuration' : path;
  switch (problem.kind) {
    case 'type':
      return `${place} is ${article(problem.got)}, and must be ${enumerate(problem.wanted.map(article), 'or')}.`;
    case 'name':
      return `${place} is ${JSON.stringify(problem.got)}, and ${listText('may be', problem.allowed, 'or') || 'there is no such name'}.${hint(problem)}`;
    case 'key': {
      const list = listText('it may have', problem.allowed, 'and');
      return `${place} has ${JSON.stringify(problem.got)}, which is unknown${list && `; ${list}`}.${hint(problem)}`;
    }
    case 'missing':
      return `${place} lacks ${JSON.stringify(problem.key)}.`;
    case 'range':
      return `${place} is ${problem.got}, and must be ${problem.wanted}.`;
    case 'form':
      return `${place} is ${JSON.stringify(problem.got)}, and must be ${problem.wanted}.`;
  }
}

function listText(words: string, allowed: readonly string[], last: string): string {
  return allowed.length <= MOST_LISTED ? `${words} ${enumerate(allowed, last)}` : '';
}

function hint({ got, allowed }: { readonly got: string; readonly allowed: readonly string[] }): string {
  const near = nearest(got, allowed);
  return near.length === 0 ? '' : ` Did you mean ${enumerate(near, 'or')}?`;
}

const MOST_LISTED = 15;

function article(type: string): string {
  if (type === 'null' || type === 'undefined') return type;
  return `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}
