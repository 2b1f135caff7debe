import type { Ledger } from './ledger.ts';
import { commentsOf, optionsOf, textOf } from './pcapng-options.ts';
import type { InterfaceNote } from './record.ts';
import { isBelievable, PLAIN_TIME } from './time-bounds.ts';
import type { Resolution } from './time-resolution.ts';
import {
  MICROSECONDS,
  nanosecondsPerTick,
  resolutionFromOption,
  ticksToNanoseconds,
} from './time-resolution.ts';
import { longestPacket } from './walker.ts';

/** An interface of a pcapng section. */
export interface CaptureInterface {
  linkType: number;
  /** 0: no limit. */
  snaplen: number;
  longest: number;
  resolution: Resolution;
  /** Seconds to add to every time. */
  offset: bigint;
  /** Nanoseconds per tick, 0 where that is no whole number. */
  scale: number;
  /** The interface's first timestamp, and when that was in nanoseconds since the capture's epoch. */
  anchored: boolean;
  anchorHigh: number;
  anchorLow: number;
  anchorTime: number;
  note: InterfaceNote;
  /** Packets that it has lost by now, as its statistics say. */
  dropped: bigint;
}

const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

const NO_NOTE: InterfaceNote = { name: null, description: null, comments: [] };

/**
 * Reads the body of an Interface Description Block (draft-ietf-opsawg-pcapng 4.2).
 *
 * @param withNote its name and comments are asked for
 */
export function readInterface(
  view: DataView,
  from: number,
  end: number,
  littleEndian: boolean,
  withNote = true,
): CaptureInterface {
  const snaplen = view.getUint32(from + 4, littleEndian);
  let resolution = MICROSECONDS;
  let offset = 0n;
  let name: string | null = null;
  let description: string | null = null;
  for (const { code, at: value, length } of optionsOf(view, from + 8, end, littleEndian)) {
    if (withNote && code === IF_NAME) name = textOf(view, value, length);
    if (withNote && code === IF_DESCRIPTION) description = textOf(view, value, length);
    if (code === IF_TSRESOL && length >= 1) resolution = resolutionFromOption(view.getUint8(value));
    if (code === IF_TSOFFSET && length >= 8) offset = view.getBigInt64(value, littleEndian);
  }
  return {
    linkType: view.getUint16(from, littleEndian),
    snaplen,
    longest: longestPacket(snaplen),
    resolution,
    offset,
    scale: nanosecondsPerTick(resolution),
    anchored: false,
    anchorHigh: 0,
    anchorLow: 0,
    anchorTime: Number.NaN,
    note: withNote ? { name, description, comments: commentsOf(view, from + 8, end, littleEndian) } : NO_NOTE,
    dropped: 0n,
  };
}

/** Options of an Interface Statistics Block: packets that the interface has dropped by now, and the system. */
const IFDROP = 5;
const OSDROP = 7;

/** Packets that were lost by now, as the body of an Interface Statistics Block says (draft-ietf-opsawg-pcapng 4.6). */
export function droppedBy(view: DataView, from: number, end: number, littleEndian: boolean): bigint {
  let dropped = 0n;
  for (const { code, at, length } of optionsOf(view, from + 12, end, littleEndian)) {
    if ((code === IFDROP || code === OSDROP) && length === 8) dropped += view.getBigUint64(at, littleEndian);
  }
  return dropped;
}

/**
 * Nanoseconds since the capture's epoch, which the first timestamp of all sets. The 64-bit ticks are exact only as a
 * bigint, so one is made for the interface's first timestamp; later ones add their difference to it, as long as a double
 * holds that. A time that cannot be is refused.
 */
export function timeOf(source: CaptureInterface, high: number, low: number, ledger: Ledger): number {
  if (source.anchored && source.scale !== 0) {
    const ticks = (high - source.anchorHigh) * 4294967296 + (low - source.anchorLow);
    const time = source.anchorTime + ticks * source.scale;
    if (time >= -PLAIN_TIME && time <= PLAIN_TIME) return time;
  }
  const ticks = (BigInt(high) << 32n) | BigInt(low);
  const exact = source.offset * 1_000_000_000n + ticksToNanoseconds(ticks, source.resolution);
  if (!isBelievable(exact)) return ledger.refuseTime();
  ledger.epoch ??= exact;
  ledger.noteExact(exact);
  const time = Number(exact - ledger.epoch);
  if (!source.anchored && Math.abs(time) <= PLAIN_TIME) {
    source.anchored = true;
    source.anchorHigh = high;
    source.anchorLow = low;
    source.anchorTime = time;
  }
  return time;
}
