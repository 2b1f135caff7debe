// Where the headers of a packet are, for mutators that know them, and checksums that are right again behind a change.

const TCP = 6;
/** How far a search for the innermost IP header goes. */
const SEARCHED = 120;

/**
 * The last IP header of a packet that holds TCP: where it, the TCP header and the payload begin, and where the datagram ends.
 * Null where there is none.
 */
export function headersOf(bytes) {
  let found = null;
  for (let at = 0; at < Math.min(bytes.length - 40, SEARCHED); at++) {
    const version = bytes[at] >> 4;
    const isFour = version === 4 && (bytes[at] & 15) >= 5 && bytes[at + 9] === TCP;
    const isSix = version === 6 && bytes[at + 6] === TCP;
    if (!isFour && !isSix) continue;
    const tcp = at + (isFour ? 4 * (bytes[at] & 15) : 40);
    const end = at + (isFour ? read16(bytes, at + 2) : 40 + read16(bytes, at + 4));
    if (end < tcp + 20 || end > bytes.length) continue;
    const payload = tcp + 4 * (bytes[tcp + 12] >> 4);
    found = { version, ip: at, tcp, payload: Math.min(Math.max(payload, tcp + 20), end), end };
  }
  return found;
}

/** Makes the checksums of the IP header and of TCP right. */
export function mend(bytes, { version, ip, tcp, end }) {
  if (version === 4) {
    write16(bytes, ip + 10, 0);
    write16(bytes, ip + 10, ~sumOf(bytes, ip, tcp, 0));
  }
  const [from, to] = version === 4 ? [ip + 12, ip + 20] : [ip + 8, ip + 40];
  write16(bytes, tcp + 16, 0);
  write16(bytes, tcp + 16, ~sumOf(bytes, tcp, end, sumOf(bytes, from, to, TCP + end - tcp)));
}

/** The sum of 16-bit numbers of a range, carries added (RFC 1071). */
function sumOf(bytes, from, to, start) {
  let sum = start;
  for (let at = from; at < to; at += 2) sum += (bytes[at] << 8) | (at + 1 < to ? bytes[at + 1] : 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}

export function read16(bytes, at) {
  return (bytes[at] << 8) | bytes[at + 1];
}

export function write16(bytes, at, value) {
  bytes[at] = (value >> 8) & 255;
  bytes[at + 1] = value & 255;
}

export function read32(bytes, at) {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}

export function write32(bytes, at, value) {
  write16(bytes, at, value >>> 16);
  write16(bytes, at + 2, value);
}
