import { FIN, RST } from '../decode/segment.ts';
import type { Closer } from '../machine/close.ts';
import { has } from '../machine/logged-segment.ts';
import { SIDES } from '../machine/state.ts';
import { enumerate } from '../report/wording.ts';
import { EXPECTATIONS, type Expectation } from '../rules/expectation-rules.ts';
import { gapOf, isNewData, resetOf, SECOND, seconds, watchedUntil } from '../rules/facts/facts.ts';
import { lossUnknown, lostBytes } from '../rules/facts/loss.ts';
import type { Connection, Fact } from '../rules/rule.ts';
import type { ServiceConfig } from './config.ts';
import type { Placed } from './policy.ts';

/** What is expected of a connection, each with the place that says so. */
export type Expected = { readonly [K in Expectation]?: Placed<NonNullable<ServiceConfig[K]>> };

/** Of the entries that select a connection, each expectation of the last one that has it. */
export function expectedBy(entries: readonly Placed<ServiceConfig>[]): Expected {
  const pairs = EXPECTATIONS.flatMap((key) => {
    const last = entries.findLast(({ entry }) => entry[key] !== undefined);
    const value = last?.entry[key];
    if (!last || value === undefined || value === null || value === false) return [];
    return [[key, { where: `${last.where}.${key}`, entry: value }]];
  });
  return Object.fromEntries(pairs) as Expected;
}

/** An expectation that a connection did not meet. */
export interface Unmet extends Fact {
  readonly expectation: Expectation;
  readonly where: string;
}

/** What the packets of one connection show against what is expected of it. */
export function unmetBy(connection: Connection, expected: Expected): Unmet[] {
  return PER_CONNECTION.flatMap((check) => check(connection, expected));
}

type Check = (connection: Connection, expected: Expected) => Unmet[];

const closer: Check = (connection, expected) => {
  const { closer: actual } = connection.close;
  if (!expected.closer || actual === 'none') return [];
  const allowed: readonly Closer[] = [expected.closer.entry].flat();
  if (allowed.includes(actual)) return [];
  const gap = anyGap(connection);
  return [
    unmet('closer', expected.closer, {
      message: actual,
      tier: gap ? 'inconclusive' : 'violation',
      side: actual === 'both' ? null : actual,
      frames: closingFrames(connection).slice(0, actual === 'both' ? 2 : 1),
      evidence: { expected: enumerate(allowed.map(closerWord), 'or'), actual, gap },
    }),
  ];
};

const kinds: Check = (connection, expected) => {
  const { kind } = connection.close;
  if (!expected.kinds || expected.kinds.entry.includes(kind)) return [];
  if (kind === 'open' || kind === 'partial' || kind === 'unanswered') return [];
  const waited = watchedUntil(connection) - lastUse(connection);
  const isUnfinished = kind === 'incomplete';
  const isCut = isUnfinished && waited <= connection.linger * SECOND;
  // An RST that answers a SYN is there; a FIN before any other reset may be missing.
  const gap = kind === 'refused' ? null : anyGap(connection);
  return [
    unmet('kinds', expected.kinds, {
      message: isCut ? 'cut' : isUnfinished ? 'unfinished' : 'ended',
      tier: isCut || gap ? 'inconclusive' : 'violation',
      side: resetOf(connection)?.sender ?? null,
      frames: closingFrames(connection),
      evidence: { expected: enumerate(expected.kinds.entry, 'or'), kind, waited: seconds(waited), gap },
    }),
  ];
};

const longestClose: Check = (connection, expected) => {
  const { start, end, kind } = connection.close;
  if (!expected.longestClose || start === null) return [];
  const isOver = end !== null || kind !== 'incomplete';
  const took = isOver ? (end ?? start) - start : watchedUntil(connection) - start;
  if (took <= expected.longestClose.entry * SECOND) return [];
  const gap = isOver ? null : anyGap(connection);
  const frames = closingFrames(connection);
  return [
    unmet('longestClose', expected.longestClose, {
      message: isOver ? 'long' : 'unfinished',
      tier: gap ? 'inconclusive' : 'violation',
      side: null,
      frames: isOver ? [...frames.slice(0, 1), ...frameAt(connection, end)] : frames,
      evidence: { limit: expected.longestClose.entry, took: seconds(took), gap },
    }),
  ];
};

