/** What the decoder learns about a packet around its segment, and about one that holds none. It is filled over and over. */
export interface Around {
  /** The tunnels that the headers at hand are in: a number of `Contexts`; 0 outside of all. */
  context: number;
  /** Of the tunnel header that was read last: its identifier, -1 where that says nothing of whose packets these are. */
  id: number;
  /** The addresses around that header do not say which tunnel it is, either. */
  isAnywhere: boolean;
  /** What was not opened. */
  closed: string;
  /** Of a packet that is no TCP: its EtherType, or its IP protocol above {@link IP_PROTOCOL}; -1 where there is neither. */
  protocol: number;
}

export const IP_PROTOCOL = 0x1_0000;

export function createAround(): Around {
  return { context: 0, id: -1, isAnywhere: false, closed: '', protocol: -1 };
}
