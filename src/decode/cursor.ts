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
  /** Where the addresses of the last Ethernet header stand, -1 for none. */
  macs: number;
  /** Where the last IP header stands, -1 for none. */
  ip: number;
  /** Of the IP fragment that was read last: which datagram it is of, where it begins in it, and what the datagram holds. */
  fragment: Fragment;
}

export interface Fragment {
  id: number;
  /** Bytes from where the datagram's payload begins. */
  at: number;
  hasMore: boolean;
  /** IP protocol of the datagram's payload. */
  protocol: number;
}

export function createCursor(view: DataView, offset: number, end: number, wireEnd: number): Cursor {
  return {
    view,
    offset,
    end,
    wireEnd,
    macs: -1,
    ip: -1,
    fragment: { id: 0, at: 0, hasMore: false, protocol: 0 },
  };
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
/** A fragment of a datagram that holds TCP: {@link Cursor.fragment} has where it belongs. */
export const FRAGMENT = -4;
/** Something that carries packets inside and is not opened. */
export const TUNNEL = -5;
/** The TCP checksum is wrong, and was asked for. */
export const BAD_CHECKSUM = -6;
/** ICMP that says why a TCP segment was not delivered. */
export const ICMP_ERROR = -7;
/** Returned by the TCP header only: the segment is filled. */
export const SEGMENT = 0;