const longestCloseWait: Check = (connection, expected) => {
  const { longestCloseWait: limit } = expected;
  if (!limit) return [];
  return SIDES.flatMap((side) => {
    const own = connection.replay.transitions.filter((transition) => transition.side === side);
    const at = own.findIndex(({ to }) => to === 'CLOSE_WAIT');
    const [entered, left] = [own[at], own[at + 1]];
    if (at < 0 || !entered) return [];
    const took = (left?.time ?? watchedUntil(connection)) - entered.time;
    if (took <= limit.entry * SECOND) return [];
    // Assumed, or left unseen: the packet that says so may be missing.
    const gap = left
      ? null
      : entered.by === null
        ? 'nothing proves that it got there'
        : gapOf(connection, side);
    return [
      unmet('longestCloseWait', limit, {
        message: left ? 'long' : 'unfinished',
        tier: gap ? 'inconclusive' : 'violation',
        side,
        frames: [entered.frame, left?.frame ?? null].filter((frame) => frame !== null),
        evidence: { limit: limit.entry, took: seconds(took), gap },
      }),
    ];
  });
};

const noLoss: Check = (connection, expected) => {
  const reset = resetOf(connection);
  if (!expected.noLoss || !reset || connection.close.kind === 'refused') return [];
  const lost = lostBytes(connection);
  if (lost.client + lost.server === 0) return [];
  const gap = lossUnknown(connection);
  return [
    unmet('noLoss', expected.noLoss, {
      message: gap ? 'unknown' : 'lost',
      tier: gap ? 'inconclusive' : 'violation',
      side: reset.sender,
      frames: [reset.frame],
      evidence: { client: lost.client, server: lost.server, gap },
    }),
  ];
};

const noReset: Check = (connection, expected) => {
  const { noReset: rule } = expected;
  if (!rule) return [];
  return SIDES.flatMap((side) => {
    const frames = connection.flow.segments
      .filter((s) => s.from === side && has(s, RST))
      .map(({ frame }) => frame);
    if (frames.length === 0) return [];
    const evidence = { resets: frames.length, kind: connection.close.kind };
    const tier = 'violation' as const;
    return [
      unmet('noReset', rule, {
        message: 'reset',
        tier,
        side,
        frames: frames.slice(0, MOST_FRAMES),
        evidence,
      }),
    ];
  });
};

/** Seconds beyond which what is expected of a connection is not met, however it closed; Infinity where there is no such limit. */
export function limitsOf({ longestClose: close, longestCloseWait: closeWait }: Expected): {
  longestClose: number;
  longestCloseWait: number;
} {
  return { longestClose: close?.entry ?? Infinity, longestCloseWait: closeWait?.entry ?? Infinity };
}

const PER_CONNECTION: readonly Check[] = [closer, kinds, longestClose, longestCloseWait, noLoss, noReset];

/** Frames that a finding names at most. */
const MOST_FRAMES = 16;

function unmet(expectation: Expectation, { where }: Placed<unknown>, fact: Fact): Unmet {
  return { expectation, where, ...fact };
}

function closerWord(closer: Closer): string {
  return closer === 'both' ? 'both at once' : `the ${closer}`;
}

function anyGap(connection: Connection): string | null {
  return gapOf(connection, 'client') ?? gapOf(connection, 'server');
}

/** FINs and RSTs from the start of the closing on. */
function closingFrames({ flow: { segments }, close: { start } }: Connection): number[] {
  const closing = segments.filter((s) => s.time >= (start ?? 0) && (has(s, FIN) || has(s, RST)));
  return closing.slice(0, MOST_FRAMES).map(({ frame }) => frame);
}

function frameAt({ flow: { segments } }: Connection, time: number | null): number[] {
  return segments
    .filter((segment) => segment.time === time)
    .map(({ frame }) => frame)
    .slice(-1);
}

/** When the first FIN or the last new data came. */
function lastUse({ flow: { segments }, close: { start } }: Connection): number {
  return Math.max(start ?? 0, ...segments.filter(isNewData).map(({ time }) => time));
}
