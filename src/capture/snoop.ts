import { createRecord } from './create-record.ts';
import type { Ledger } from './ledger.ts';
import type { PacketRecord, RecordSink } from './record.ts';
import { MICROSECONDS } from './time-resolution.ts';
import type { Walker } from './walker.ts';
import { longestPacket } from './walker.ts';

/** The first word of `snoop` and three zeros; eight bytes are the magic number. */
export const SNOOP_MAGIC = 0x736e_6f6f;
const SECOND_WORD = 0x7000_0000;

const FILE_HEADER = 16;
const RECORD_HEADER = 24;

/** Data link types of the format (RFC 1761, snoop(4)) as LINKTYPE_ values; others keep a number that nothing decodes. */
const LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [0, 1], // IEEE 802.3
  [2, 6], // token ring
  [4, 1], // Ethernet
  [8, 10], // FDDI
]);
const UNKNOWN_LINK_TYPE = 0x1_0000;

/** Walks a snoop capture of Solaris (RFC 1761): a 16-byte header, then a 24-byte header before every packet, and padding behind. */
export class SnoopWalker implements Walker {
  needed: number = FILE_HEADER;
  readonly skip: number = 0;
  readonly skipping: number = -1;
  readonly #sink: RecordSink;
  readonly #ledger: Ledger;
  readonly #record: PacketRecord = createRecord();
  #headless = true;

  constructor(sink: RecordSink, ledger: Ledger) {
    this.#sink = sink;
    this.#ledger = ledger;
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
    }
    const record = this.#record;
    record.bytes = bytes;
    record.view = view;
    this.needed = RECORD_HEADER;
    while (!this.#ledger.stopped && end - position >= RECORD_HEADER) {
      const size = view.getUint32(position + 8);
      if (!this.#isPossible(view.getUint32(position + 4), size, base + position)) return position;
      if (size > end - position) {
        this.needed = size;
        return position;
      }
      this.#packet(view, position);
      position += size;
    }
    return position;
  }

  #fileHeader(view: DataView, at: number, base: number): void {
    const version = view.getUint32(at + 8);
    if (view.getUint32(at + 4) !== SECOND_WORD || version !== 2) {
      const message = `The file says it is snoop version ${version}; only 2 was ever in use. The header is damaged.`;
      this.#ledger.stop('not-a-capture', base + at + 8, message);
      return;
    }
    const dataLink = view.getUint32(at + 12);
    this.#record.linkType = LINK_TYPES.get(dataLink) ?? UNKNOWN_LINK_TYPE + (dataLink & 0xffff);
    this.#ledger.describeInterface(this.#record.linkType, MICROSECONDS);
    this.#headless = false;
  }

  /** A record holds its header, the packet, and less than a word of padding or some more. */
  #isPossible(captured: number, size: number, offset: number): boolean {
    const longest = longestPacket(0);
    if (captured <= longest && size >= RECORD_HEADER + captured && size <= 2 * longest) return true;
    this.#ledger.stop(
      'record-corrupt',
      offset,
      `Frame ${this.#ledger.frames + 1} says that ${captured} bytes of it were captured in a record of ${size}, which cannot be; reading stopped there.`,
    );
    return false;
  }

  #packet(view: DataView, at: number): void {
    const record = this.#record;
    const exact = BigInt(view.getUint32(at + 16)) * 1_000_000_000n + BigInt(view.getUint32(at + 20)) * 1000n;
    this.#ledger.place(record, exact);
    record.offset = at + RECORD_HEADER;
    record.captured = view.getUint32(at + 4);
    record.original = Math.min(view.getUint32(at), 0x7fff_ffff);
    this.#sink.record(record);
  }
}
