import type { Side } from '../../src/machine/state.ts';

/** A number as the notation has it: relative to the initial sequence number of the side that counts, or raw (`=0`). */
export interface LadderNumber {
  readonly value: number;
  readonly raw: boolean;
}

export interface LadderSegment {
  readonly kind: 'segment';
  readonly line: number;
  /** Nanoseconds since the line before; since the epoch of the capture where {@link absolute}. */
  readonly time: bigint;
  readonly absolute: boolean;
  readonly from: Side;
  /** Flag bits as in RFC 9293 3.1, FIN lowest. */
  readonly flags: number;
  readonly seq: LadderNumber;
  readonly length: number;
  readonly ack?: LadderNumber;
  /** The window field, unscaled. */
  readonly window?: number;
  readonly urgent?: number;
  /** What stands between `<` and `>`. */
  readonly options?: string;
  readonly ttl?: number;
  readonly ipId?: number;
  /** Captured length: the frame is cut to this many bytes. */
  readonly cut?: number;
  /** The TCP checksum: wrong, or left to the network card, which has the sum of the pseudo-header to begin with. */
  readonly sum?: 'bad' | 'offloaded';
  /** What the payload begins with, as hexadecimal digits; zeros follow. */
  readonly bytes?: string;
}

/** A line that begins with `@`: it changes what the numbers of the following lines mean. */
export interface LadderDirective {
  readonly kind: 'directive';
  readonly line: number;
  readonly words: readonly string[];
}

export class LadderError extends Error {
  override readonly name = 'LadderError';
  readonly line: number;

  constructor(line: number, message: string) {
    super(`ladder line ${line}: ${message}`);
    this.line = line;
  }
}

const FLAGS: Readonly<Record<string, number>> = {
  F: 0x01,
  S: 0x02,
  R: 0x04,
  P: 0x08,
  '.': 0x10,
  U: 0x20,
  E: 0x40,
  W: 0x80,
};
const ACK = 0x10;

/** Frame number (a label, ignored), time, direction, flags, first:last(len). */
const HEAD =
  /^(?:\d+\s+(?=[-+\d]))?(?<time>[-+]?(?:\d+\.?\d*|\.\d+))\s*s?\s+(?<arrow>[<>])\s+(?<flags>\S+)\s+(?<raw>=?)(?<first>\d+):(?<last>\d+)\((?<length>\d+)\)(?=\s|$)/;

type Tail = Partial<
  Pick<LadderSegment, 'ack' | 'window' | 'urgent' | 'options' | 'ttl' | 'ipId' | 'cut' | 'sum' | 'bytes'>
>;

/** What may follow, in any order. */
const FIELDS: readonly (readonly [RegExp, (value: string) => Tail])[] = [
  [/^ack (=?\d+)(?=\s|$)/, (value) => ({ ack: numberOf(value) })],
  [/^win (\d+)(?=\s|$)/, (value) => ({ window: Number(value) })],
  [/^urg (\d+)(?=\s|$)/, (value) => ({ urgent: Number(value) })],
  [/^<([^>]*)>/, (value) => ({ options: value.trim() })],
  [/^ttl (\d+)(?=\s|$)/, (value) => ({ ttl: Number(value) })],
  [/^ipid (\d+)(?=\s|$)/, (value) => ({ ipId: Number(value) })],
  [/^cut (\d+)(?=\s|$)/, (value) => ({ cut: Number(value) })],
  [/^sum (bad|offloaded)(?=\s|$)/, (value) => ({ sum: value === 'bad' ? 'bad' : 'offloaded' })],
  [/^bytes ([\da-f]+)(?=\s|$)/, (value) => ({ bytes: value })],
];

/** Reads the ladder notation line by line; options may stand on a line of their own. Throws {@link LadderError}. */
export function parseLadder(text: string): (LadderSegment | LadderDirective)[] {
  const lines = text.split('\n').map((line) => line.replace(/\/\/.*$/, '').trim());
  return lines.flatMap((own, index): (LadderSegment | LadderDirective)[] => {
    const line = index + 1;
    if (own === '' || isContinuation(own)) return [];
    const next = lines.slice(line).find((later) => later !== '') ?? '';
    const bare = isContinuation(next) ? `${own} ${next}` : own;
    if (bare.startsWith('@')) return [{ kind: 'directive', line, words: bare.slice(1).trim().split(/\s+/) }];
    return [parseSegment(bare, line)];
  });
}

/** The options of the segment above. */
function isContinuation(text: string): boolean {
  return /^<\w[^>]*>$/.test(text);
}

function parseSegment(text: string, line: number): LadderSegment {
  const head = HEAD.exec(text);
  if (head?.groups === undefined) {
    throw new LadderError(
      line,
      `"${text}" is not "time > flags first:last(len) …", as in "+.01 > F. 1:1(0) ack 1"`,
    );
  }
  const { time = '', arrow, flags = '', raw, first = '', last = '', length = '' } = head.groups;
  if ((Number(last) - Number(first)) >>> 0 !== Number(length)) {
    throw new LadderError(
      line,
      `${first}:${last} spans ${Number(last) - Number(first)} bytes, not ${length}`,
    );
  }
  const bits = flagBits(flags, line);
  const tail = parseTail(text.slice(head[0].length).trim(), line);
  if (((bits & ACK) !== 0) !== (tail.ack !== undefined)) {
    const message = tail.ack ? 'an ack number needs the flag "."' : 'the flag "." needs an ack number';
    throw new LadderError(line, message);
  }
  return {
    kind: 'segment',
    line,
    time: nanoseconds(time),
    absolute: /^\d|^\./.test(time),
    from: arrow === '>' ? 'client' : 'server',
    flags: bits,
    seq: { value: Number(first), raw: raw === '=' },
    length: Number(length),
    ...tail,
  };
}

function parseTail(text: string, line: number): Tail {
  let rest = text;
  let tail: Tail = {};
  while (rest !== '') {
    const found = FIELDS.map(([pattern, read]) => ({ match: pattern.exec(rest), read })).find((f) => f.match);
    if (!found?.match) {
      throw new LadderError(
        line,
        `cannot read "${rest}": known are ack, win, urg, ttl, ipid, cut, sum, bytes and <options>`,
      );
    }
    const more = found.read(found.match[1] ?? '');
    const twice = Object.keys(more).find((key) => key in tail);
    if (twice !== undefined) throw new LadderError(line, `${twice} stands there twice`);
    tail = { ...tail, ...more };
    rest = rest.slice(found.match[0].length).trim();
  }
  return tail;
}

function flagBits(letters: string, line: number): number {
  if (letters === '-') return 0;
  return [...letters].reduce((bits, letter) => {
    const bit = FLAGS[letter];
    if (bit === undefined) {
      throw new LadderError(line, `no flag "${letter}": there are S F R P . U E W, and - for none`);
    }
    return bits | bit;
  }, 0);
}

function numberOf(text: string): LadderNumber {
  return { value: Number(text.replace('=', '')), raw: text.startsWith('=') };
}

/** Decimal seconds, exactly. */
function nanoseconds(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace(/^[-+]/, '').split('.');
  const value = BigInt(whole || '0') * 1_000_000_000n + BigInt(fraction.slice(0, 9).padEnd(9, '0'));
  return text.startsWith('-') ? -value : value;
}
