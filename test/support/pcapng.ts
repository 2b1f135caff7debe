import { concat } from './packets.ts';

/** Builds pcapng blocks for tests, in either byte order. */
export class PcapngBuilder {
  readonly #littleEndian: boolean;
  readonly #blocks: Uint8Array[] = [];

  constructor(littleEndian = true) {
    this.#littleEndian = littleEndian;
  }

  section(major = 1): this {
    return this.block(0x0a0d0d0a, concat(this.u32(0x1a2b3c4d), this.u16(major), this.u16(0), this.u64(-1n)));
  }

  /** @param options pairs of code and value */
  iface(linkType = 1, snaplen = 0, options: readonly (readonly [number, Uint8Array])[] = []): this {
    const list = options.flatMap(([code, value]) => [this.u16(code), this.u16(value.length), pad(value)]);
    return this.block(1, concat(this.u16(linkType), this.u16(0), this.u32(snaplen), ...list));
  }

  enhanced(packet: Uint8Array, ticks: bigint, iface = 0, original: number = packet.length): this {
    const head = [this.u32(iface), this.u32(Number(ticks >> 32n)), this.u32(Number(ticks & 0xffffffffn))];
    return this.block(6, concat(...head, this.u32(packet.length), this.u32(original), pad(packet)));
  }

  obsolete(packet: Uint8Array, ticks: bigint, iface = 0): this {
    const head = [
      this.u16(iface),
      this.u16(7),
      this.u32(Number(ticks >> 32n)),
      this.u32(Number(ticks & 0xffffffffn)),
    ];
    return this.block(2, concat(...head, this.u32(packet.length), this.u32(packet.length), pad(packet)));
  }

  simple(packet: Uint8Array, original: number = packet.length): this {
    return this.block(3, concat(this.u32(original), pad(packet)));
  }

  block(type: number, body: Uint8Array, trailer: number = body.length + 12): this {
    this.#blocks.push(concat(this.u32(type), this.u32(body.length + 12), body, this.u32(trailer)));
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#blocks.push(bytes);
    return this;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return concat(...this.#blocks);
  }

  u16(value: number): Uint8Array {
    const bytes = new Uint8Array(2);
    new DataView(bytes.buffer).setUint16(0, value, this.#littleEndian);
    return bytes;
  }

  u32(value: number): Uint8Array {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, this.#littleEndian);
    return bytes;
  }

  u64(value: bigint): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, value, this.#littleEndian);
    return bytes;
  }
}

function pad(bytes: Uint8Array): Uint8Array {
  return concat(bytes, new Uint8Array((4 - (bytes.length % 4)) % 4));
}
