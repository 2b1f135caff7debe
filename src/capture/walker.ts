/** Walks one capture format. The {@link CaptureReader} owns the bytes, a walker knows where records begin. */
export interface Walker {
  /**
   * Hands over every record that lies whole in `bytes[from, end)` and says where it stopped: at `end`, at the
   * beginning of something incomplete (then {@link needed} is set), or anywhere once the ledger is stopped.
   *
   * @param base offset of `bytes[0]` in the capture, for diagnostics
   */
  walk(bytes: Uint8Array, view: DataView, from: number, end: number, base: number): number;
  /** How many bytes must stand from the place where {@link walk} stopped before it can go on. */
  needed: number;
  /** What `needed` is about, for the diagnostic of a cut file. */
  readonly element: string;
  /** Bytes to drop unseen before the next {@link walk}: the inside of a block of no interest. */
  skip: number;
  /** Offset in the capture of the block that is being skipped, -1 when none is. */
  readonly skipping: number;
  /** True until the file's own header has been read. */
  readonly headless: boolean;
}

/** The largest captured length that libpcap and Wireshark believe (MAXIMUM_SNAPLEN, WTAP_MAX_PACKET_SIZE_STANDARD). */
const MAXIMUM_SNAPLEN = 262_144;
/** The largest that either believes for any link type (MAXIMUM_DBUS_SNAPLEN). */
const MAXIMUM_ANY_SNAPLEN = 134_217_728;

/**
 * The longest packet to believe in. libpcap and Wireshark stop at 262144 whatever the header says; a header that
 * announces more, up to the largest limit that they have for any link type, is taken at its word, since
 * captures of BIG TCP do that. Beyond (0xffffffff is common) it means "no limit" and says nothing.
 */
export function longestPacket(snaplen: number): number {
  return snaplen > MAXIMUM_SNAPLEN && snaplen <= MAXIMUM_ANY_SNAPLEN ? snaplen : MAXIMUM_SNAPLEN;
}
