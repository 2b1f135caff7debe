/**
 * Where decoding stands in a packet. There is one per decoder; every header moves it on. Bytes may be read up to
 * {@link end} only: what lies behind it in {@link view} belongs to other packets.
 */
export interface Cursor {
  view: DataView;
  /** Where the next header begins. */
  offset: number;
  /** End of what was captured. */
  end: number;
  /** Where the packet ended on the wire; once an IP header is read, where that says that the datagram ends. */
  wireEnd: number;
}

/**
 * Why a header could not be passed. Headers return the number of what follows them (an EtherType, an IP protocol) or
 * one of these, so that decoding allocates nothing.
 */
export const NOT_TCP = -1;
/** The snap length, or the end of a runt frame, cut the headers. */
export const CUT = -2;
/** A length or version that cannot be true. */
export const CORRUPT = -3;
/** TCP, but not the first fragment of the datagram. */
export const FRAGMENT = -4;
/** Something that carries IP packets inside and is not opened. */
export const TUNNEL = -5;
/** The TCP checksum is wrong, and was asked for. */
export const BAD_CHECKSUM = -6;
/** Returned by the TCP header only: the segment is filled. */
export const SEGMENT = 0;
