import { createRecord, createRun } from './create-record.ts';
import type { Ledger } from './ledger.ts';
import type { PacketRecord, RecordBatch, RecordSink } from './record.ts';
import { RunBackoff } from './run-backoff.ts';
import { PLAIN_TIME } from './time-bounds.ts';
import type { Resolution } from './time-resolution.ts';
import { MICROSECONDS, NANOSECONDS, nanosecondsPerTick } from './time-resolution.ts';
import type { Walker } from './walker.ts';
import { longestPacket } from './walker.ts';

/** What the four magic bytes of a classic capture say. */
export interface ClassicVariant {
  resolution: Resolution;
  recordHeader: number;
}

/** By the magic number in the byte order of the file (draft-ietf-opsawg-pcap 4). */
export const CLASSIC_VARIANTS: ReadonlyMap<number, ClassicVariant> = new Map([
  [0xa1b2c3d4, { resolution: MICROSECONDS, recordHeader: 16 }],
  [0xa1b23c4d, { resolution: NANOSECONDS, recordHeader: 16 }],
  // Alexey Kuznetzov's patched libpcap of the 1990s: interface index, protocol and packet type follow.
  [0xa1b2cd34, { resolution: MICROSECONDS, recordHeader: 24 }],
]);

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** A length of 2^31 or more is garbage; this keeps it a small integer. */
const LONGEST = 0x7fffffff;

/** Which of the two lengths of a record stands first; it changed between versions 2.2 and 2.4 of the format. */
const CAPTURED_FIRST = 0;
const ORIGINAL_FIRST = 1;
const SMALLER_IS_CAPTURED = 2;

/** Walks a classic pcap file: a 24-byte header, then a 16-byte header before every packet. */
export class ClassicWalker implements Walker {
  needed: number = FILE_HEADER;
  readonly skip: number = 0;
  readonly skipping: number = -1;
  readonly #sink: RecordSink;
  readonly #ledger: Ledger;
  readonly #littleEndian: boolean;
  readonly #recordHeader: number;
  readonly #resolution: Resolution;
  readonly #scale: number;
  readonly #record: PacketRecord = createRecord();
  readonly #run: RecordBatch = createRun();
  readonly #backoff = new RunBackoff();
  #headless = true;
  #longest = 0;
  #lengths = CAPTURED_FIRST;
  #baseSeconds = 0;
  #baseFraction = 0;

  constructor(sink: RecordSink, ledger: Ledger, variant: ClassicVariant, littleEndian: boolean) {
    this.#sink = sink;
    this.#ledger = ledger;
    this.#littleEndian = littleEndian;
    this.#recordHeader = variant.recordHeader;
    this.#resolution = variant.resolution;
    this.#scale = nanosecondsPerTick(variant.resolution);
  }

  get element(): string {
    return this.#headless ? 'file header' : 'packet record';
  }

  get headless(): boolean {
    return this.#headless;
  }

