import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../src/flow/address.ts';
import { isWithin, parseAddress, parseNetwork } from '../../src/policy/network.ts';
import fc from '../support/property.ts';

const within = (address: string, network: string): boolean => {
  const [one, other] = [parseAddress(address), parseNetwork(network)];
  if (!one || !other) throw new Error(`${address} or ${network} is none`);
  return isWithin(one, other);
};

describe('an address', () => {
  it('is read as the report writes it', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), (words) => {
        const bits = words.reduce((sum, one) => (sum << 32n) | BigInt(one >>> 0), 0n);
        expect(parseAddress(formatIpv6(words))).toEqual({ bits, width: 128, prefix: 128 });
        expect(parseAddress(formatIpv4(words[0]))?.bits).toBe(BigInt(words[0] >>> 0));
      }),
    );
  });

  it.each([
    ...[
      '10.0.0.1',
      '0.0.0.0',
      '::',
      '::1',
      'FD00::1',
      '1:2:3:4:5:6:7:8',
      '1::8',
      '::ffff:10.0.0.1',
      '1::2:3',
    ],
    ...['10.0.0', '10.0.0.256', '10.0.0.01', '10.0.0.1.2', '', 'a', ':', ':::', '1::2::3', '1:2:3:4:5:6:7'],
    ...['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7::', '12345::', '1.2.3.4::', '::1.2.3', ':1', '1:', 'g::'],
  ])('%j is one where Node says so', (text) => {
    expect(parseAddress(text) !== null).toBe(isIPv4(text) || isIPv6(text));
  });
});

describe('a network', () => {
  it('holds what shares its prefix', () => {
    expect(within('10.1.2.3', '10.0.0.0/8')).toBe(true);
    expect(within('11.1.2.3', '10.0.0.0/8')).toBe(false);
    expect(within('10.1.2.3', '0.0.0.0/0')).toBe(true);
    expect(within('10.0.0.1', '10.0.0.1/32')).toBe(true);
    expect(within('fd12::1', 'fd00::/8')).toBe(true);
    expect(within('fe80::1', 'fd00::/8')).toBe(false);
    expect(within('10.0.0.1', '::/0')).toBe(false);
  });

  it.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', 'x/8'])(
    '%s is none',
    (text) => {
      expect(parseNetwork(text)).toBeNull();
    },
  );
});
