import { createRecord, createRun } from './create-record.ts';
import type { Ledger } from './ledger.ts';
import type { CaptureInterface } from './pcapng-interface.ts';
import { droppedBy, readInterface, timeOf } from './pcapng-interface.ts';
import { commentsOf } from './pcapng-options.ts';
import type { PacketRecord, RecordBatch, RecordSink } from './record.ts';
import { RunBackoff } from './run-backoff.ts';
import type { Walker } from './walker.ts';

/** Block types (draft-ietf-opsawg-pcapng 4); all others are skipped. */
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const INTERFACE_STATISTICS = 5;
const ENHANCED_PACKET = 6;

/** Skipped blocks that Wireshark lists as frames, and so do we, that frame numbers agree. */
const NUMBERED: ReadonlySet<number> = new Set([
  0x00000009, // systemd journal entry
  0x00000204, // sysdig events
  0x00000208,
  0x00000216,
  0x00000217,
  0x00000221,
  0x00000222,
  0x00000bad, // custom blocks
  0x40000bad,
]);

/** The byte-order magic of a section header, and the same read in the other order. */
const BYTE_ORDER = 0x1a2b3c4d;
const BYTE_ORDER_SWAPPED = 0x4d3c2b1a;

/** Type and total length; the total length again stands behind the body. */
const BLOCK_HEADER = 8;
const BLOCK_TRAILER = 4;
const BLOCK_OVERHEAD = 12;
/** The smallest body of each block that is read. */
const SECTION_BODY = 16;
const INTERFACE_BODY = 8;
const PACKET_BODY = 20;
const SIMPLE_PACKET_BODY = 4;
const STATISTICS_BODY = 12;
/** Statistics that are longer than this are passed over. */
const LONGEST_STATISTICS = 65_536;
/** What Wireshark believes of a block that has to be held whole (MAX_BLOCK_SIZE); others are skipped at any length. */
const LONGEST_BLOCK = 16_777_216;
const LONGEST = 0x7fffffff;
/** Interfaces of a section that are kept, and bytes of blocks whose names and comments are. */
const MOST_INTERFACES = 65_536;
const MOST_NOTED = 16_777_216;

/** Walks a pcapng file: blocks, in sections, each with its own byte order and its own numbering of interfaces. */
export class PcapngWalker implements Walker {
  needed: number = BLOCK_HEADER + BLOCK_TRAILER;
  skip = 0;
  skipping: number = -1;
  readonly #sink: RecordSink;
  readonly #ledger: Ledger;
  readonly #record: PacketRecord = createRecord();
  #headless = true;
  #littleEndian = false;
  #interfaces: CaptureInterface[] = [];
  /** Total length of the block being skipped, which its trailer must repeat. */
  #skippedTotal = 0;
  #orphans = 0;
  /** Bytes of the blocks whose names and comments are kept; and whether interfaces were left out, which is said once. */
  #noted = 0;
  #isCrowded = false;
  readonly #run: RecordBatch = createRun();
  readonly #backoff = new RunBackoff();
  /** The interface of the last packet, where more of it may be offered in runs; null where not. */
  #source: CaptureInterface | null = null;
  /** Blocks to deliver singly before the next batch. */
  #singles = 0;

  constructor(sink: RecordSink, ledger: Ledger) {
    this.#sink = sink;
    this.#ledger = ledger;
  }

  get element(): string {
    return this.#headless ? 'section header' : 'block';
  }

  get headless(): boolean {
    return this.#headless;
  }

