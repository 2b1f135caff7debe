import { createHmac } from 'node:crypto';
import { CryptoPan } from './crypto-pan.ts';

/** The longest that times are shifted, seconds: about 8.5 years. */
const LONGEST_SHIFT = 2 ** 28;

/**
 * What stands for what under one key: the same key gives the same pseudonyms in every run, so that captures of the two
 * ends of a connection still fit together. Nothing of it can be undone without the key.
 */
export class Pseudonyms {
  readonly #addresses: CryptoPan;
  readonly #key: Uint8Array;
  readonly #offsets = new Map<string, number>();

  /** @param key 32 random bytes */
  constructor(key: Uint8Array) {
    this.#addresses = new CryptoPan(key);
    this.#key = key;
  }

  /** An IPv4 or IPv6 address of 4 or 16 bytes, prefix-preserving. */
  address(address: Uint8Array): Uint8Array {
    return this.#addresses.address(address);
  }

  /** A hardware address of six bytes: locally administered; a group address stays one, and zeros (loopback) stay. */
  hardware(address: Uint8Array): Uint8Array {
    if (address.every((byte) => byte === 0)) return address.slice();
    const pseudonym = this.#digest('hardware', address).subarray(0, 6);
    pseudonym[0] = ((pseudonym[0] ?? 0) & 0xfc) | 0x02 | ((address[0] ?? 0) & 0x01);
    return pseudonym;
  }

  /** The offset added to the TCP timestamp clock of a host, modulo 2^32. */
  timestampOffset(host: Uint8Array): number {
    return this.#offset('timestamps', host) | 0;
  }

  /**
   * An identification of `bits` bits from a host: equal ones stay equal, differences stay, modulo 2^bits - 1; zero, which
   * means none, stays zero and nothing becomes it.
   */
  identification(id: number, bits: number, host: Uint8Array): number {
    const size = 2 ** bits - 1;
    return id === 0 ? 0 : ((id - 1 + this.#offset(`identification ${bits}`, host)) % size) + 1;
  }

  /** A time, nanoseconds since 1970, moved by whole microseconds; all that are `recent` move back by the same span. */
  time(time: bigint, recent: boolean): bigint {
    const word = this.#digest('time', new Uint8Array(0)).readBigUInt64BE();
    const shift = (word % (BigInt(LONGEST_SHIFT) * 1_000_000n)) * 1000n;
    return recent ? time - shift : time + shift;
  }

  /** Whether a capture that begins then can be moved back without passing 1970. */
  isRecent(time: bigint): boolean {
    return time > BigInt(LONGEST_SHIFT) * 2_000_000_000n;
  }

  #offset(purpose: string, host: Uint8Array): number {
    const name = `${purpose} ${String(host)}`;
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#digest(purpose, host).readUInt32BE();
    this.#offsets.set(name, offset);
    return offset;
  }

  #digest(purpose: string, subject: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(`lastack ${purpose} `).update(subject).digest();
  }
}
