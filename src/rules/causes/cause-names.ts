import type { Side } from '../../machine/state.ts';
import { inOrder } from '../facts/frames.ts';

/** What can bring a reset or a broken close about. */
export const CAUSES = [
  'no-socket',
  'unreachable',
  'not-opened-here',
  'application-abort',
  'unread-data',
  'data-after-close',
  'stale-connection-reused',
  'never-accepted',
  'slow-reader',
  'path-forgot',
  'keep-alive-race',
  'idle-timeout',
  'half-open',
  'keepalive-expired',
  'retransmission-timeout',
  'fin-wait-2-reaped',
  'conntrack',
  'injected',
  'refused',
  'unknown',
] as const;
export type CauseName = (typeof CAUSES)[number];

/** The cause of a connection's reset or broken close, with the frames that show it. A cause is evidence, never a verdict. */
export interface Cause {
  readonly name: CauseName;
  /** The side that can mend it; null where neither can, or where that cannot be told. */
  readonly side: Side | null;
  readonly frames: readonly number[];
  readonly evidence: Readonly<Record<string, number | string | boolean | null>>;
}

export function cause(
  name: CauseName,
  side: Side | null,
  frames: readonly number[],
  evidence: Cause['evidence'] = {},
): Cause {
  return { name, side, frames: inOrder(frames), evidence };
}

/** What a cause means, in half a sentence, and the known remedy: advice, never proof. */
export interface CauseDocs {
  readonly what: string;
  readonly remedy: string;
}

export const CAUSE_DOCS: Readonly<Record<CauseName, CauseDocs>> = {
  'no-socket': {
    what: 'a segment reached a host that has no such connection',
    remedy:
      'See what removed the connection there: a restart, a failover, a load balancer that sends packets to another backend.',
  },
  unreachable: {
    what: 'ICMP errors said that what was sent could not be delivered, and nothing came back any more',
    remedy:
      'The evidence has the code and who sent it: a route, a firewall that rejects, or a host that was gone. Look there; the endpoints are innocent.',
  },
  'not-opened-here': {
    what: 'the SYN was sent past the TCP of its host (a scanner, a raw socket), and the host reset what it had not opened',
    remedy: 'Nothing is broken: find the program that sends SYNs of its own, and whether it is yours.',
  },
  'application-abort': {
    what: 'the application aborted on its own: SO_LINGER 0, a killed process, close() with data unread',
    remedy:
      'Where the peer must get everything, close with shutdown(SHUT_WR) and read to end-of-file; leave SO_LINGER alone.',
  },
  'unread-data': {
    what: 'the application closed with data unread, and the window shows it',
    remedy: 'Read to end-of-file before close(), or say in the protocol that nothing more is wanted.',
  },
  'data-after-close': {
    what: 'data came for a side that had closed completely',
    remedy:
      'On the side that closed: shutdown(SHUT_WR), then read until the peer closes, then close(). On the other, where it had the FIN long before it sent: look for end-of-file before each request.',
  },
  'stale-connection-reused': {
    what: 'a request was sent on a connection that its sender had long known to be closed',
    remedy:
      'On the side that sent the request: let its pool look for end-of-file before it uses a connection, give up idle connections sooner than the server does, and retry requests that are safe to repeat. The server has nothing to mend.',
  },
  'never-accepted': {
    what: 'the server never took the connection: it went on sending SYN,ACK though that had been acknowledged',
    remedy:
      'On the server: look for a full accept queue (ListenOverflows, ss -ltn), a backlog that is too small, or an application that does not call accept(). TCP_DEFER_ACCEPT looks the same.',
  },
  'slow-reader': {
    what: 'the window of one side stayed closed, with data or a FIN queued behind it, until one side gave up',
    remedy: 'On the side with the closed window: see why the application does not read.',
  },
  'path-forgot': {
    what: 'both sides were alive and neither had an answer any more: something on the path had dropped the connection from its table',
    remedy:
      'Send keep-alives more often than the shortest time-out on the path; half-closed connections have a shorter one than open ones.',
  },
  'keep-alive-race': {
    what: 'a request crossed the FIN with which an idle connection was closed',
    remedy:
      'Let the client give up idle connections sooner than the server does, and retry requests that are safe to repeat.',
  },
  'idle-timeout': {
    what: 'something on the path or the peer had forgotten an idle connection',
    remedy:
      'Send keep-alives more often than the shortest idle time-out on the path (NAT, firewall, load balancer).',
  },
  'half-open': {
    what: 'one side had lost the connection that the other still held',
    remedy:
      'Look for restarts and failovers at that time; keep-alive finds such connections before a request does.',
  },
  'keepalive-expired': {
    what: 'keep-alive probes went unanswered',
    remedy: 'The peer or the path was gone: nothing to mend on the side that gave up.',
  },
  'retransmission-timeout': {
    what: 'what was sent again and again found no answer any more',
    remedy:
      'The peer or the path was gone. Firewalls that drop silently cause this; rejecting with RST would tell sooner.',
  },
  'fin-wait-2-reaped': {
    what: 'the first closer had given up its FIN_WAIT_2 when the peer came back',
    remedy: 'Let the peer close sooner (see missing-fin), or raise tcp_fin_timeout on the first closer.',
  },
  conntrack: {
    what: 'an out-of-window segment was answered with RST while the connection worked',
    remedy:
      'A firewall or address translator rejects what its tracking calls invalid: drop it instead, or set nf_conntrack_tcp_be_liberal.',
  },
  injected: {
    what: 'the RST does not look like the side in whose name it came',
    remedy: 'Record next to that side; the TTL tells how many hops away the sender is.',
  },
  refused: {
    what: 'nobody listened, or the listener rejected',
    remedy: 'Start the service, or look for a firewall that rejects with RST.',
  },
  unknown: {
    what: 'the packets do not separate one cause from another',
    remedy: 'Record next to the side that sent the RST.',
  },
};
