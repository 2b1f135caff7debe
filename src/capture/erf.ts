import { createRecord } from './create-record.ts';
import type { Ledger } from './ledger.ts';
import type { PacketRecord, RecordSink } from './record.ts';
import { NANOSECONDS } from './time-resolution.ts';
import type { Walker } from './walker.ts';

/** LINKTYPE_ERF: the header of a record is part of the packet, since it says what follows. */
const LINKTYPE_ERF = 197;
/** Time, type, flags, length of the record, loss counter or colour, length on the wire. */
const HEADER = 16;
/** Types that hold no packet: counters and metadata of the card (META), padding (PAD), and those of tunnels that end. */
const NO_PACKET: ReadonlySet<number> = new Set([13, 14, 27, 48]);
const HIGHEST_TYPE = 48;
/** Seconds since 1970 between which a capture was made: 2000 and 2100. */
const EARLIEST = 946_684_800;
const LATEST = 4_102_444_800;

/** Types that a capture begins with: HDLC, Ethernet and IP, plain, coloured or with a hash; metadata. */
const FIRST_TYPES: ReadonlySet<number> = new Set([1, 2, 10, 11, 15, 16, 20, 22, 23, 27]);
const META = 27;
/** Bytes that a record may have beyond its header and the packet: two in front of Ethernet, padding, extension headers. */
const MOST_BEYOND = 80;
/** Records of cards stand at multiples of so many bytes. */
const ALIGNED = 8;
const LONGEST_PACKET = 16_384;

/**
 * Whether the first bytes are a record of ERF, which has no magic number: its time and its type have to be usual, its flags those of
 * a packet without errors, and its lengths have to go together. One of 10,000 random beginnings does. Needs {@link HEADER} bytes.
 */
export function looksLikeErf(view: DataView, length: number): boolean {
  if (length < HEADER || !FIRST_TYPES.has(typeOf(view, 0)) || (view.getUint8(9) & 0xf0) !== 0) return false;
  const size = view.getUint16(10);
  const onWire = view.getUint16(14);
  const seconds = view.getUint32(4, true);
  const isTimed = seconds > EARLIEST && seconds < LATEST;
  // What a card says of itself has no time in some files.
  if (typeOf(view, 0) === META) return size === HEADER + onWire && (isTimed || seconds === 0);
  const beyond = size - HEADER - onWire;
  if (!isTimed || size <= HEADER || onWire === 0 || onWire > LONGEST_PACKET || beyond > MOST_BEYOND)
    return false;
  return beyond >= 0 || size % ALIGNED === 0;
}

function isPossible(view: DataView, at: number): boolean {
  const type = typeOf(view, at);
  const size = view.getUint16(at + 10);
  return type >= 1 && type <= HIGHEST_TYPE && size >= HEADER && (view.getUint8(at + 9) & 0xc0) === 0;
}

function typeOf(view: DataView, at: number): number {
  return view.getUint8(at + 8) & 0x7f;
}

/**
 * Walks a capture of an Endace card (ERF, the Extensible Record Format): records and nothing else. A packet is a record with its
 * header, which `decode/` passes.
 */
export class ErfWalker implements Walker {
  needed: number = HEADER;
  readonly skip: number = 0;
  readonly skipping: number = -1;
  readonly element: string = 'record';
  readonly headless: boolean = false;
  readonly #sink: RecordSink;
  readonly #ledger: Ledger;
  readonly #record: PacketRecord = createRecord();

  constructor(sink: RecordSink, ledger: Ledger) {
    this.#sink = sink;
    this.#ledger = ledger;
    this.#record.linkType = LINKTYPE_ERF;
    ledger.describeInterface(LINKTYPE_ERF, NANOSECONDS);
  }

  walk(bytes: Uint8Array, view: DataView, from: number, end: number, base: number): number {
    const record = this.#record;
    record.bytes = bytes;
    record.view = view;
    let position = from;
    this.needed = HEADER;
    while (!this.#ledger.stopped && end - position >= HEADER) {
      if (!isPossible(view, position)) {
        this.#ledger.stop(
          'record-corrupt',
          base + position,
          `What follows frame ${this.#ledger.frames} is no record of ERF; reading stopped there.`,
        );
        return position;
      }
      const size = view.getUint16(position + 10);
      if (size > end - position) {
        this.needed = size;
        return position;
      }
      if (!NO_PACKET.has(typeOf(view, position))) this.#packet(view, position, size);
      position += size;
    }
    return position;
  }

  #packet(view: DataView, at: number, size: number): void {
    const record = this.#record;
    const fraction = BigInt(view.getUint32(at, true));
    // Seconds and 2^-32 of them, to the nearest nanosecond.
    const nanoseconds = (fraction * 1_000_000_000n + 0x8000_0000n) >> 32n;
    const exact = BigInt(view.getUint32(at + 4, true)) * 1_000_000_000n + nanoseconds;
    this.#ledger.place(record, exact);
    record.offset = at;
    record.captured = size;
    // What is in front of the packet, which `decode/` knows, is not counted there.
    record.original = Math.max(size, HEADER + view.getUint16(at + 14));
    this.#sink.record(record);
  }
}