  walk(bytes: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    let position = from;
    if (this.#headless) {
      if (end - position < FILE_HEADER) return position;
      this.#fileHeader(view, position, base);
      position += FILE_HEADER;
      if (this.#ledger.stopped) return position;
    }
    return this.#records(bytes, view, position, end, base);
  }

  #fileHeader(view: DataView, at: number, base: number): void {
    const littleEndian = this.#littleEndian;
    const major = view.getUint16(at + 4, littleEndian);
    const minor = view.getUint16(at + 6, littleEndian);
    // 543.0 was written by DG/UX; libpcap reads it as 2.3.
    if (major !== 2 && !(major === 543 && minor === 0)) {
      this.#ledger.stop(
        'not-a-capture',
        base + at + 4,
        `The file says it is pcap version ${major}.${minor}; only 2.x was ever in use. The header is damaged.`,
      );
      return;
    }
    this.#lengths =
      minor >= 4 ? CAPTURED_FIRST : major === 2 && minor < 3 ? ORIGINAL_FIRST : SMALLER_IS_CAPTURED;
    this.#longest = longestPacket(view.getUint32(at + 16, littleEndian));
    // The upper half holds the FCS length and reserved bits, which readers must ignore (draft-ietf-opsawg-pcap 4).
    const linkType = view.getUint32(at + 20, littleEndian) & 0xffff;
    this.#record.linkType = linkType;
    this.#ledger.describeInterface(linkType, this.#resolution);
    this.#headless = false;
    this.needed = this.#recordHeader;
  }

  /** The loop that everything waits for: loads and stores only, no allocation. */
  #records(bytes: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    const ledger = this.#ledger;
    const sink = this.#sink;
    const record = this.#record;
    const littleEndian = this.#littleEndian;
    const header = this.#recordHeader;
    const scale = this.#scale;
    const longest = this.#longest;
    const lengths = this.#lengths;
    if (ledger.epoch === null) {
      if (end - from < header) {
        this.needed = header;
        return from;
      }
      this.#setEpoch(view, from);
    }
    const baseSeconds = this.#baseSeconds;
    const baseFraction = this.#baseFraction;
    let previous = ledger.previous;
    let earliest = ledger.start;
    let latest = ledger.end;
    let frame = ledger.records;
    let position = from;
    let needed = header;
    record.bytes = bytes;
    record.view = view;
    const run = this.#beginRun(bytes, end);
    let single = 0;
    while (end - position >= header) {
      if (run !== null && single-- === 0) {
        run.from = position;
        run.frame = frame;
        run.previous = previous;
        run.isAhead = false;
        sink.records?.(run);
        position = run.from;
        single = this.#backoff.after(run.frame - frame, run.isAhead);
        frame = run.frame;
        previous = run.previous;
        if (previous > latest) latest = previous;
        continue;
      }
      let captured = view.getInt32(position + 8, littleEndian);
      let original = view.getInt32(position + 12, littleEndian);
      if (original < 0) original = LONGEST;
      if (lengths !== CAPTURED_FIRST) {
        if (lengths === ORIGINAL_FIRST || original < captured) {
          const first = captured;
          captured = original;
          original = first;
        }
      }
      if (captured < 0 || captured > longest) {
        ledger.stop(
          'record-corrupt',
          base + position,
          `Frame ${frame + 1} says that ${captured >>> 0} bytes of it were captured, more than any packet has (${longest}); reading stopped there.`,
        );
        break;
      }
      const body = position + header;
      if (captured > end - body) {
        needed = header + captured;
        break;
      }
      const time =
        (view.getUint32(position, littleEndian) - baseSeconds) * 1e9 +
        (view.getUint32(position + 4, littleEndian) - baseFraction) * scale;
      if (time > PLAIN_TIME || time < -PLAIN_TIME) ledger.noteExact(this.#exactTime(view, position));
      frame += 1;
      if (time < previous) {
        if (ledger.backwards === 0) ledger.firstBackwardsFrame = frame;
        ledger.backwards += 1;
        if (time < earliest) earliest = time;
      }
      if (time > latest) latest = time;
      previous = time;
      record.frame = frame;
      record.time = time;
      record.offset = body;
      record.captured = captured;
      record.original = original;
      position = body + captured;
      sink.record(record);
    }
    // The first record is the epoch, at time 0; any earlier one went back.
    ledger.start = Math.min(earliest, frame > 0 ? 0 : earliest);
    ledger.end = latest;
    ledger.previous = previous;
    ledger.records = frame;
    ledger.frames = frame;
    this.needed = needed;
    return position;
  }

  /**
   * The batch that is offered to a sink that takes batches; null if the sink does not, or the records are
   * unusual.
   */
  #beginRun(bytes: Uint8Array, end: number): RecordBatch | null {
    const isUsual =
      this.#littleEndian && this.#recordHeader === RECORD_HEADER && this.#lengths === CAPTURED_FIRST;
    if (!isUsual || !this.#sink.records) return null;
    const run = this.#run;
    run.bytes = bytes;
    run.isNew = true;
    run.end = end;
    run.linkType = this.#record.linkType;
    run.longest = this.#longest;
    run.baseHigh = this.#baseSeconds;
    run.baseLow = this.#baseFraction;
    run.highUnit = 1e9;
    run.lowUnit = this.#scale;
    run.unit = 1;
    run.baseTime = 0;
    return run;
  }

  #setEpoch(view: DataView, at: number): void {
    this.#baseSeconds = view.getUint32(at, this.#littleEndian);
    this.#baseFraction = view.getUint32(at + 4, this.#littleEndian);
    this.#ledger.epoch = this.#exactTime(view, at);
  }

  /** Nanoseconds since 1970. */
  #exactTime(view: DataView, at: number): bigint {
    const seconds = view.getUint32(at, this.#littleEndian);
    const fraction = view.getUint32(at + 4, this.#littleEndian);
    return BigInt(seconds) * 1_000_000_000n + BigInt(fraction) * BigInt(this.#scale);
  }
}
