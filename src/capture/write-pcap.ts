/** A packet to be written. */
export interface WritablePacket {
  /** Nanoseconds since 1970-01-01 UTC; a microsecond capture drops what is below a microsecond. */
  time: bigint;
  bytes: Uint8Array;
  /** Bytes that it had on the wire; the length of {@link bytes} unless said. */
  original?: number;
}

export interface PcapOptions {
  /** LINKTYPE_ value, Ethernet (1) unless said. */
  linkType?: number;
  /** `us` unless said. */
  resolution?: 'us' | 'ns';
  littleEndian?: boolean;
  /** 262144 unless said. Nothing is cut to it. */
  snaplen?: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const MAGIC = { us: 0xa1b2c3d4, ns: 0xa1b23c4d } as const;
const NANOSECONDS_PER_UNIT = { us: 1000n, ns: 1n } as const;
const SECOND = 1_000_000_000n;

/**
 * Builds a classic pcap file in memory.
 *
 * @example
 * const writer = new PcapWriter({ resolution: 'ns' });
 * writer.write({ time: 1_750_000_000_000_000_001n, bytes: frame });
 * writeFileSync('out.pcap', writer.bytes());
 */
export class PcapWriter {
  readonly #resolution: 'us' | 'ns';
  readonly #littleEndian: boolean;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(4096);
  #view = new DataView(this.#buffer.buffer);
  #length = FILE_HEADER;

  constructor({ linkType = 1, resolution = 'us', littleEndian = true, snaplen = 262_144 }: PcapOptions = {}) {
    this.#resolution = resolution;
    this.#littleEndian = littleEndian;
    this.#view.setUint32(0, MAGIC[resolution], littleEndian);
    this.#view.setUint16(4, 2, littleEndian);
    this.#view.setUint16(6, 4, littleEndian);
    this.#view.setUint32(16, snaplen, littleEndian);
    this.#view.setUint32(20, linkType, littleEndian);
  }

  write({ time, bytes, original = bytes.byteLength }: WritablePacket): void {
    const at = this.#length;
    this.#reserve(at + RECORD_HEADER + bytes.byteLength);
    const view = this.#view;
    const littleEndian = this.#littleEndian;
    view.setUint32(at, Number(time / SECOND), littleEndian);
    view.setUint32(at + 4, Number((time % SECOND) / NANOSECONDS_PER_UNIT[this.#resolution]), littleEndian);
    view.setUint32(at + 8, bytes.byteLength, littleEndian);
    view.setUint32(at + 12, original, littleEndian);
    this.#buffer.set(bytes, at + RECORD_HEADER);
    this.#length = at + RECORD_HEADER + bytes.byteLength;
  }

  /** The file so far; a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(length: number): void {
    if (length <= this.#buffer.byteLength) return;
    const grown = new Uint8Array(Math.max(length, this.#buffer.byteLength * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