  walk(bytes: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    const ledger = this.#ledger;
    const record = this.#record;
    record.bytes = bytes;
    record.view = view;
    let position = from;
    this.#run.isNew = true;
    while (!ledger.stopped) {
      if (this.skipping >= 0) {
        this.needed = BLOCK_TRAILER;
        if (end - position < BLOCK_TRAILER) break;
        if (!this.#trailerFits(view, position, this.#skippedTotal, base)) break;
        this.skipping = -1;
        position += BLOCK_TRAILER;
        continue;
      }
      if (this.#source !== null && this.#singles-- === 0) {
        position = this.#offer(this.#source, bytes, position, end);
        continue;
      }
      // A section header's length can be read only once its byte order is known, which stands in the next word.
      this.needed = BLOCK_OVERHEAD;
      if (end - position < BLOCK_OVERHEAD) break;
      const type = view.getUint32(position, this.#littleEndian);
      if (type === SECTION_HEADER && !this.#byteOrder(view, position + BLOCK_HEADER, base)) break;
      const total = view.getUint32(position + 4, this.#littleEndian);
      // Old writers did not count the padding (Wireshark rounds up too).
      const size = total % 4 === 0 ? total : total + 4 - (total % 4);
      const smallest = type === INTERFACE_STATISTICS ? smallestStatistics(size) : smallestBlock(type);
      if (size < (smallest === 0 ? BLOCK_OVERHEAD : smallest) || (smallest !== 0 && size > LONGEST_BLOCK)) {
        ledger.stop(
          'block-corrupt',
          base + position,
          `A block of type 0x${type.toString(16)} says that it is ${total} bytes long, which cannot be; reading stopped there.`,
        );
        break;
      }
      if (smallest === 0) {
        this.skipping = base + position;
        this.#skippedTotal = total;
        if (NUMBERED.has(type)) ledger.frames += 1;
        position += BLOCK_HEADER;
        const body = size - BLOCK_OVERHEAD;
        const here = Math.min(body, end - position);
        position += here;
        this.skip = body - here;
        if (this.skip > 0) break;
        continue;
      }
      this.needed = size;
      if (size > end - position) break;
      if (!this.#trailerFits(view, position + size - BLOCK_TRAILER, total, base)) break;
      this.#block(view, type, position, size, base);
      position += size;
    }
    return position;
  }

  /**
   * Offers a batch of blocks of the interface of the last packet. Returns where the blocks that were taken end.
   */
  #offer(source: CaptureInterface, bytes: Uint8Array, from: number, end: number): number {
    const ledger = this.#ledger;
    const run = this.#run;
    run.bytes = bytes;
    run.from = from;
    run.end = end;
    run.linkType = source.linkType;
    run.longest = source.longest;
    run.baseHigh = source.anchorHigh;
    run.baseLow = source.anchorLow;
    run.highUnit = 4294967296;
    run.lowUnit = 1;
    run.unit = source.scale;
    run.baseTime = source.anchorTime;
    run.frame = ledger.frames;
    run.previous = ledger.previous;
    run.isAhead = false;
    this.#sink.records?.(run);
    const taken = run.frame - ledger.frames;
    this.#singles = this.#backoff.after(taken, run.isAhead);
    if (taken > 0) ledger.countRun(taken, run.previous);
    return run.from;
  }

  #block(view: DataView, type: number, at: number, size: number, base: number): void {
    switch (type) {
      case ENHANCED_PACKET: {
        const interfaceId = view.getUint32(at + 8, this.#littleEndian);
        this.#packet(view, at, size, interfaceId, base);
        this.#prepareRun(interfaceId);
        break;
      }
      case PACKET:
        this.#packet(view, at, size, view.getUint16(at + 8, this.#littleEndian), base);
        break;
      case SIMPLE_PACKET:
        this.#simplePacket(view, at, size, base);
        break;
      case INTERFACE_DESCRIPTION: {
        this.#describe(view, at, size, base);
        break;
      }
      case INTERFACE_STATISTICS:
        this.#statistics(view, at, size);
        break;
      default:
        this.#section(view, at, base);
    }
  }

  /** Keeps an interface, and what is written beside it, as long as there are not absurdly many. */
  #describe(view: DataView, at: number, size: number, base: number): void {
    if (this.#interfaces.length === MOST_INTERFACES) {
      if (!this.#isCrowded) {
        this.#ledger.note(
          'interfaces-not-kept',
          base + at,
          `A section describes more than ${MOST_INTERFACES} interfaces. Those beyond were not kept, and their packets were not looked into.`,
        );
      }
      this.#isCrowded = true;
      return;
    }
    const end = at + size - BLOCK_TRAILER;
    const withNote = this.#sink.annotation !== undefined && this.#noted + size <= MOST_NOTED;
    const found = readInterface(view, at + BLOCK_HEADER, end, this.#littleEndian, withNote);
    if (withNote) this.#noted += size;
    this.#interfaces.push(found);
    this.#ledger.describeInterface(found.linkType, found.resolution);
  }

  /** Notes how many packets an interface has lost by now: the newest number holds. */
  #statistics(view: DataView, at: number, size: number): void {
    const source = this.#interfaces[view.getUint32(at + BLOCK_HEADER, this.#littleEndian)];
    if (source === undefined) return;
    const dropped = droppedBy(view, at + BLOCK_HEADER, at + size - BLOCK_TRAILER, this.#littleEndian);
    this.#ledger.dropped += dropped - source.dropped;
    source.dropped = dropped;
  }

  /** Learns the byte order of the section that begins; false when there is none to learn. */
  #byteOrder(view: DataView, at: number, base: number): boolean {
    const magic = view.getUint32(at, true);
    if (magic !== BYTE_ORDER && magic !== BYTE_ORDER_SWAPPED) {
      this.#ledger.stop(
        this.#headless ? 'not-a-capture' : 'block-corrupt',
        base + at,
        'A pcapng section header lacks the byte-order magic 1A2B3C4D; reading stopped there.',
      );
      return false;
    }
    this.#littleEndian = magic === BYTE_ORDER;
    return true;
  }

  #section(view: DataView, at: number, base: number): void {
    const major = view.getUint16(at + 12, this.#littleEndian);
    if (major !== 1) {
      this.#ledger.stop(
        this.#headless ? 'not-a-capture' : 'block-corrupt',
        base + at + 12,
        `A pcapng section says it is of version ${major}.${view.getUint16(at + 14, this.#littleEndian)}; only 1.x is known.`,
      );
      return;
    }
    this.#headless = false;
    this.#interfaces = [];
    this.#noted = 0;
    this.#source = null;
  }

