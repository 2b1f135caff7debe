/** An IPv4 address word as dotted text. */
export function formatIpv4(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/**
 * Four address words as IPv6 text by RFC 5952: lower case, no leading zeros, the longest run of two or more zero
 * groups (the first of equals) written `::`.
 */
export function formatIpv6(words: readonly [number, number, number, number]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = groups.map((group) => group.toString(16));
  if (best.start < 0) return text.join(':');
  return `${text.slice(0, best.start).join(':')}::${text.slice(best.start + best.length).join(':')}`;
}

/** The texts of recent addresses, by some bits of their words. */
const SLOT_BITS = 11;
const SLOTS = 1 << SLOT_BITS;
const texts4: string[] = Array.from({ length: SLOTS }, () => '');
const texts6: string[] = Array.from({ length: SLOTS }, () => '');
const words4 = new Int32Array(SLOTS);
const words6 = new Int32Array(4 * SLOTS);
/** An odd number with its bits spread evenly. */
const SPREAD = 0x9e3779b1;

/**
 * The text of an address in typed memory: four words, of which IPv4 has the last. A capture has the same few again and
 * again, so that most texts are there already.
 */
export function textOfAddress(memory: Int32Array, at: number, ipv6: boolean): string {
  const last = memory[at + 3] ?? 0;
  return ipv6
    ? textOfIpv6(memory[at] ?? 0, memory[at + 1] ?? 0, memory[at + 2] ?? 0, last)
    : textOfIpv4(last);
}

/** The same of the word of an IPv4 address. */
export function textOfIpv4(word: number): string {
  const slot = slotOf(word);
  const known = texts4[slot] ?? '';
  if (words4[slot] === word && known !== '') return known;
  const text = formatIpv4(word);
  words4[slot] = word;
  texts4[slot] = text;
  return text;
}

/** The same of the words of an IPv6 address. */
export function textOfIpv6(w0: number, w1: number, w2: number, w3: number): string {
  const slot = slotOf(w3 ^ Math.imul(w0 ^ w1 ^ w2, SPREAD));
  const at = 4 * slot;
  const known = texts6[slot] ?? '';
  const isSame = words6[at] === w0 && words6[at + 1] === w1 && words6[at + 2] === w2 && words6[at + 3] === w3;
  if (isSame && known !== '') return known;
  const text = formatIpv6([w0, w1, w2, w3]);
  words6.set([w0, w1, w2, w3], at);
  texts6[slot] = text;
  return text;
}

function slotOf(word: number): number {
  return Math.imul(word, SPREAD) >>> (32 - SLOT_BITS);
}
