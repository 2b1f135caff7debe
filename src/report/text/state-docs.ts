import type { State } from '../../machine/state.ts';

/** What `lastack explain STATE` says beyond the transition table. */
export interface StateDocs {
  /** As Linux prints it. */
  readonly ss: string;
  readonly netstat: string;
  /** Section of RFC 9293 that is worth reading. */
  readonly section: string;
  readonly what: string;
  /** What it means when many pile up, and on which side to look. */
  readonly many: string;
  readonly action: string;
}

export const STATE_DOCS: Readonly<Record<State, StateDocs>> = {
  CLOSED: {
    ss: 'UNCONN',
    netstat: 'CLOSE',
    section: '3.3.2',
    what: 'There is no connection. Whatever arrives for it is answered with RST, except an RST.',
    many: 'Nothing piles up: a closed connection holds no memory. Sockets that were made and never connected are shown so too.',
    action: 'Nothing.',
  },
  LISTEN: {
    ss: 'LISTEN',
    netstat: 'LISTEN',
    section: '3.10.1 and 3.10.7.2',
    what: 'A server waits for a SYN. It is the state of the listening socket, not of a connection; a server side counts as CLOSED until a SYN has reached it.',
    many: 'There is one for each address and port that is served. What may pile up is its queue of connections not yet accepted: Recv-Q of `ss -tln`.',
    action:
      'If Recv-Q stays near Send-Q, the application accepts too slowly: raise the backlog of listen() and net.core.somaxconn, and look for what blocks accept().',
  },
  SYN_SENT: {
    ss: 'SYN-SENT',
    netstat: 'SYN_SENT',
    section: '3.5 and 3.10.7.3',
    what: 'The client has sent a SYN and waits for the answer.',
    many: 'On the client: the server, or a firewall before it, drops SYNs in silence. A host that is there and does not serve the port would answer RST.',
    action:
      'Look for the SYN in a capture at the server. If it arrives and gets no answer, the accept queue is full or a filter drops it; if it does not, the path does. Linux gives up after net.ipv4.tcp_syn_retries (6: about two minutes).',
  },
  SYN_RCVD: {
    ss: 'SYN-RECV',
    netstat: 'SYN_RECV',
    section: '3.5 and 3.10.7.4',
    what: 'A SYN came in and was answered with SYN+ACK; the last ACK of the handshake is missing.',
    many: 'On the server: a SYN flood with forged sources, or a path on which the SYN+ACK (or the ACK) is lost, as asymmetric routing through a firewall does.',
    action:
      'Check that the sources are real. Keep net.ipv4.tcp_syncookies at 1, raise net.ipv4.tcp_max_syn_backlog, and look for the SYN+ACK in a capture at the client.',
  },
  ESTABLISHED: {
    ss: 'ESTAB',
    netstat: 'ESTABLISHED',
    section: '3.10.4 and 3.10.7.4',
    what: 'Open: both directions may carry data, and neither side has closed.',
    many: 'As many as are in use. Those with no traffic for hours are idle pools, or half-open: the peer is gone and nobody has noticed, since an idle TCP connection sends nothing.',
    action:
      'Give idle connections a timeout in the application, shorter on the side that opens them. For peers that vanish turn on SO_KEEPALIVE with a TCP_KEEPIDLE below the timeout of the firewalls between, and set TCP_USER_TIMEOUT.',
  },
  FIN_WAIT_1: {
    ss: 'FIN-WAIT-1',
    netstat: 'FIN_WAIT1',
    section: '3.6 and 3.10.4',
    what: 'This side closed first. Its FIN is sent, or waits behind data that the peer has no window for, and is not acknowledged yet.',
    many: 'On the side that closes first: the peer is gone, or its window is 0 because its application does not read. Each holds its unsent data in kernel memory.',
    action:
      'Look at Send-Q in `ss -tno state fin-wait-1`. With data queued, the peer does not read; without, the path or the peer is dead. Linux gives up after net.ipv4.tcp_orphan_retries; net.ipv4.tcp_max_orphans bounds them all.',
  },
  FIN_WAIT_2: {
    ss: 'FIN-WAIT-2',
    netstat: 'FIN_WAIT2',
    section: '3.6',
    what: 'This side closed first and its FIN is acknowledged: it waits for the FIN of its peer, and may still receive.',
    many: 'On the side that closes first, and the fault is at the other: its peers sit in CLOSE_WAIT and do not close. A half-close on purpose looks the same.',
    action:
      'Fix the peer (see CLOSE_WAIT). An application that called close() is freed by the kernel: Linux net.ipv4.tcp_fin_timeout (60 s), FreeBSD net.inet.tcp.finwait2_timeout. One that called shutdown(SHUT_WR) waits for ever unless it sets a timeout itself.',
  },
  CLOSE_WAIT: {
    ss: 'CLOSE-WAIT',
    netstat: 'CLOSE_WAIT',
    section: '3.6 and 3.10.4',
    what: 'The peer has closed and this side has acknowledged that, but the application here has not called close() yet. It may go on sending.',
    many: 'On the side that shows them, and nearly always a fault of its application: it was told end-of-file (read() returned 0) and keeps the socket, or never accepted it. Unless keep-alive or TCP_USER_TIMEOUT is set no timer ends it; file descriptors run out. A half-close on purpose looks the same.',
    action:
      '`ss -tnp state close-wait` names the process. Find the path that does not close after end-of-file: an error path, a connection pool that does not watch idle connections, a thread that hangs in something else. Without a process there they wait to be accepted: see the listen queue (`ss -tl`). Keep-alive only cleans up what the peer has already given up.',
  },
  CLOSING: {
    ss: 'CLOSING',
    netstat: 'CLOSING',
    section: '3.6, figure 13',
    what: 'Both sides closed at the same time: the FINs crossed, and the own FIN is not acknowledged yet.',
    many: 'Rare, and gone within a round trip. Many of them mean that the ACK of the FIN gets lost, or that a peer acknowledges no more once it has sent its own FIN.',
    action:
      'Capture one and run `lastack show`: the FIN is repeated, and it shows what comes back. The kernel gives up after its retries.',
  },
  LAST_ACK: {
    ss: 'LAST-ACK',
    netstat: 'LAST_ACK',
    section: '3.6',
    what: 'The peer closed first, this side closed too, and the ACK of its FIN is missing.',
    many: 'On the side that closes second: the peer is gone or has forgotten the connection without answering (a NAT or firewall entry that ended early, a reaped FIN_WAIT_2 behind a filter that eats RSTs).',
    action:
      'Look at the other end in a capture: does the FIN arrive, and is it acknowledged? Timeouts of firewalls between must outlast the idle time of half-closed connections. Linux gives up after net.ipv4.tcp_orphan_retries.',
  },
  TIME_WAIT: {
    ss: 'TIME-WAIT',
    netstat: 'TIME_WAIT',
    section: '3.6.1, RFC 1337, RFC 6191',
    what: 'This side closed first and everything is acknowledged. It keeps the 4-tuple for twice the maximum segment lifetime, to acknowledge the FIN of its peer again should that ACK be lost, and to let old segments die out.',
    many: 'On the side that closes first. It is correct and cheap (a few hundred bytes each); it hurts only a client that opens many short connections to one service, when it has used up its local ports.',
    action:
      'Use connections again (keep-alive, a pool), or let the other side close first. Widen net.ipv4.ip_local_port_range; net.ipv4.tcp_tw_reuse lets outgoing connections take over with timestamps. Do not shorten it, nor avoid it with SO_LINGER 0: that loses data.',
  },
};
