/** An interface to be written: what an Interface Description Block says of it. */
export interface WritableInterface {
  /** LINKTYPE_ value. */
  linkType: number;
  /** Unit of the times: `us` (10^-6 s) or `ns` (10^-9 s). */
  resolution: 'us' | 'ns';
  /** 0, which means no limit, unless said. Nothing is cut to it. */
  snaplen?: number;
  name?: string;
  description?: string;
  comments?: readonly string[];
}

/** A packet to be written. */
export interface CommentedPacket {
  /** Number of its interface, as {@link PcapngWriter.interface} returned it. */
  interface: number;
  /** Nanoseconds since 1970-01-01 UTC; a microsecond interface drops what is below a microsecond. */
  time: bigint;
  bytes: Uint8Array;
  /** Bytes that it had on the wire. */
  original: number;
  comments: readonly string[];
}

export interface SectionOptions {
  /** What wrote it (`shb_userappl`). */
  application: string;
  comments?: readonly string[];
}

/** Block types and option codes (draft-ietf-opsawg-pcapng 3.5, 4.1, 4.2, 4.3). */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;
const END_OF_OPTIONS = 0;
const COMMENT = 1;
const USER_APPLICATION = 4;
const INTERFACE_NAME = 2;
const INTERFACE_DESCRIPTION_TEXT = 3;
const TIMESTAMP_RESOLUTION = 9;

const OVERHEAD = 12;
const LONGEST_OPTION = 0xffff;
const EXPONENT = { us: 6, ns: 9 } as const;
const NANOSECONDS_PER_UNIT = { us: 1000n, ns: 1n } as const;
const ENCODER = new TextEncoder();

type Option = readonly [code: number, value: Uint8Array];

/**
 * Builds a pcapng file in memory: one section in little-endian order, interfaces before the packets that name them,
 * each packet an Enhanced Packet Block with its comments (draft-ietf-opsawg-pcapng).
 *
 * @example
 * const writer = new PcapngWriter({ application: 'lastack' });
 * const ethernet = writer.interface({ linkType: 1, resolution: 'ns' });
 * writer.packet({ interface: ethernet, time: 1n, bytes: frame, original: 1500, comments: ['the first FIN'] });
 * writeFileSync('out.pcapng', writer.bytes());
 */
export class PcapngWriter {
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(65_536);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  readonly #units: bigint[] = [];

  constructor({ application, comments = [] }: SectionOptions) {
    const options = [...comments.map(commentOf), textOf(USER_APPLICATION, application)];
    this.#block(SECTION_HEADER, 16 + sizeOf(options), (at) => {
      this.#view.setUint32(at, BYTE_ORDER, true);
      this.#view.setUint16(at + 4, 1, true);
      this.#view.setUint16(at + 6, 0, true);
      // Its length is not given: -1.
      this.#view.setBigInt64(at + 8, -1n, true);
      this.#options(at + 16, options);
    });
  }

  /** Describes an interface. Returns its number, from 0. */
  interface({
    linkType,
    resolution,
    snaplen = 0,
    name,
    description,
    comments = [],
  }: WritableInterface): number {
    const options = [
      ...comments.map(commentOf),
      ...(name === undefined ? [] : [textOf(INTERFACE_NAME, name)]),
      ...(description === undefined ? [] : [textOf(INTERFACE_DESCRIPTION_TEXT, description)]),
      [TIMESTAMP_RESOLUTION, Uint8Array.of(EXPONENT[resolution])] as const,
    ];
    this.#block(INTERFACE_DESCRIPTION, 8 + sizeOf(options), (at) => {
      this.#view.setUint16(at, linkType, true);
      this.#view.setUint16(at + 2, 0, true);
      this.#view.setUint32(at + 4, snaplen, true);
      this.#options(at + 8, options);
    });
    return this.#units.push(NANOSECONDS_PER_UNIT[resolution]) - 1;
  }

  packet({ interface: id, time, bytes, original, comments }: CommentedPacket): void {
    const ticks = time / (this.#units[id] ?? 1n);
    const options = comments.map(commentOf);
    const padded = padding(bytes.byteLength);
    this.#block(ENHANCED_PACKET, 20 + padded + sizeOf(options), (at) => {
      this.#view.setUint32(at, id, true);
      this.#view.setUint32(at + 4, Number(BigInt.asUintN(32, ticks >> 32n)), true);
      this.#view.setUint32(at + 8, Number(BigInt.asUintN(32, ticks)), true);
      this.#view.setUint32(at + 12, bytes.byteLength, true);
      this.#view.setUint32(at + 16, original, true);
      this.#buffer.set(bytes, at + 20);
      this.#options(at + 20 + padded, options);
    });
  }

  /** The file so far; a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  /** A block with its length in front and behind; `fill` gets the place of its body, which is all zeros. */
  #block(type: number, body: number, fill: (at: number) => void): void {
    const at = this.#length;
    const total = body + OVERHEAD;
    this.#reserve(at + total);
    this.#view.setUint32(at, type, true);
    this.#view.setUint32(at + 4, total, true);
    fill(at + 8);
    this.#view.setUint32(at + total - 4, total, true);
    this.#length = at + total;
  }

  #options(from: number, options: readonly Option[]): void {
    let at = from;
    for (const [code, value] of options) {
      this.#view.setUint16(at, code, true);
      this.#view.setUint16(at + 2, value.byteLength, true);
      this.#buffer.set(value, at + 4);
      at += 4 + padding(value.byteLength);
    }
    if (options.length > 0) this.#view.setUint32(at, END_OF_OPTIONS, true);
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.byteLength) return;
    const grown = new Uint8Array(Math.max(length, this.#buffer.byteLength * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function commentOf(text: string): Option {
  return textOf(COMMENT, text);
}

/** UTF-8, cut between two characters where it is longer than an option can be. */
function textOf(code: number, text: string): Option {
  const value = new Uint8Array(Math.min(LONGEST_OPTION, text.length * 3));
  const { written } = ENCODER.encodeInto(text, value);
  return [code, value.subarray(0, written)];
}

/** Bytes of options with the end behind them; none where there are none. */
function sizeOf(options: readonly Option[]): number {
  return options.reduce((sum, [, value]) => sum + 4 + padding(value.byteLength), options.length > 0 ? 4 : 0);
}

/** Up to a multiple of four. */
function padding(length: number): number {
  return Math.ceil(length / 4) * 4;
}
