/** Bytes are moved eight at a time, as if they were a double: text never is one that is not a number. */
const WORD = 8;

/** Text that is written often, as UTF-8. */
export class Piece {
  readonly words: Float64Array;
  /** Bytes. */
  readonly length: number;

  constructor(text: string) {
    const bytes = new TextEncoder().encode(text);
    this.length = bytes.length;
    const padded = new Uint8Array(WORD * Math.ceil(bytes.length / WORD));
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    this.words = Float64Array.from({ length: padded.length / WORD }, (_, at) =>
      view.getFloat64(WORD * at, true),
    );
  }
}

const POINT = 0x2e;
const ZERO = 0x30;

/** The three digits of each number below a thousand, the first in the lowest byte. */
const DIGITS = Uint32Array.from({ length: 1000 }, (_, number) => {
  const [first, second, third] = [Math.floor(number / 100), Math.floor(number / 10) % 10, number % 10];
  return 0x30_30_30 + first + (second << 8) + (third << 16);
});

/**
 * A line of text that is put together as bytes, UTF-8, many times faster than out of strings. What was put is kept until
 * the line begins anew; a line is as long as it is said that it may be, and no longer.
 */
export class LineBytes {
  length = 0;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;

  /** @param longest bytes */
  constructor(longest: number) {
    // Words are put whole, and what is too much of them is overwritten.
    this.bytes = new Uint8Array(longest + WORD);
    this.view = new DataView(this.bytes.buffer);
  }

  /** What was put, until anything else is. */
  get all(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  put({ words, length }: Piece): void {
    const { view } = this;
    const count = words.length;
    let to = this.length;
    this.length = to + length;
    for (let at = 0; at < count; at++) {
      view.setFloat64(to, words[at] as number, true);
      to += WORD;
    }
  }

  /** A part of another line. */
  part({ view: from }: LineBytes, at: number, length: number): void {
    const { view } = this;
    const to = this.length;
    for (let done = 0; done < length; done += WORD) {
      view.setFloat64(to + done, from.getFloat64(at + done, true), true);
    }
    this.length = to + length;
  }

  text(text: string): void {
    const { bytes } = this;
    const from = this.length;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) {
        this.length = from + new TextEncoder().encodeInto(text, bytes.subarray(from)).written;
        return;
      }
      bytes[from + at] = code;
    }
    this.length = from + text.length;
  }

  /** A whole number, not negative. */
  number(number: number): void {
    if (number >= 1e9) {
      const billions = Math.floor(number / 1e9);
      this.number(billions);
      this.nineDigits(number - 1e9 * billions);
      return;
    }
    const small = number | 0;
    if (small < 1000) {
      this.upToThreeDigits(small);
      return;
    }
    const thousands = (small / 1000) | 0;
    if (thousands < 1000) {
      this.upToThreeDigits(thousands);
    } else {
      const millions = (thousands / 1000) | 0;
      this.upToThreeDigits(millions);
      this.threeDigits(thousands - 1000 * millions);
    }
    this.threeDigits(small - 1000 * thousands);
  }

  /** A whole number below a billion, with leading zeros. */
  nineDigits(number: number): void {
    const small = number | 0;
    const thousands = (small / 1000) | 0;
    const millions = (thousands / 1000) | 0;
    this.threeDigits(millions);
    this.threeDigits(thousands - 1000 * millions);
    this.threeDigits(small - 1000 * thousands);
  }

  /** A span in seconds that counts nanoseconds, as JavaScript has the number; null where that is NaN. */
  seconds(seconds: number): void {
    // Beyond these it has an exponent, or more digits than a double keeps apart.
    if (!(seconds >= 1e-6 && seconds < 1e6)) {
      this.text(Number.isNaN(seconds) ? 'null' : String(seconds));
      return;
    }
    const nanoseconds = Math.round(seconds * 1e9);
    const whole = Math.floor(nanoseconds / 1e9);
    this.number(whole);
    if (nanoseconds === 1e9 * whole) return;
    this.bytes[this.length++] = POINT;
    this.nineDigits(nanoseconds - 1e9 * whole);
    while (this.bytes[this.length - 1] === ZERO) this.length -= 1;
  }

  private upToThreeDigits(number: number): void {
    const missing = number >= 100 ? 0 : number >= 10 ? 1 : 2;
    this.view.setUint32(this.length, (DIGITS[number] ?? 0) >>> (8 * missing), true);
    this.length += 3 - missing;
  }

  private threeDigits(number: number): void {
    this.view.setUint32(this.length, DIGITS[number] ?? 0, true);
    this.length += 3;
  }
}
