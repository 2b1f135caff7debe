import type { State } from './state.ts';

/** What can happen to one side of a connection. A segment that arrives is processed ACK first, FIN second. */
export const EVENTS = [
  'send SYN',
  'send SYN,ACK',
  'send FIN',
  'send RST',
  'receive SYN',
  'receive SYN,ACK',
  'receive ACK of SYN',
  'receive ACK of FIN',
  'receive FIN',
  'receive FIN,ACK of FIN',
  'receive RST',
  'timeout 2MSL',
  'reopen',
] as const;

export type Event = (typeof EVENTS)[number];

/** One cell: the next state, and the clause of RFC 9293 (or the text named) that says so. */
export interface Cell {
  readonly to: State;
  readonly clause: string;
}

/** Rows as `EVENTS` orders them; `-` keeps the state. A total function: every state has every event. */
type Row = Record<Event, readonly [to: State | '-', clause: string]>;

const ARRIVES_CLOSED =
  'RFC 9293 3.10.7.1: everything that arrives at CLOSED is dropped, or answered with RST';
const ARRIVES_LISTEN = 'RFC 9293 3.10.7.2: only a SYN opens';
const OLD = 'RFC 9293 3.10.7.4: an old or repeated segment is acknowledged and changes nothing';
const NOTHING_TO_ACK = 'RFC 9293 3.10.7.4 step 5: it acknowledges nothing that is outstanding';
const CHALLENGE = 'RFC 9293 3.10.7.4 step 4, RFC 5961 4: answered with a challenge ACK';
const RST_CLOSES = 'RFC 9293 3.10.7.4 step 3: an acceptable RST ends the connection';
const SENT_AGAIN = 'RFC 9293 3.8.1: a retransmission';
const ABORT_SILENT =
  'RFC 9293 3.10.5: ABORT deletes the connection without RST; one that is sent shows that it is gone';
const ABORT = 'RFC 9293 3.10.5: ABORT sends RST and enters CLOSED';
const NEVER = 'RFC 9293 3.3.2: no such call in this state; what was sent is not a sign of it';
const NO_TIMER = 'RFC 9293 3.10.8: the time-wait timer runs in TIME-WAIT only';
const REOPEN = 'RFC 9293 3.10.1: the 4-tuple is open again, so the old connection is gone';

