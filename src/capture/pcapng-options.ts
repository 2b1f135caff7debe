const OPTION_END = 0;
const COMMENT = 1;
/** Comments of a block that are read: what stands beyond is no one's remark. */
const MOST_COMMENTS = 256;

/** An option in place: its code, where its value begins, and how long that is. */
interface PlacedOption {
  readonly code: number;
  readonly at: number;
  readonly length: number;
}

/** The options of a block up to their end, or up to the first that cannot be true (draft-ietf-opsawg-pcapng 3.5). */
export function* optionsOf(
  view: DataView,
  from: number,
  end: number,
  littleEndian: boolean,
): Generator<PlacedOption, void, void> {
  for (let at = from; end - at >= 4; ) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    const value = at + 4;
    if (code === OPTION_END || length > end - value) return;
    yield { code, at: value, length };
    at = value + length + ((4 - (length % 4)) % 4);
  }
}

export function commentsOf(view: DataView, from: number, end: number, littleEndian: boolean): string[] {
  const comments: string[] = [];
  for (const { code, at, length } of optionsOf(view, from, end, littleEndian)) {
    if (code === COMMENT) comments.push(textOf(view, at, length));
    if (comments.length === MOST_COMMENTS) break;
  }
  return comments;
}

const DECODER = new TextDecoder();

/** UTF-8, without the zeros that some writers put behind it; what is none becomes U+FFFD. */
export function textOf(view: DataView, at: number, length: number): string {
  return DECODER.decode(new Uint8Array(view.buffer, view.byteOffset + at, length)).replace(/\0+$/, '');
}
