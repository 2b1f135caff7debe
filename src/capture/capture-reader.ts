import { CLASSIC_VARIANTS, ClassicWalker } from './classic-pcap.ts';
import { ErfWalker, looksLikeErf } from './erf.ts';
import { describeForeign, FOREIGN_MAGIC_LENGTH } from './foreign-formats.ts';
import { Ledger } from './ledger.ts';
import { PcapngWalker, SECTION_HEADER } from './pcapng.ts';
import type { CaptureInfo, RecordSink } from './record.ts';
import { SNOOP_MAGIC, SnoopWalker } from './snoop.ts';
import type { Walker } from './walker.ts';

const MAGIC_LENGTH = 4;
const FIRST_CARRY = 65_536;

/**
 * A push parser: takes a capture in chunks of any size and hands over its records as they become whole. It tells
 * classic pcap, pcapng, snoop and ERF apart by content, reads in place, and copies nothing but the record that straddles two
 * chunks. It does no I/O and never throws on input bytes.
 */
export class CaptureReader {
  readonly #sink: RecordSink;
  readonly #ledger = new Ledger();
  #walker: Walker | null = null;
  /** Offset in the capture of the next byte to be pushed. */
  #offset = 0;
  /** The beginning of whatever straddles chunks; grows only as its bytes arrive. */
  #carry = new Uint8Array(0);
  #carryView = new DataView(this.#carry.buffer);
  #carried = 0;

  constructor(sink: RecordSink) {
    this.#sink = sink;
  }

  /** True once the bytes make no sense any more; whatever is pushed after that is dropped. */
  get stopped(): boolean {
    return this.#ledger.stopped;
  }

  /** Where bytes are best put before they are pushed; null where it does not matter. */
  get block(): Uint8Array | null {
    return this.#sink.block ?? null;
  }

  /** Nanoseconds since 1970-01-01 UTC of the first record; 0n before it. */
  get epoch(): bigint {
    return this.#ledger.epoch ?? 0n;
  }

  /** The same of the last record, where its time is beyond {@link PLAIN_TIME}. */
  get exact(): bigint {
    return this.#ledger.exact;
  }

  /** The latest of these. */
  get exactEnd(): bigint {
    return this.#ledger.exactEnd;
  }

  /** @param chunk the next bytes; not kept beyond the call */
  push(chunk: Uint8Array): void {
    const end = chunk.byteLength;
    const base = this.#offset;
    this.#offset += end;
    if (this.stopped || end === 0) return;
    let from = 0;
    if (this.#walker === null) {
      from = this.#detect(chunk, false);
      if (this.#walker === null) return;
    }
    const walker: Walker = this.#walker;
    const view = new DataView(chunk.buffer, chunk.byteOffset, end);
    while (!this.stopped && (from < end || this.#carried >= walker.needed)) {
      if (walker.skip > 0) {
        const step = Math.min(walker.skip, end - from);
        walker.skip -= step;
        from += step;
        continue;
      }
      if (this.#carried > 0) {
        from = this.#complete(walker, chunk, from, base);
        continue;
      }
      from = walker.walk(chunk, view, from, end, base);
      if (walker.skip === 0 && from < end && !this.stopped) {
        this.#keep(chunk.subarray(from, end));
        from = end;
      }
    }
  }

  /** Says that no byte follows. */
  end(): CaptureInfo {
    if (!this.stopped && this.#walker === null) this.#detect(new Uint8Array(0), true);
    if (!this.stopped && this.#walker !== null) this.#cutShort(this.#walker);
    return this.#ledger.info();
  }

  /** Fills the carry from the chunk until its element is whole, and walks that. */
  #complete(walker: Walker, chunk: Uint8Array, from: number, base: number): number {
    const take = Math.min(walker.needed - this.#carried, chunk.byteLength - from);
    if (take > 0) this.#keep(chunk.subarray(from, from + take));
    const next = from + Math.max(take, 0);
    if (this.#carried < walker.needed) return next;
    const start = base + next - this.#carried;
    const walked = walker.walk(this.#carry, this.#carryView, 0, this.#carried, start);
    // Either nothing was walked, since only now it is known how much is needed, or all but a few bytes.
    this.#carry.copyWithin(0, walked, this.#carried);
    this.#carried -= walked;
    return next;
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#carried + bytes.byteLength;
    if (length > this.#carry.byteLength) {
      const grown = new Uint8Array(Math.max(FIRST_CARRY, 2 ** Math.ceil(Math.log2(length))));
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
      this.#carryView = new DataView(grown.buffer);
    }
    this.#carry.set(bytes, this.#carried);
    this.#carried = length;
  }

  /**
   * Chooses the walker by the first bytes, and returns how many bytes of the chunk were taken into the carry.
   * What no walker knows waits for a few bytes more, for a better message.
   */
  #detect(chunk: Uint8Array, last: boolean): number {
    const taken = Math.min(chunk.byteLength, Math.max(0, FOREIGN_MAGIC_LENGTH - this.#carried));
    this.#keep(chunk.subarray(0, taken));
    if (this.#carried >= MAGIC_LENGTH) {
      this.#walker = this.#recognise();
      if (this.#walker !== null) return taken;
    }
    if (last || this.#carried >= FOREIGN_MAGIC_LENGTH) {
      if (looksLikeErf(this.#carryView, this.#carried)) {
        this.#ledger.format = 'erf';
        this.#walker = new ErfWalker(this.#sink, this.#ledger);
        return taken;
      }
      if (this.#carried === 0) this.#ledger.stop('empty', 0, 'The capture is empty: not one byte.');
      else this.#ledger.stop('not-a-capture', 0, describeForeign(this.#carry.subarray(0, this.#carried)));
    }
    return taken;
  }

  #recognise(): Walker | null {
    const bigEndian = this.#carryView.getUint32(0);
    if (bigEndian === SECTION_HEADER) {
      this.#ledger.format = 'pcapng';
      return new PcapngWalker(this.#sink, this.#ledger);
    }
    if (bigEndian === SNOOP_MAGIC) {
      this.#ledger.format = 'snoop';
      return new SnoopWalker(this.#sink, this.#ledger);
    }
    for (const littleEndian of [true, false]) {
      const variant = CLASSIC_VARIANTS.get(this.#carryView.getUint32(0, littleEndian));
      if (variant !== undefined) return new ClassicWalker(this.#sink, this.#ledger, variant, littleEndian);
    }
    return null;
  }

  #cutShort(walker: Walker): void {
    if (walker.headless) {
      this.#ledger.stop(
        'not-a-capture',
        0,
        `The capture ends inside its ${walker.element}: ${this.#carried} of ${walker.needed} bytes are there.`,
      );
    } else if (walker.skipping >= 0 || this.#carried > 0) {
      const missing = walker.skip > 0 ? walker.skip : walker.needed - this.#carried;
      this.#ledger.note(
        'record-truncated',
        walker.skipping >= 0 ? walker.skipping : this.#offset - this.#carried,
        `The capture ends inside a ${walker.element}: at least ${missing} more bytes should follow. Everything before was read.`,
      );
    }
  }
}
