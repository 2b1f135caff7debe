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
  /** What helps, by who can do it, where that is more than a sentence. */
  readonly remedies?: readonly Remedy[];
}

/** Advice to one of those involved. */
export interface Remedy {
  /** `On the client`, `On either side`. */
  readonly where: string;
  readonly what: string;
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
    remedies: [
      {
        where: 'On the side that closed first',
        what: 'Call close() when no answer is wanted any more: the kernel then frees the socket by its timer. After shutdown(SHUT_WR) read with a time-out, and close when it is over. net.ipv4.tcp_fin_timeout may be shortened: it does not touch TIME_WAIT.',
      },
      {
        where: 'On the peer',
        what: 'It does not close: lastack explain close-wait.',
      },
    ],
  },
  CLOSE_WAIT: {
    ss: 'CLOSE-WAIT',
    netstat: 'CLOSE_WAIT',
    section: '3.6 and 3.10.4',
    what: 'The peer has closed and this side has acknowledged that, but the application here has not called close() yet. It may go on sending.',
    many: 'On the side that shows them, and nearly always a fault of its application: it was told end-of-file (read() returned 0) and keeps the socket, or never accepted it. Unless keep-alive or TCP_USER_TIMEOUT is set no timer ends it; file descriptors run out. A half-close on purpose looks the same.',
    action:
      '`ss -tnp state close-wait` names the process. Find the path that does not close after end-of-file: an error path, a connection pool that does not watch idle connections, a thread that hangs in something else. Without a process there they wait to be accepted: see the listen queue (`ss -tl`). Keep-alive only cleans up what the peer has already given up.',
    remedies: [
      {
        where: 'On the side that is in CLOSE_WAIT: its application closes last, and it has to',
        what: 'Close when read() returns 0, on every path: also after an exception, a time-out, and for a response that nobody reads to its end. Give connections back to the pool or close them, and let the pool look at idle ones: a connection that can be read while nothing is expected has ended. `lsof -p PID` against the limit of open files shows how long there is.',
      },
      {
        where: 'On the peer, which has closed',
        what: 'Nothing there mends it. Its orphans in FIN_WAIT_2 are freed by a timer (net.ipv4.tcp_fin_timeout), after which whatever the other side sends is answered with RST. An application that half-closes with shutdown(SHUT_WR) needs a time-out of its own.',
      },
      {
        where: 'Keep-alive',
        what: 'SO_KEEPALIVE ends a CLOSE_WAIT only once the peer has forgotten the connection: with the defaults of Linux after two hours. It is for peers that vanish, not for an application that does not close. TCP_USER_TIMEOUT ends one that has unsent data.',
      },
      {
        where: 'SO_LINGER with 0, a last resort',
        what: 'Closing with RST frees both sides at once and loses what is under way. It is for connections that are to be given up, and no cure for code that forgets to close.',
      },
    ],
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
      'Nothing on a server: it needs no port of its own for them. On a client that runs out of ports (connect() fails with EADDRNOTAVAIL) use connections again, or let the server close first. `lastack sockets` counts them, with the ports there are (--ports).',
    remedies: [
      {
        where: 'Who should close last: the client',
        what: 'Whoever closes first keeps TIME_WAIT. A server that closes first keeps it where it costs no port: HTTP/1.1 `Connection: close` in its reply, or a limit of requests for each connection. The client closes when it has read end-of-file. What a server closes for being idle may meet a request that is under way: that is no way to move TIME_WAIT.',
      },
      {
        where: 'On the client',
        what: 'Close less: HTTP keep-alive, a pool of connections, one connection for many requests (HTTP/2). Make the pool as large as there are requests at once, or it closes what does not fit; let its idle time-out be shorter than that of the server, or requests meet a connection that the server is closing (keep-alive-race). If there have to be many: widen net.ipv4.ip_local_port_range, use several source addresses, or connect to several addresses or ports of the service, since each 4-tuple counts by itself.',
      },
      {
        where: 'net.ipv4.tcp_tw_reuse, and its limits',
        what: 'On the side that connects, 1 lets connect() take a port out of TIME_WAIT after a second, if both ends use timestamps (RFC 6191). That makes room for as many connections a second as there are ports, and no more. It does nothing for the side that accepts, and nothing without timestamps. The default 2 is for the loopback device only.',
      },
      {
        where: 'net.ipv4.tcp_tw_recycle is gone',
        what: 'Linux 4.12 removed it. It compared timestamps by host and dropped SYNs of clients that share an address behind a translator: they could not connect, some of the time. No setting of today takes its place.',
      },
      {
        where: 'What not to do',
        what: 'Do not shorten TIME_WAIT: old segments may reach a new connection, and the last ACK cannot be repeated. SO_LINGER with 0 closes with RST and leaves no TIME_WAIT, but it throws away what was not sent and what the peer has not read yet. It is a last resort, for a connection that is to be given up anyway: after an error, or once the peer has said that it has everything. net.ipv4.tcp_fin_timeout is about FIN_WAIT_2 and changes no TIME_WAIT; net.ipv4.tcp_max_tw_buckets cuts it short and says so in the log.',
      },
    ],
  },
};
