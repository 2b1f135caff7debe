import type { CloseKind, Closer } from '../../machine/close.ts';
import type { Tier } from '../../rules/finding.ts';
import type { Verdict } from '../report.ts';

/** What `explain` says of a word of the report. */
export interface WordDocs {
  readonly what: string;
  readonly meaning: string;
  readonly action: string;
}

/** How a connection closed. */
export const KIND_DOCS: Readonly<Record<CloseKind, WordDocs>> = {
  'four-way': {
    what: 'FIN, ACK, FIN, ACK: each side closed and acknowledged the FIN of the other. The second closer sent no new data in segments that acknowledge the first FIN.',
    meaning: 'The ordinary way (RFC 9293 3.6 case 1). The first closer ends in TIME_WAIT.',
    action: 'Nothing. See closed first for which side keeps the TIME_WAITs.',
  },
  'three-way': {
    what: 'FIN, FIN+ACK, ACK: the second closer acknowledged and closed in one segment.',
    meaning: 'Legal (RFC 9293 figure 5, note 2), and what a prompt server does.',
    action: 'Nothing.',
  },
  simultaneous: {
    what: 'Both sides sent FIN before either had the FIN of the other, and both were acknowledged in the end.',
    meaning: 'Legal and rare (RFC 9293 3.6 case 3): both sides go through CLOSING and both end in TIME_WAIT.',
    action:
      'Nothing. Where there are many, a timer closes on both sides at the same time: let one side be the one that closes.',
  },
  'half-close': {
    what: 'One side closed, and the other acknowledged that, sent new data and closed later.',
    meaning:
      'Legal (RFC 9293 3.6): the first side said that it had sent all, and went on reading. rsync, SSH and HTTP clients that call shutdown(SHUT_WR) do so.',
    action:
      'Nothing, unless nobody means to: then the data of the second side may come for a socket that is gone.',
  },
  abort: {
    what: 'An RST ended it before any FIN.',
    meaning:
      'Nothing is certain about what was under way: data that were sent and not acknowledged are lost, and there is no TIME_WAIT.',
    action:
      'See its cause: application-abort, unread-data, half-open and others each have another remedy. lastack check --kind abort --list lists them.',
  },
  'reset-after-fin': {
    what: 'At least one side had sent FIN, and an RST ended it before both FINs were acknowledged.',
    meaning:
      'Often harmless (a browser that closes while the server still sends), at times lost data: the finding rst-after-fin counts the bytes.',
    action: 'See its cause, and whether rst-after-fin says that bytes were lost.',
  },
  incomplete: {
    what: 'One FIN or both, but not the whole exchange, when the capture or this use of the ports ended.',
    meaning:
      'Either somebody does not close (missing-fin: a CLOSE_WAIT leak), or does not answer (fin-not-acknowledged, last-ack-missing), or the capture ended too soon.',
    action: 'See the finding. Where it is inconclusive, record longer.',
  },
  open: {
    what: 'Neither FIN nor RST: established, or SYN and SYN,ACK without more.',
    meaning: 'It was still open when the capture ended. A pool, a long poll or an idle client.',
    action: 'Nothing, unless it should have been closed: then record longer.',
  },
  refused: {
    what: 'The SYN was answered by RST.',
    meaning:
      'The host is there, and nobody listens at the port, or its listener rejects (RFC 9293 3.10.7.1).',
    action: 'Start the service, or look for a firewall that rejects with RST.',
  },
  unanswered: {
    what: 'The SYN was never answered.',
    meaning:
      'The host is gone, a firewall drops, the backlog is full, or the capture lacks the other direction.',
    action:
      'See whether other connections to that service were answered at that time; record at the server to see whether SYNs arrive.',
  },
  partial: {
    what: 'Packets that show neither an opening nor a close: the rest of a connection from before the capture, or stray segments.',
    meaning: 'Nothing can be told of how it closed.',
    action: 'Start the recording before the connection opens.',
  },
};