  /** An Enhanced Packet Block, or the Packet Block before it: alike but for the interface's width. */
  #packet(view: DataView, at: number, size: number, interfaceId: number, base: number): void {
    const littleEndian = this.#littleEndian;
    const source = this.#interfaces[interfaceId];
    const captured = view.getUint32(at + 20, littleEndian);
    if (
      captured > size - BLOCK_OVERHEAD - PACKET_BODY ||
      (source !== undefined && captured > source.longest)
    ) {
      this.#tooLong(captured, at, base);
      return;
    }
    if (source === undefined) {
      this.#orphan(interfaceId, at, base);
      return;
    }
    const record = this.#record;
    record.time = timeOf(
      source,
      view.getUint32(at + 12, littleEndian),
      view.getUint32(at + 16, littleEndian),
      this.#ledger,
    );
    record.offset = at + BLOCK_HEADER + PACKET_BODY;
    record.captured = captured;
    if (this.#sink.annotation) {
      const options = record.offset + captured + ((4 - (captured % 4)) % 4);
      const comments = commentsOf(view, options, at + size - BLOCK_TRAILER, littleEndian);
      this.#sink.annotation({ interface: source.note, comments });
    }
    this.#hand(source, view.getInt32(at + 24, littleEndian));
  }

  /** What follows the first packet of an interface may come in runs, unless its times are finer than nanoseconds. */
  #prepareRun(interfaceId: number): void {
    const source = this.#interfaces[interfaceId];
    const mayOffer = this.#littleEndian && this.#sink.records && !this.#sink.annotation;
    this.#source = mayOffer && source?.anchored && source.scale !== 0 ? source : null;
    this.#run.interface = interfaceId;
  }

  /** Belongs to the section's first interface and has no time: it takes that of the record before. */
  #simplePacket(view: DataView, at: number, size: number, base: number): void {
    const source = this.#interfaces[0];
    if (source === undefined) {
      this.#orphan(0, at, base);
      return;
    }
    const original = view.getInt32(at + 8, this.#littleEndian);
    const room = size - BLOCK_OVERHEAD - SIMPLE_PACKET_BODY;
    const limit = source.snaplen === 0 ? room : Math.min(room, source.snaplen);
    const captured = original < 0 ? limit : Math.min(limit, original);
    if (captured > source.longest) {
      this.#tooLong(captured, at, base);
      return;
    }
    const record = this.#record;
    record.time = this.#ledger.previous === Number.NEGATIVE_INFINITY ? 0 : this.#ledger.previous;
    record.offset = at + BLOCK_HEADER + SIMPLE_PACKET_BODY;
    record.captured = captured;
    this.#sink.annotation?.({ interface: source.note, comments: [] });
    this.#hand(source, original);
  }

  #hand(source: CaptureInterface, original: number): void {
    const ledger = this.#ledger;
    const record = this.#record;
    ledger.count(record.time);
    record.frame = ledger.frames;
    record.linkType = source.linkType;
    record.original = original < 0 ? LONGEST : original;
    this.#sink.record(record);
  }

  /** A packet of an undescribed interface: it counts as a frame, but its content is unknown. */
  #orphan(interfaceId: number, at: number, base: number): void {
    this.#ledger.records += 1;
    this.#ledger.frames += 1;
    this.#orphans += 1;
    if (this.#orphans === 1) {
      this.#ledger.note(
        'interface-unknown',
        base + at,
        `Frame ${this.#ledger.frames} is of interface ${interfaceId}, which the capture does not describe; such packets were not looked into.`,
      );
    }
  }

  #tooLong(captured: number, at: number, base: number): void {
    this.#ledger.stop(
      'record-corrupt',
      base + at,
      `Frame ${this.#ledger.frames + 1} says that ${captured} bytes of it were captured, more than its block or any packet has; reading stopped there.`,
    );
  }

  #trailerFits(view: DataView, at: number, total: number, base: number): boolean {
    const trailer = view.getUint32(at, this.#littleEndian);
    // A writer that does not count the padding in one place may count it in the other.
    if (trailer === total || (total % 4 !== 0 && trailer === total + 4 - (total % 4))) return true;
    this.#ledger.stop(
      'block-corrupt',
      base + at,
      `A block gives its length as ${total} in front and ${trailer} behind; reading stopped there.`,
    );
    return false;
  }
}

/** The same of interface statistics: what is too short or too long for any is skipped. */
function smallestStatistics(size: number): number {
  const smallest = BLOCK_OVERHEAD + STATISTICS_BODY;
  return size >= smallest && size <= LONGEST_STATISTICS ? smallest : 0;
}

/** Smallest whole size of a block that is read, 0 for a block that is skipped. */
function smallestBlock(type: number): number {
  switch (type) {
    case ENHANCED_PACKET:
    case PACKET:
      return BLOCK_OVERHEAD + PACKET_BODY;
    case SIMPLE_PACKET:
      return BLOCK_OVERHEAD + SIMPLE_PACKET_BODY;
    case INTERFACE_DESCRIPTION:
      return BLOCK_OVERHEAD + INTERFACE_BODY;
    case SECTION_HEADER:
      return BLOCK_OVERHEAD + SECTION_BODY;
    default:
      return 0;
  }
}
