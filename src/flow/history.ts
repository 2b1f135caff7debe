import { ACK, FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import { after } from '../machine/sequence.ts';
import {
  DATA,
  FIN_LETTER,
  GAP,
  GAPS,
  HANDSHAKE,
  INCONSISTENT,
  MOST,
  MULTI,
  OF_B,
  PURE_ACK,
  RETRANSMISSIONS,
  RETRANSMITTED,
  RST_LETTER,
  SYN_LETTER,
  ZERO_WINDOW,
  ZERO_WINDOWS,
} from './history-codes.ts';
import {
  BITS,
  CLIENT_IS_B,
  DIRECTION,
  HISTORY,
  HISTORY_COUNTS,
  HISTORY_LAST,
  HISTORY_SEEN,
  HOLES,
  ISN,
  SENT,
} from './row.ts';

/**
 * Zeek's `history` of a connection (the `conn.log` field), same letters and rules: `s` SYN, `h` SYN,ACK, `f` FIN, `r`
 * RST, `i` FIN and RST, `q` several of SYN, FIN and RST, `d` data and `a` pure ACK of segments without these flags, `t`
 * payload sent again, `w` zero window, `g` content gap; upper case for the originator. `a d i q` are recorded once a
 * direction, `s h f r` again when their sequence number differs, `t w g` the 1st, 10th, 100th … time.
 */
const LETTERS = 'shfridaqtwg';

/** A code: letter + 1 in four bits, then the bit for the originator; six codes a word. */
const CODE_BITS = 5;
const PER_WORD = 6;
const WORDS = 4;
const ORIGINATOR = 16;

/** Notes a segment; its marks have been taken already. */
export function noteHistory(
  words: Int32Array,
  row: number,
  direction: number,
  segment: Segment,
  highBefore: number,
): void {
  const { flags, length, seq } = segment;
  const control = flags & (SYN | FIN | RST);
  if (control === 0) {
    // The common segment: data or ACK, noted once.
    if (length > 0) once(words, row, direction, DATA);
    else if (flags & ACK) once(words, row, direction, PURE_ACK);
  } else if ((control & (control - 1)) !== 0) {
    once(words, row, direction, (control & (FIN | RST)) === (FIN | RST) ? INCONSISTENT : MULTI);
  } else if (control === SYN) {
    again(words, row, direction, flags & ACK ? HANDSHAKE : SYN_LETTER, SYN_LETTER, seq);
  } else if (control === FIN) {
    // The number of a FIN is at the end of its data.
    again(words, row, direction, FIN_LETTER, FIN_LETTER, (seq + length) | 0);
  } else {
    again(words, row, direction, RST_LETTER, RST_LETTER, seq);
  }
  if (length > 0 && !after((seq + length) | 0, highBefore) && highBefore !== seq) {
    scaled(words, row, direction, RETRANSMITTED, RETRANSMISSIONS);
  }
  if (segment.window === 0 && control === 0) scaled(words, row, direction, ZERO_WINDOW, ZERO_WINDOWS);
  const peer = 1 - direction;
  const holes = words[row + SENT + peer * DIRECTION + HOLES] ?? 0;
  if (holes > count(words, row, peer, GAPS)) scaled(words, row, peer, GAP, GAPS);
}

/** Both ends have sent a FIN, without SYN or RST. */
export function haveBothSentFin(words: Int32Array, row: number): boolean {
  const both = (1 << FIN_LETTER) | (1 << (FIN_LETTER + OF_B));
  return ((words[row + HISTORY_SEEN] ?? 0) & both) === both;
}

/** Either end has sent an RST. */
export function hasSentRst(words: Int32Array, row: number): boolean {
  return ((words[row + HISTORY_SEEN] ?? 0) & ((1 << RST_LETTER) | (1 << (RST_LETTER + OF_B)))) !== 0;
}

/** The string of a row. */
export function readHistory(words: Int32Array, row: number): string {
  let text = '';
  for (let word = 0; word < WORDS; word++) {
    for (let place = 0; place < PER_WORD; place++) {
      const code = ((words[row + HISTORY + word] ?? 0) >>> (place * CODE_BITS)) & 31;
      if (code === 0) return text;
      const letter = LETTERS[(code & 15) - 1] ?? '';
      text += code & ORIGINATOR ? letter.toUpperCase() : letter;
    }
  }
  return text;
}

function once(words: Int32Array, row: number, direction: number, letter: number): void {
  const bit = 1 << (letter + OF_B * direction);
  const seen = words[row + HISTORY_SEEN] ?? 0;
  if (seen & bit) return;
  words[row + HISTORY_SEEN] = seen | bit;
  add(words, row, direction, letter);
}

/** `kind` is what the letter shares its memory with: `s` and `h` have one. */
function again(
  words: Int32Array,
  row: number,
  direction: number,
  letter: number,
  kind: number,
  number: number,
): void {
  const bit = 1 << (kind + OF_B * direction);
  const sent = row + SENT + direction * DIRECTION;
  const last = sent + HISTORY_LAST + (kind === SYN_LETTER ? 0 : kind - 1);
  const seen = words[row + HISTORY_SEEN] ?? 0;
  const before = words[last] || (kind === SYN_LETTER ? words[sent + ISN] : 0);
  if ((seen & bit) === 0 || before !== number) add(words, row, direction, letter);
  words[row + HISTORY_SEEN] = seen | bit;
  if (before !== number) words[last] = number;
}

/** Counted in 16 bits; the 1st, 10th, 100th … is noted. */
function scaled(words: Int32Array, row: number, direction: number, letter: number, counter: number): void {
  const counted = count(words, row, direction, counter) + 1;
  if (counted > MOST) return;
  const at = row + HISTORY_COUNTS + counter;
  const shift = OF_B * direction;
  words[at] = ((words[at] ?? 0) & ~(MOST << shift)) | (counted << shift);
  if (counted === 1 || counted === 10 || counted === 100 || counted === 1000 || counted === 10_000) {
    add(words, row, direction, letter);
  }
}

function count(words: Int32Array, row: number, direction: number, counter: number): number {
  return ((words[row + HISTORY_COUNTS + counter] ?? 0) >>> (OF_B * direction)) & MOST;
}

function add(words: Int32Array, row: number, direction: number, letter: number): void {
  const originator = (direction === 1) === (((words[row + BITS] ?? 0) & CLIENT_IS_B) !== 0);
  const code = (letter + 1) | (originator ? ORIGINATOR : 0);
  for (let word = 0; word < WORDS; word++) {
    const held = words[row + HISTORY + word] ?? 0;
    for (let place = 0; place < PER_WORD; place++) {
      if (((held >>> (place * CODE_BITS)) & 31) !== 0) continue;
      words[row + HISTORY + word] = held | (code << (place * CODE_BITS));
      return;
    }
  }
}
