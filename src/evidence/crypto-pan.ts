import { createCipheriv } from 'node:crypto';

/** Bytes of a key: sixteen for AES, sixteen for what becomes the padding. */
export const KEY_LENGTH = 32;

/**
 * Crypto-PAn: prefix-preserving pseudonyms of addresses. Two addresses that share their first k bits have pseudonyms that
 * share exactly their first k bits, and nothing else of them (J. Xu, J. Fan, M. Ammar, S. Moon, "Prefix-Preserving IP
 * Address Anonymization", ICNP 2002). The pseudorandom function is AES-128, as in the reference implementation.
 *
 * Its padding may agree with an address for a while, which then has the same bit flipped or not again: under one key in
 * about 15,000 an IPv4 address stays what it was (a half times (3/4)^31), its first 24 bits under one in 1,400. Nobody
 * who lacks the key can tell which those are.
 */
export class CryptoPan {
  readonly #encrypt: (block: Uint8Array) => Uint8Array;
  readonly #padding: Uint8Array;
  readonly #known = new Map<string, Uint8Array>();

  /** @param key {@link KEY_LENGTH} bytes */
  constructor(key: Uint8Array) {
    const cipher = createCipheriv('aes-128-ecb', key.subarray(0, 16), null).setAutoPadding(false);
    // Copied: the `slice` of a Buffer makes none, and blocks are changed in place.
    this.#encrypt = (block) => new Uint8Array(cipher.update(block));
    this.#padding = this.#encrypt(key.subarray(16, 32));
  }

  /** The pseudonym of an address of 4 or 16 bytes. */
  address(address: Uint8Array): Uint8Array {
    const name = String(address);
    const known = this.#known.get(name);
    if (known) return known;
    const pseudonym = this.#map(address);
    this.#known.set(name, pseudonym);
    return pseudonym;
  }

  /** Bit i is flipped by the first bit of the encryption of the address's first i bits, followed by padding. */
  #map(address: Uint8Array): Uint8Array {
    const block = this.#padding.slice();
    const mask = new Uint8Array(address.length);
    for (let bit = 0; bit < address.length * 8; bit++) {
      const byte = bit >> 3;
      const first = (this.#encrypt(block)[0] ?? 0) >> 7;
      mask[byte] = (mask[byte] ?? 0) | (first << (7 - (bit & 7)));
      const own = 0x80 >> (bit & 7);
      block[byte] = ((block[byte] ?? 0) & ~own) | ((address[byte] ?? 0) & own);
    }
    return mask.map((flips, byte) => flips ^ (address[byte] ?? 0));
  }
}
