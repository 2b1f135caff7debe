/** An address or a network: 32 or 128 bits, of which the first `prefix` count. */
export interface Network {
  readonly bits: bigint;
  readonly width: 32 | 128;
  readonly prefix: number;
}

/** `10.0.0.1`, `fd00::1`, `::ffff:10.0.0.1` (RFC 4291 2.2); null where it is none. */
export function parseAddress(text: string): Network | null {
  if (text.includes(':')) {
    const bits = parseIpv6(text);
    return bits === null ? null : { bits, width: 128, prefix: 128 };
  }
  const bits = parseIpv4(text);
  return bits === null ? null : { bits, width: 32, prefix: 32 };
}

/** `10.0.0.0/8` (RFC 4632 3.1); null where it is none. Bits behind the prefix do not count. */
export function parseNetwork(text: string): Network | null {
  const [address = '', length = '', ...rest] = text.split('/');
  const whole = parseAddress(address);
  if (whole === null || rest.length > 0 || !/^\d{1,3}$/.test(length)) return null;
  const prefix = Number(length);
  return prefix > whole.width ? null : { ...whole, prefix };
}

/** Whether an address lies in a network. */
export function isWithin(address: Network, { bits, width, prefix }: Network): boolean {
  const shift = BigInt(width - prefix);
  return address.width === width && address.bits >> shift === bits >> shift;
}

/** The same of an address as text. */
export function isTextWithin(text: string, network: Network): boolean {
  const address = parseAddress(text);
  return address !== null && isWithin(address, network);
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split('.');
  const isAddress = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part));
  if (!isAddress || parts.some((part) => Number(part) > 255)) return null;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseIpv6(text: string): bigint | null {
  const sides = text.split('::');
  // Only the last 32 bits may be dotted.
  if (sides.length > 2 || (sides.length === 2 && sides[0]?.includes('.'))) return null;
  const [head, tail] = sides.map(groupsOf);
  if (!head || tail === null) return null;
  if (tail === undefined) return head.length === 8 ? joined(head) : null;
  const gap = 8 - head.length - tail.length;
  return gap < 1 ? null : joined([...head, ...Array.from({ length: gap }, () => 0n), ...tail]);
}

/** The 16-bit groups of one side of `::`, the last of which may be dotted; null where one is none. */
function groupsOf(text: string): bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const dotted = parseIpv4(part);
      if (dotted === null) return null;
      groups.push(dotted >> 16n, dotted & 0xffffn);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      groups.push(BigInt(`0x${part}`));
    } else return null;
  }
  return groups;
}

function joined(groups: readonly bigint[]): bigint {
  return groups.reduce((bits, group) => (bits << 16n) | group, 0n);
}
