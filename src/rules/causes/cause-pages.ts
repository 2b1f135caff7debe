import type { CauseName } from './cause-names.ts';

/** What `explain` says of a cause beside what it is and what helps. */
export interface CausePage {
  /** Which packets it is told by. */
  readonly seen: string;
  readonly why: string;
  /** What looks alike, and what tells them apart. */
  readonly alike: string;
}

export const CAUSE_PAGES: Readonly<Record<CauseName, CausePage>> = {
  'no-socket': {
    seen: 'A bare RST (no ACK, its number is the ACK number of the segment that it answers), from a side that is not known to have taken part before.',
    why: 'The host works and has no record of the connection. The sender thinks that it is open: its requests fail until it opens a new one.',
    alike:
      'half-open, where that side had sent segments of the connection before; idle-timeout, where a long silence stands in front.',
  },
  unreachable: {
    seen: 'An ICMP error that quotes a segment of the connection, and nothing from the peer behind it. The evidence has what the error says and who sent it.',
    why: 'The path or a firewall says itself that it does not deliver: neither end did anything wrong.',
    alike:
      'retransmission-timeout, where nobody says why. One error alone proves nothing (RFC 9293 3.9.2.2): the path may be mended a moment later, so silence has to follow.',
  },
  'not-opened-here': {
    seen: 'The SYN has another TTL or other options than what the host sends by itself, and the host answers the SYN,ACK with RST at once.',
    why: 'Port scanners and load balancer checks do this. Many of them look like a failing service in counters of resets.',
    alike: 'application-abort, where the host did open the connection and aborts it.',
  },
  'application-abort': {
    seen: 'An RST at the next sequence number of its sender, which nothing had asked for. The evidence says whether data of the peer may have been unread.',
    why: 'An abort throws away what is still under way in both directions. The peer sees ECONNRESET and may lose the end of an answer.',
    alike:
      'unread-data, where the window shows that the application had not read; injected, where the RST does not look like the host. A process that is killed with nothing unread sends FIN, and not RST.',
  },
  'unread-data': {
    seen: 'RST,ACK behind data of the peer that was acknowledged, while the window did not open again, as it does when the application reads.',
    why: 'RFC 9293 3.10.4 lets close() with data unread send RST. The peer may lose an answer that was already in its receive buffer.',
    alike:
      'application-abort, where the window does not show it: automatic buffer sizes hide how much was unread.',
  },
  'data-after-close': {
    seen: 'A side sent FIN, and answered data that came later with RST: nobody was left to read them.',
    why: 'The sender of the data loses them. It happens where a side closes both directions while the peer still has something to say.',
    alike:
      'keep-alive-race, where the data and the FIN crossed after an idle time; stale-connection-reused, where the sender had known of the FIN for long.',
  },
  'stale-connection-reused': {
    seen: 'A request on a connection whose FIN its sender had acknowledged a while before, and an RST in answer.',
    why: 'The first request of a pooled connection fails, and again with the next one. Users see sporadic errors.',
    alike:
      'keep-alive-race, where the request was under way before the FIN arrived: nobody is at fault there.',
  },
  'never-accepted': {
    seen: 'The server sent its SYN,ACK again though the client had acknowledged it, and nothing else before the end.',
    why: 'The client believes that it is connected and sends its request; the server holds nothing.',
    alike:
      'TCP_DEFER_ACCEPT waits for the first data in the same way; SYN cookies give no SYN,ACK again. A lost ACK gives one copy and then goes on.',
  },
  'slow-reader': {
    seen: 'The window of one side stayed at zero and the other probed it, until one of them gave up.',
    why: 'The application does not read: everything upstream waits, holds memory and runs into its own time limits.',
    alike: 'retransmission-timeout, where the peer does not even acknowledge probes.',
  },
  'path-forgot': {
    seen: 'Behind a silence, or a half-close, both sides sent something that asks for an answer, and neither got one.',
    why: 'A NAT, a firewall or a load balancer has dropped the connection from its table and drops its packets without a word.',
    alike:
      'idle-timeout, where the device answers with RST; retransmission-timeout, where only one side was heard.',
  },
  'keep-alive-race': {
    seen: 'The connection had been idle. One side sent FIN, and a request of the other, which does not acknowledge that FIN, was answered with RST.',
    why: 'The request may be repeated only where it is safe. At a busy proxy these are the sporadic 502s.',
    alike:
      'stale-connection-reused, where the request does acknowledge the FIN: then the client could have known.',
  },
  'idle-timeout': {
    seen: 'The first data after at least 20 s of silence were answered with a bare RST. The evidence has the idle time; the same time again and again is a timer.',
    why: 'Pooled connections die unnoticed, and the next request pays for it.',
    alike: 'half-open, where no silence explains it: that host has lost its connections at one moment.',
  },
  'half-open': {
    seen: 'A side that had taken part answers with a bare RST: it no longer knows the connection. No FIN of it came before.',
    why: 'A restart or failover forgot its connections without telling. Every client finds out with its next segment.',
    alike: 'no-socket, where that side was never seen in it; idle-timeout, behind a long silence.',
  },
  'keepalive-expired': {
    seen: 'Two or more probes (0 or 1 byte below the next number) without an answer, then RST or nothing.',
    why: 'This is what keep-alive is for: the side that gave up is right.',
    alike: 'retransmission-timeout, where data or a FIN was repeated instead of probes.',
  },
  'retransmission-timeout': {
    seen: 'Data or a FIN was sent again two or more times without an answer.',
    why: 'What was sent may or may not have arrived: the application cannot know.',
    alike:
      'unreachable, where ICMP says why; path-forgot, where the other side was alive and not heard either.',
  },
  'fin-wait-2-reaped': {
    seen: 'The first closer had been in FIN_WAIT_2 for longer than its stack keeps it (60 s on Linux), and answered what came then with RST.',
    why: 'The peer held CLOSE_WAIT for that long. What it still wanted to send is lost.',
    alike: 'data-after-close, where the answer came at once.',
  },
  conntrack: {
    seen: 'A segment out of the window was answered with RST, and the side in whose name it came went on.',
    why: 'A device kills connections that work: after loss, reordering or a long pause its window tracking is wrong.',
    alike: 'injected, where no segment explains the RST.',
  },
  injected: {
    seen: 'The RST differs from its side: another TTL, no timestamp where they were agreed, a number that the side was not at, or the side goes on behind it.',
    why: 'A firewall, an intrusion system or a censor ends connections in the name of others.',
    alike:
      'conntrack, where a segment out of the window explains it. A load balancer in front of the side is its own TTL, too: the health line says so.',
  },
  refused: {
    seen: 'The SYN was answered by RST,ACK.',
    why: 'The client sees ECONNREFUSED at once.',
    alike: 'unanswered connections, where a firewall drops the SYN and the client waits for its time-out.',
  },
  unknown: {
    seen: 'An RST, or a broken close, that fits none of the other causes, or several of them.',
    why: 'A guess would send somebody to the wrong host.',
    alike: 'Nothing: a capture next to the side that sent the RST usually tells.',
  },
};
