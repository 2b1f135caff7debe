/** The eleven states of RFC 9293 3.3.2, as netstat spells them. */
export const STATES = [
  'CLOSED',
  'LISTEN',
  'SYN_SENT',
  'SYN_RCVD',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
] as const;

export type State = (typeof STATES)[number];

/** The two ends of a connection: the active opener and the other. */
export const SIDES = ['client', 'server'] as const;
export type Side = (typeof SIDES)[number];

export function peerOf(side: Side): Side {
  return side === 'client' ? 'server' : 'client';
}
