import { describe, expect, it } from 'vitest';
import { CryptoPan } from '../../src/evidence/crypto-pan.ts';
import { formatIpv4, formatIpv6 } from '../../src/flow/address.ts';
import { parseAddress } from '../support/packets.ts';
import fc from '../support/property.ts';

/** The key and some addresses of the sample trace that the reference implementation comes with. */
const KEY = Uint8Array.from([
  21, 34, 23, 141, 51, 164, 207, 128, 19, 10, 91, 22, 73, 144, 125, 16, 216, 152, 143, 131, 121, 121, 101, 39,
  98, 87, 76, 45, 42, 132, 34, 2,
]);

/** Addresses with the pseudonyms that the reference, and for IPv6 other implementations, give them. */
const PUBLISHED = [
  ['128.11.68.132', '135.242.180.132'],
  ['129.118.74.4', '134.136.186.123'],
  ['130.132.252.244', '133.68.164.234'],
  ['141.223.7.43', '141.167.8.160'],
  ['141.233.145.108', '141.129.237.235'],
  ['152.163.225.39', '151.140.114.167'],
  ['156.29.3.236', '147.225.12.42'],
  ['165.247.96.84', '162.9.99.234'],
  ['166.107.77.190', '160.132.178.185'],
  ['192.102.249.13', '252.138.62.131'],
  ['192.215.32.125', '252.43.47.189'],
  ['192.233.80.103', '252.25.108.8'],
  ['192.41.57.43', '252.222.221.184'],
  ['193.150.244.223', '253.169.52.216'],
  ['195.205.63.100', '255.186.223.5'],
  ['24.5.0.80', '100.9.15.210'],
  ['38.15.67.68', '64.3.66.187'],
  ['4.3.88.225', '124.60.155.63'],
  ['63.14.55.111', '95.9.215.7'],
  ['64.34.154.117', '0.221.154.117'],
  ['10.185.25.118', '117.161.29.118'],
  ['::1', '78ff:f001:9fc0:20df:8380:b1f1:704:ed'],
  ['::2', '78ff:f001:9fc0:20df:8380:b1f1:704:ef'],
  ['::ffff', '78ff:f001:9fc0:20df:8380:b1f1:704:f838'],
  ['2001:db8::1', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1e'],
  ['2001:db8::2', '4401:2bc:603f:d91d:27f:ff8e:e6f1:dc1c'],
] as const;

describe('Crypto-PAn', () => {
  it.each(PUBLISHED)('gives %s the published pseudonym %s', (address, pseudonym) => {
    expect(textOf(new CryptoPan(KEY).address(parseAddress(address)))).toBe(pseudonym);
  });

  it('gives the same pseudonyms in any order', () => {
    const pan = new CryptoPan(KEY);
    const given = PUBLISHED.toReversed().map(([address]) => textOf(pan.address(parseAddress(address))));
    expect(given.toReversed()).toEqual(PUBLISHED.map(([, pseudonym]) => pseudonym));
  });

  it.each([4, 16])('lets addresses of %i bytes share exactly the prefix that they shared', (length) => {
    const address = fc.uint8Array({ minLength: length, maxLength: length });
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(key, address, address, fc.nat(length * 8), (secret, one, random, shared) => {
        const other = Uint8Array.from(one, (byte, at) => {
          const mask = Math.min(255, 0xff >> Math.max(0, Math.min(8, shared - at * 8)));
          return (byte & ~mask) | ((random[at] ?? 0) & mask);
        });
        const pan = new CryptoPan(secret);
        expect(prefix(pan.address(one), pan.address(other))).toBe(prefix(one, other));
      }),
    );
  });
});

function textOf(address: Uint8Array): string {
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  if (address.length === 4) return formatIpv4(view.getInt32(0));
  return formatIpv6([view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)]);
}

/** How many first bits two addresses share. */
function prefix(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, index) => byte !== other[index]);
  return at < 0 ? one.length * 8 : at * 8 + Math.clz32((one[at] ?? 0) ^ (other[at] ?? 0)) - 24;
}