/** How far a finding goes, and what that makes of the connection. */
export const TIER_DOCS: Readonly<Record<Tier | Verdict, WordDocs>> = {
  violation: {
    what: 'The packets prove it against a clause of a standard, or of your configuration.',
    meaning: 'No assumption is needed, whatever else was lost or not captured. check exits with 1.',
    action:
      'Attach the evidence to a bug report (lastack extract --findings), or waive it in the configuration with a reason and a day.',
  },
  suspect: {
    what: 'The packets show something that is wrong unless an assumption fails. The assumption is printed with it.',
    meaning:
      'Most leaks are suspect: that no FIN came for a minute proves no fault, and looks like one. check exits with 0 unless --fail-on suspect.',
    action: 'Read what would refute it (lastack explain RULE), and look for that.',
  },
  inconclusive: {
    what: 'The capture cannot decide: something that would decide it was not captured, or the capture ended too soon. The reason is printed.',
    meaning: 'Neither side is accused. check exits with 0 unless --fail-on inconclusive.',
    action:
      'Record again as the reason says: longer, both directions, without a filter on flags, with a larger buffer.',
  },
  note: {
    what: 'Legal, and of interest.',
    meaning: 'A note changes no verdict. A finding that a configuration waives counts as a note, too.',
    action: 'Nothing. lastack check --rule RULE --list lists the connections that have it.',
  },
  conformant: {
    what: 'No finding but notes.',
    meaning:
      'As far as it was captured the connection closed as RFC 9293 says. It may still be reset: an abort conforms.',
    action: 'Nothing. See closed and the causes for how connections ended.',
  },
};

/** Who closed first. */
export const CLOSER_DOCS: Readonly<Record<Closer, WordDocs>> = {
  client: {
    what: 'The side that sent the first SYN. As who closed first: it sent the first FIN, or the first RST that took effect.',
    meaning:
      'The first closer keeps the TIME_WAIT. A client that closes first to one service may run out of ports (lastack explain time-wait-pressure).',
    action: 'Where TIME_WAITs hurt the client, let the server close first, or keep connections open.',
  },
  server: {
    what: 'The side that was connected to. As who closed first: it sent the first FIN, or the first RST that took effect.',
    meaning:
      'The first closer keeps the TIME_WAIT. A server has one port for all of them, so they cost memory alone.',
    action: 'Where clients see resets on pooled connections, close later than they do.',
  },
  both: {
    what: 'Both sides closed at once: their FINs crossed.',
    meaning: 'Both keep a TIME_WAIT (lastack explain simultaneous).',
    action: 'Nothing.',
  },
  none: {
    what: 'Neither side closed it: it is open, was never opened, or its close was not captured.',
    meaning: 'The report prints it as neither.',
    action: 'Nothing, unless it should have been closed.',
  },
};

/** Other words of a report. */
export const OTHER_DOCS: Readonly<Record<string, WordDocs>> = {
  assumed: {
    what: 'A state that a side must have reached if the packet arrived that would bring it there, and that no later packet of that side proves. The ladder marks it with a question mark.',
    meaning: 'What was captured was sent; whether it arrived is shown by the receiver alone.',
    action: 'Record at that side.',
  },
  proven: {
    what: 'A state that a later packet of that side shows.',
    meaning: 'No assumption is left but that the packet is of that side.',
    action: 'Nothing.',
  },
  linger: {
    what: 'How many seconds a side may take to close after its peer did before it counts as leaking (--linger, 60 unless said).',
    meaning: 'A longer one suits long polls; a shorter one decides in shorter captures.',
    action: 'Choose it longer than the slowest honest answer of your service.',
  },
  incarnation: {
    what: 'One life of the same addresses and ports, from its SYN to its end.',
    meaning: 'Ports are used again. What comes late for an old life is not held against the new one.',
    action: 'Nothing.',
  },
};
