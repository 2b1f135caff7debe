import { linkTypeName } from './link-types.ts';
import type { CaptureFormat, CaptureInfo, Diagnostic, DiagnosticCode, PacketRecord } from './record.ts';
import { PLAIN_TIME, roundingAt } from './time-bounds.ts';
import type { Resolution } from './time-resolution.ts';
import { finestResolutionName } from './time-resolution.ts';

/** What a reader writes down about a capture while it walks it; becomes the {@link CaptureInfo}. */
export class Ledger {
  format: CaptureFormat = 'pcap';
  /** Packets seen. */
  records = 0;
  /**
   * Number of the last frame, as Wireshark counts: it gives numbers to a few pcapng blocks that hold no packet.
   */
  frames = 0;
  /** Nanoseconds since 1970 of the first record that has a time; null before it. */
  epoch: bigint | null = null;
  // NaN and the infinities make V8 lay these out as doubles from the first store on.
  start: number = Number.POSITIVE_INFINITY;
  end: number = Number.NEGATIVE_INFINITY;
  /** Time of the last record. */
  previous: number = Number.NEGATIVE_INFINITY;
  /** Nanoseconds since 1970 of the last record, where its time as a double is rounded. */
  exact = 0n;
  /** The latest of these. */
  exactEnd = 0n;
  backwards = 0;
  firstBackwardsFrame = 0;
  /** Packets that the capture says were dropped before it could have them. */
  dropped = 0n;
  impossible = 0;
  firstImpossibleFrame = 0;
  /** Set when the bytes make no sense from here on; nothing more is read. */
  stopped = false;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #linkTypes = new Set<number>();
  /** Each once, by what it is: there are 256 at most, however many interfaces there are. */
  readonly #resolutions = new Map<number, Resolution>();

  note(code: DiagnosticCode, offset: number | null, message: string): void {
    this.#diagnostics.push({ code, offset, message });
  }

  /** Notes a fault after which nothing can be trusted. */
  stop(code: DiagnosticCode, offset: number, message: string): void {
    this.note(code, offset, message);
    this.stopped = true;
  }

  describeInterface(linkType: number, resolution: Resolution): void {
    this.#linkTypes.add(linkType);
    this.#resolutions.set(resolution.base * 128 + resolution.exponent, resolution);
  }

  /** Counts a packet and its time. */
  count(time: number): void {
    this.records += 1;
    this.frames += 1;
    if (time < this.previous) {
      if (this.backwards === 0) this.firstBackwardsFrame = this.frames;
      this.backwards += 1;
    }
    if (time < this.start) this.start = time;
    if (time > this.end) this.end = time;
    this.previous = time;
  }

  /** Notes the exact time of the next packet. */
  noteExact(exact: bigint): void {
    this.exact = exact;
    if (this.exactEnd < exact) this.exactEnd = exact;
  }

  /** Counts the packet of a record, and gives it its time and its number. @param exact nanoseconds since 1970 */
  place(record: Pick<PacketRecord, 'time' | 'frame'>, exact: bigint): void {
    this.epoch ??= exact;
    record.time = Number(exact - this.epoch);
    if (Math.abs(record.time) > PLAIN_TIME) this.noteExact(exact);
    this.count(record.time);
    record.frame = this.frames;
  }

  /** Counts the next packet's time as one that cannot be. Returns the time that it takes instead. */
  refuseTime(): number {
    if (this.impossible === 0) this.firstImpossibleFrame = this.frames + 1;
    this.impossible += 1;
    return this.previous === Number.NEGATIVE_INFINITY ? 0 : this.previous;
  }

  /** Counts packets of which none is earlier than the one before; the time is that of the last. */
  countRun(packets: number, time: number): void {
    this.records += packets;
    this.frames += packets;
    if (time > this.end) this.end = time;
    this.previous = time;
  }

  info(): CaptureInfo {
    const timed = this.epoch !== null && this.end >= this.start;
    if (this.backwards > 0) {
      this.note(
        'time-backwards',
        null,
        `${this.backwards} ${this.backwards === 1 ? 'packet has' : 'packets have'} an earlier time than the packet before (first: frame ${this.firstBackwardsFrame}).`,
      );
    }
    if (this.dropped > 0n) {
      const [packets, were] = this.dropped === 1n ? ['packet was', 'it'] : ['packets were', 'they'];
      this.note(
        'packets-dropped',
        null,
        `The capture says that ${this.dropped} ${packets} dropped before ${were} could be written: what seems to be lost on the way may be missing here only. Record with a larger buffer (tcpdump -B), a smaller snap length (-s 128) or a narrower filter.`,
      );
    }
    if (this.impossible > 0) {
      this.note(
        'time-impossible',
        null,
        `${this.impossible} ${this.impossible === 1 ? 'packet says' : 'packets say'} that the time is before 1823 or after 2116 (first: frame ${this.firstImpossibleFrame}). Each was given the time of the packet before. Check the resolution and the offset of the interface.`,
      );
    }
    const rounding = timed ? Math.max(roundingAt(this.start), roundingAt(this.end)) : 0;
    if (rounding > 0) {
      const most = rounding === 1 ? '1 nanosecond' : `${rounding} nanoseconds`;
      this.note(
        'time-rounded',
        null,
        `The capture spans more than 104 days from its first packet. Times beyond that are rounded, by ${most} at most. Cut the capture where times must be exact.`,
      );
    }
    return {
      format: this.format,
      compression: null,
      timestampResolution: finestResolutionName([...this.#resolutions.values()]),
      linkTypes: [...this.#linkTypes].map(linkTypeName),
      records: this.records,
      epoch: this.epoch ?? 0n,
      start: timed ? this.start : 0,
      end: timed ? this.end : 0,
      diagnostics: [...this.#diagnostics],
      isStopped: this.stopped,
    };
  }
}