const TABLE = {
  CLOSED: {
    'send SYN': ['SYN_SENT', 'RFC 9293 3.10.1: active OPEN'],
    'send SYN,ACK': ['SYN_RCVD', 'RFC 9293 3.10.7.2: it was listening, and took a SYN that was not captured'],
    'send FIN': ['-', NEVER],
    'send RST': ['-', 'RFC 9293 3.10.7.1: RST answers what has no connection'],
    'receive SYN': ['-', ARRIVES_CLOSED],
    'receive SYN,ACK': ['-', ARRIVES_CLOSED],
    'receive ACK of SYN': ['-', ARRIVES_CLOSED],
    'receive ACK of FIN': ['-', ARRIVES_CLOSED],
    'receive FIN': ['-', ARRIVES_CLOSED],
    'receive FIN,ACK of FIN': ['-', ARRIVES_CLOSED],
    'receive RST': ['-', 'RFC 9293 3.10.7.1: an RST is dropped'],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['-', REOPEN],
  },
  LISTEN: {
    'send SYN': ['SYN_SENT', 'RFC 9293 3.10.1: OPEN turns a passive open into an active one'],
    'send SYN,ACK': ['SYN_RCVD', 'RFC 9293 3.10.7.2: it took a SYN that was not captured'],
    'send FIN': ['-', NEVER],
    'send RST': ['-', 'RFC 9293 3.10.7.2: RST answers an ACK that no connection sent for'],
    'receive SYN': ['SYN_RCVD', 'RFC 9293 3.10.7.2'],
    'receive SYN,ACK': ['-', ARRIVES_LISTEN],
    'receive ACK of SYN': ['-', ARRIVES_LISTEN],
    'receive ACK of FIN': ['-', ARRIVES_LISTEN],
    'receive FIN': ['-', ARRIVES_LISTEN],
    'receive FIN,ACK of FIN': ['-', ARRIVES_LISTEN],
    'receive RST': ['-', 'RFC 9293 3.10.7.2: an RST is ignored'],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['-', REOPEN],
  },
  SYN_SENT: {
    'send SYN': ['-', SENT_AGAIN],
    'send SYN,ACK': [
      'SYN_RCVD',
      'RFC 9293 3.10.7.3: simultaneous open; the SYN,ACK shows that a SYN came in',
    ],
    'send FIN': ['-', NEVER],
    'send RST': ['CLOSED', ABORT_SILENT],
    'receive SYN': ['SYN_RCVD', 'RFC 9293 3.10.7.3: simultaneous open'],
    'receive SYN,ACK': ['ESTABLISHED', 'RFC 9293 3.10.7.3'],
    'receive ACK of SYN': ['-', 'RFC 9293 3.10.7.3: an ACK without SYN does not open'],
    'receive ACK of FIN': ['-', 'RFC 9293 3.10.7.3: no FIN is outstanding'],
    'receive FIN': ['-', 'RFC 9293 3.10.7.3: a FIN is not processed in SYN-SENT'],
    'receive FIN,ACK of FIN': ['-', 'RFC 9293 3.10.7.3: a FIN is not processed in SYN-SENT'],
    'receive RST': ['CLOSED', 'RFC 9293 3.10.7.3: connection refused'],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  SYN_RCVD: {
    'send SYN': ['-', SENT_AGAIN],
    'send SYN,ACK': ['-', 'RFC 9293 3.10.7.2: the answer to the SYN, or its retransmission'],
    'send FIN': ['FIN_WAIT_1', 'RFC 9293 3.10.4: CLOSE in SYN-RECEIVED'],
    'send RST': ['CLOSED', ABORT],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['ESTABLISHED', 'RFC 9293 3.5 figure 7: the answer in a simultaneous open'],
    'receive ACK of SYN': ['ESTABLISHED', 'RFC 9293 3.10.7.4 step 5'],
    'receive ACK of FIN': ['-', NOTHING_TO_ACK],
    'receive FIN': ['CLOSE_WAIT', 'RFC 9293 3.10.7.4 step 8'],
    'receive FIN,ACK of FIN': [
      '-',
      'RFC 9293 3.10.7.4 step 5: it acknowledges what was never sent, so it is answered and dropped',
    ],
    'receive RST': ['CLOSED', 'RFC 9293 3.10.7.4 step 3: back to LISTEN, or refused: the connection is gone'],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  ESTABLISHED: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['FIN_WAIT_1', 'RFC 9293 3.10.4: CLOSE'],
    'send RST': ['CLOSED', ABORT],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['-', NOTHING_TO_ACK],
    'receive FIN': ['CLOSE_WAIT', 'RFC 9293 3.10.7.4 step 8'],
    'receive FIN,ACK of FIN': [
      '-',
      'RFC 9293 3.10.7.4 step 5: it acknowledges what was never sent, so it is answered and dropped',
    ],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  FIN_WAIT_1: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['-', SENT_AGAIN],
    'send RST': ['CLOSED', ABORT],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['FIN_WAIT_2', 'RFC 9293 3.10.7.4 step 5'],
    'receive FIN': ['CLOSING', 'RFC 9293 3.10.7.4 step 8: the own FIN is not acknowledged yet'],
    'receive FIN,ACK of FIN': [
      'TIME_WAIT',
      'RFC 9293 3.10.7.4 step 8: the own FIN is acknowledged by the same segment',
    ],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  FIN_WAIT_2: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['-', 'RFC 9293 3.8.1: a stray copy of a FIN that is acknowledged'],
    'send RST': ['CLOSED', ABORT],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['-', OLD],
    'receive FIN': ['TIME_WAIT', 'RFC 9293 3.10.7.4 step 8'],
    'receive FIN,ACK of FIN': ['TIME_WAIT', 'RFC 9293 3.10.7.4 step 8'],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  CLOSE_WAIT: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['LAST_ACK', 'RFC 9293 3.10.4: CLOSE in CLOSE-WAIT'],
    'send RST': ['CLOSED', ABORT],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['-', NOTHING_TO_ACK],
    'receive FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in CLOSE-WAIT'],
    'receive FIN,ACK of FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in CLOSE-WAIT'],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  CLOSING: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['-', 'RFC 9293 3.8.1: a retransmission; FreeBSD acknowledges the FIN of its peer with it'],
    'send RST': ['CLOSED', `${ABORT_SILENT} (figure 5 note 3 would say TIME-WAIT)`],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['TIME_WAIT', 'RFC 9293 3.10.7.4 step 5'],
    'receive FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in CLOSING'],
    'receive FIN,ACK of FIN': [
      'TIME_WAIT',
      'RFC 9293 3.10.7.4 step 5: a repeated FIN whose ACK covers; real stacks process the ACK of an old segment',
    ],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  LAST_ACK: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['-', SENT_AGAIN],
    'send RST': ['CLOSED', `${ABORT_SILENT} (figure 5 note 3 would say TIME-WAIT)`],
    'receive SYN': ['-', CHALLENGE],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['CLOSED', 'RFC 9293 3.10.7.4 step 5'],
    'receive FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in LAST-ACK'],
    'receive FIN,ACK of FIN': [
      'CLOSED',
      'RFC 9293 3.10.7.4 step 5: a repeated FIN whose ACK covers; real stacks process the ACK of an old segment',
    ],
    'receive RST': ['CLOSED', RST_CLOSES],
    'timeout 2MSL': ['-', NO_TIMER],
    reopen: ['CLOSED', REOPEN],
  },
  TIME_WAIT: {
    'send SYN': ['-', NEVER],
    'send SYN,ACK': ['-', SENT_AGAIN],
    'send FIN': ['-', 'RFC 9293 3.8.1: a stray copy of a FIN that is acknowledged'],
    'send RST': ['CLOSED', `${ABORT_SILENT}: it kept no TIME-WAIT`],
    'receive SYN': ['-', `${CHALLENGE}; one that reopens (MAY-2) is the next incarnation's`],
    'receive SYN,ACK': ['-', OLD],
    'receive ACK of SYN': ['-', OLD],
    'receive ACK of FIN': ['-', OLD],
    'receive FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in TIME-WAIT, restart the 2MSL timer'],
    'receive FIN,ACK of FIN': ['-', 'RFC 9293 3.10.7.4 step 8: remain in TIME-WAIT, restart the 2MSL timer'],
    'receive RST': ['CLOSED', `${RST_CLOSES}; RFC 1337 would have it ignored, and the freebsd profile does`],
    'timeout 2MSL': ['CLOSED', 'RFC 9293 3.10.8: time-wait timeout'],
    reopen: ['CLOSED', 'RFC 9293 3.6.1 MAY-2, RFC 6191: a new connection may take over from TIME-WAIT'],
  },
} as const satisfies Record<State, Row>;

/** The table with the state that is kept in place of its mark. */
const CELLS: Readonly<Record<State, Readonly<Record<Event, Cell>>>> = mapValues(
  TABLE as Readonly<Record<State, Row>>,
  (row, state) => mapValues(row, ([to, clause]) => ({ to: to === '-' ? state : to, clause })),
);

/** The reference state machine of RFC 9293 as one side goes through it: total over states and events. */
export function transition(state: State, event: Event): Cell {
  return CELLS[state][event];
}

function mapValues<K extends string, V, R>(
  record: Readonly<Record<K, V>>,
  map: (value: V, key: K) => R,
): Record<K, R> {
  const entries = Object.entries(record) as [K, V][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, key)])) as Record<K, R>;
}
