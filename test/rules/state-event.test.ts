import { describe, expect, it } from 'vitest';
import type { ProfileName } from '../../src/machine/profile.ts';
import type { Side, State } from '../../src/machine/state.ts';
import type { Connection } from '../../src/rules/rule.ts';
import { runRules } from '../../src/rules/run-rules.ts';
import { connectionsOfLadder } from '../support/check-ladder.ts';

/**
 * What the test suites of FreeBSD and Linux declare for each state and event, as ladders: the label of the stack under
 * test before and after, and that the stack that replied so is not blamed. Where the stacks and the RFCs differ, each
 * variant is a row of its own, and none of them may be blamed.
 */
interface Row {
  readonly name: string;
  /** How the stack under test came into its state. */
  readonly given: string;
  /** The segment that arrives, and what the stack does next. */
  readonly happens: string;
  /** Labels around `happens`; null where a capture that begins there cannot know. */
  readonly before: State | null;
  readonly after: State | null;
  readonly side?: Side;
  readonly profile?: ProfileName;
  /** How many incarnations it takes. */
  readonly connections?: number;
}

/** The stack under test is the server; `snd` and `rcv` are its SND.NXT and RCV.NXT. */
const SYNCHRONIZED: readonly { state: State; given: string; snd: number; rcv: number }[] = [
  { state: 'ESTABLISHED', snd: 1, rcv: 1, given: '' },
  {
    state: 'CLOSE_WAIT',
    snd: 1,
    rcv: 2,
    given: `
      +1     > F.  1:1(0) ack 1
      +0     < .   1:1(0) ack 2`,
  },
  { state: 'FIN_WAIT_1', snd: 2, rcv: 1, given: '+1 < F. 1:1(0) ack 1' },
  {
    state: 'FIN_WAIT_2',
    snd: 2,
    rcv: 1,
    given: `
      +1     < F.  1:1(0) ack 1
      +.02   > .   1:1(0) ack 2`,
  },
  {
    state: 'CLOSING',
    snd: 2,
    rcv: 2,
    given: `
      +1     < F.  1:1(0) ack 1
      +.02   > F.  1:1(0) ack 1
      +0     < .   2:2(0) ack 2`,
  },
  {
    state: 'LAST_ACK',
    snd: 2,
    rcv: 2,
    given: `
      +1     > F.  1:1(0) ack 1
      +0     < .   1:1(0) ack 2
      +.1    < F.  1:1(0) ack 2`,
  },
];

/** Without window scale: the window is the 64,240 bytes that the field says. */
const OPEN = `
  +0     > S   0:0(0)           <mss 1460>
  +0     < S.  0:0(0) ack 1     <mss 1460>
  +.02   > .   1:1(0) ack 1`;
const HANDSHAKE = OPEN.replace(/\n.*$/, '');
const WINDOW = 64_240;
const TIME_WAIT = `${OPEN}
  +1     < F.  1:1(0) ack 1
  +.02   > F.  1:1(0) ack 2
  +0     < .   2:2(0) ack 2`;

/** Where in the window a number stands, as the suites call it; the right edge also as stacks round it up. */
const POSITIONS = {
  'outside-left': (rcv: number) => rcv - 1,
  'left-edge': (rcv: number) => rcv,
  'right-edge': (rcv: number) => rcv + WINDOW - 1,
  'right-edge rounded up': (rcv: number) => rcv + WINDOW + 704,
  'outside-right': (rcv: number) => rcv + WINDOW,
} as const;

const RESETS: readonly Row[] = SYNCHRONIZED.flatMap(({ state, given, snd, rcv }) => {
  const row = (position: keyof typeof POSITIONS, variant: string, reply: string, after: State): Row[] =>
    ['R ', 'R.'].map((flags) => {
      const at = POSITIONS[position](rcv);
      // The ACK number of an RST is not looked at in these states.
      const rst = `+.5 > ${flags} ${at}:${at}(0)${flags === 'R.' ? ' ack 0' : ''}`;
      return {
        name: `${state}: ${flags.trim()} at the ${position} (${variant})`,
        given: `${OPEN}\n${given}`,
        happens: `${rst}\n${reply}`,
        before: state,
        after,
      };
    });
  const challenge = `+0 < . ${snd}:${snd}(0) ack ${rcv}`;
  return [
    ...row('outside-left', 'dropped', '', state),
    ...row('left-edge', 'obeyed', '', 'CLOSED'),
    ...row('right-edge', 'RFC 5961', challenge, state),
    ...row('right-edge rounded up', 'RFC 5961', challenge, state),
    ...row('right-edge', 'RFC 793', '', 'CLOSED'),
  ];
});

/** Dropped in silence: an end outside of what the stack may have rounded its window up to. */
const RESETS_OUTSIDE: readonly Row[] = SYNCHRONIZED.map(({ state, given, rcv }) => ({
  name: `${state}: R outside-right (dropped)`,
  given: `${OPEN}\n${given}`,
  happens: `+.5 > R ${rcv + WINDOW + 1460}:${rcv + WINDOW + 1460}(0)`,
  before: state,
  after: state,
}));

const SYNS: readonly Row[] = SYNCHRONIZED.flatMap(({ state, given, snd, rcv }) =>
  (['outside-left', 'left-edge', 'right-edge', 'outside-right'] as const).flatMap((position): Row[] => {
    const at = POSITIONS[position](rcv);
    const row = (variant: string, flags: string, after: State): Row => ({
      name: `${state}: S at the ${position} (${variant})`,
      given: `${OPEN}\n${given}`,
      happens: `
        +.5 > S  ${at}:${at}(0)
        +0  < ${flags} ${snd}:${snd}(0) ack ${rcv}`,
      before: state,
      after,
    });
    const challenged = row('answered by ACK', '. ', state);
    const inWindow = position === 'left-edge' || position === 'right-edge';
    return inWindow ? [challenged, row('RFC 793', 'R.', 'CLOSED')] : [challenged];
  }),
);

/** The stack under test has no connection, or only listens. */
const WITHOUT_CONNECTION: readonly Row[] = [
  ...[
    ['S', '> S =7:7(0)', '< R. =0:0(0) ack =8'],
    ['S with data', '> S =7:10(3)', '< R. =0:0(0) ack =11'],
    ['F', '> F =7:7(0)', '< R. =0:0(0) ack =8'],
    ['SF', '> SF =7:7(0)', '< R. =0:0(0) ack =9'],
    ['.', '> . =7:7(0) ack =9', '< R =9:9(0)'],
    ['F.', '> F. =7:7(0) ack =9', '< R =9:9(0)'],
    ['S.', '> S. =7:7(0) ack =9', '< R =9:9(0)'],
    ['R', '> R =7:7(0)', ''],
    ['R.', '> R. =7:7(0) ack =9', ''],
  ].map(
    ([event, segment, reply]): Row => ({
      name: `CLOSED: ${event}`,
      given: '',
      happens: `+0 ${segment}\n${reply ? `+0 ${reply}` : ''}`,
      before: null,
      after: null,
    }),
  ),
  ...[
    ['F without ACK, dropped', '> F =7:7(0)', ''],
    ['S. dropped, as FreeBSD does', '> S. =7:7(0) ack =9', ''],
  ].map(
    ([event, segment, reply]): Row => ({
      name: `LISTEN: ${event}`,
      given: '',
      happens: `+0 ${segment}\n${reply}`,
      before: null,
      after: null,
    }),
  ),
  ...[
    ['S', 'S  0:0(0)', 1],
    ['S with data that is not acknowledged', 'S  0:3(3)', 1],
    ['SF, whose FIN is ignored', 'SF 0:0(0)', 1],
  ].map(
    ([event, segment, ack]): Row => ({
      name: `LISTEN: ${event}`,
      given: '',
      happens: `+0 > ${segment}\n+0 < S. 0:0(0) ack ${ack}`,
      before: 'LISTEN',
      after: 'SYN_RCVD',
    }),
  ),
];

const SYN = '+0 > S 0:0(0) <mss 1460>';
const AGAIN = '+1 > S 0:0(0) <mss 1460>';

/** The stack under test is the client. */
const SYN_SENT: readonly Row[] = [
  ['S', '+.02 < S 0:0(0)\n+0 > S. 0:0(0) ack 1', 'SYN_RCVD'],
  ['S. that is acceptable', '+.02 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1', 'ESTABLISHED'],
  ['S. of nothing', `+.02 < S. 0:0(0) ack 0\n+0 > R 0:0(0)\n${AGAIN}`, 'SYN_SENT'],
  ['S. of too much', `+.02 < S. 0:0(0) ack 2\n+0 > R 2:2(0)\n${AGAIN}`, 'SYN_SENT'],
  ['. of too much', `+.02 < . 1:1(0) ack 2\n+0 > R 2:2(0)\n${AGAIN}`, 'SYN_SENT'],
  ['F. of nothing', `+.02 < F. 1:1(0) ack 0\n+0 > R 0:0(0)\n${AGAIN}`, 'SYN_SENT'],
  ['. of the SYN, dropped', `+.02 < . 1:1(0) ack 1\n${AGAIN}`, 'SYN_SENT'],
  ['F. of the SYN, dropped', `+.02 < F. 1:1(0) ack 1\n${AGAIN}`, 'SYN_SENT'],
  ['F without ACK', `+.02 < F 1:1(0)\n${AGAIN}`, 'SYN_SENT'],
  ['R without ACK', `+.02 < R 1:1(0)\n${AGAIN}`, 'SYN_SENT'],
  ['R. of the SYN', '+.02 < R. =0:0(0) ack 1', 'CLOSED'],
  ['R. of nothing', `+.02 < R. =0:0(0) ack 0\n${AGAIN}`, 'SYN_SENT'],
  ['R. of too much', `+.02 < R. =0:0(0) ack 2\n${AGAIN}`, 'SYN_SENT'],
  ['S. after close()', '+.02 < S. 0:0(0) ack 1\n+0 > R 1:1(0)', 'CLOSED'],
].map(([event, happens = '', after]) => ({
  name: `SYN_SENT: ${event}`,
  given: SYN,
  happens,
  before: 'SYN_SENT',
  after: after as State,
  side: 'client',
}));

const SYN_RCVD: readonly Row[] = [
  ['. of the SYN', '+.02 > . 1:1(0) ack 1', 'ESTABLISHED'],
  ['F. of the SYN', '+.02 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2', 'CLOSE_WAIT'],
  ['R at the left edge', '+.02 > R 1:1(0)', 'CLOSED'],
  ['R. at the left edge, whatever it acknowledges', '+.02 > R. 1:1(0) ack 7', 'CLOSED'],
  ['R outside-left', '+.02 > R 0:0(0)', 'SYN_RCVD'],
  ['R at the right edge', `+.02 > R ${WINDOW}:${WINDOW}(0)\n+0 < . 1:1(0) ack 1`, 'SYN_RCVD'],
  ['the listener is closed', '+.5 < R. 1:1(0) ack 1', 'CLOSED'],
].map(([event, happens = '', after]) => ({
  name: `SYN_RCVD: ${event}`,
  given: HANDSHAKE,
  happens,
  before: 'SYN_RCVD',
  after: after as State,
}));

const REOPENED = '+0 < S. =9000000:9000000(0) ack';

const IN_TIME_WAIT: readonly Row[] = [
  ...(['outside-left', 'left-edge', 'right-edge', 'outside-right'] as const).flatMap((position): Row[] => {
    const at = POSITIONS[position](2);
    const given = TIME_WAIT;
    const before = 'TIME_WAIT';
    const row = (name: string, happens: string, after: State, more: Partial<Row> = {}): Row => ({
      name: `TIME_WAIT: ${name} at the ${position}`,
      given,
      happens,
      before,
      after,
      ...more,
    });
    const ack = '+0 < . 2:2(0) ack 2';
    return [
      row('R, ignored by RFC 1337', `+.5 > R ${at}:${at}(0)`, 'TIME_WAIT', { profile: 'freebsd' }),
      row('R., ignored by RFC 1337', `+.5 > R. ${at}:${at}(0) ack 2`, 'TIME_WAIT', { profile: 'freebsd' }),
      row('S, answered by ACK', `+.5 > S ${at}:${at}(0)\n${ack}`, 'TIME_WAIT'),
      row('S., answered by ACK', `+.5 > S. ${at}:${at}(0) ack 2\n${ack}`, 'TIME_WAIT'),
      row('F., answered by ACK', `+.5 > F. ${at}:${at}(0) ack 2\n${ack}`, 'TIME_WAIT'),
      row('F without ACK, dropped', `+.5 > F ${at}:${at}(0)`, 'TIME_WAIT'),
      ...(position === 'left-edge'
        ? [
            row('R, obeyed', `+.5 > R ${at}:${at}(0)`, 'CLOSED'),
            row('., dropped by FreeBSD', `+.5 > . ${at}:${at}(0) ack 2`, 'TIME_WAIT'),
            // Without an answer it counts as an attempt of its own.
            row('S, dropped by FreeBSD', `+.5 > S ${at}:${at}(0)`, 'TIME_WAIT', { connections: 2 }),
            row('S, RFC 793', `+.5 > S ${at}:${at}(0)\n+0 < R. 2:2(0) ack 2`, 'CLOSED'),
          ]
        : [row('., answered by ACK', `+.5 > . ${at}:${at}(0) ack 2\n${ack}`, 'TIME_WAIT')]),
      ...(position === 'right-edge' || position === 'outside-right'
        ? [
            row('S, opens anew', `+.5 > S ${at}:${at}(0)\n${REOPENED} ${at + 1}`, 'CLOSED', {
              connections: 2,
            }),
            row('SF, opens anew', `+.5 > SF ${at}:${at}(0)\n${REOPENED} ${at + 1}`, 'CLOSED', {
              connections: 2,
            }),
          ]
        : []),
    ];
  }),
];

const TEARDOWN: readonly Row[] = [
  ['ESTABLISHED', '', '+1 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2', 'CLOSE_WAIT'],
  ['ESTABLISHED', '', '+1 < F. 1:1(0) ack 1', 'FIN_WAIT_1'],
  ['ESTABLISHED', '', '+1 < R. 1:1(0) ack 1', 'CLOSED'],
  // Out of order: a duplicate ACK, and CLOSE_WAIT only when the gap is filled.
  ['ESTABLISHED', '', '+1 > F. 11:11(0) ack 1\n+0 < . 1:1(0) ack 1', 'ESTABLISHED'],
  [
    'ESTABLISHED',
    '',
    '+1 > F. 11:11(0) ack 1\n+0 < . 1:1(0) ack 1\n+0 > P. 1:11(10) ack 1\n+0 < . 1:1(0) ack 12',
    'CLOSE_WAIT',
  ],
  ['ESTABLISHED', '', '+1 > - 1:101(100)', 'ESTABLISHED'],
  ['FIN_WAIT_1', '+1 < F. 1:1(0) ack 1', '+.02 > . 1:1(0) ack 2', 'FIN_WAIT_2'],
  ['FIN_WAIT_1', '+1 < F. 1:1(0) ack 1', '+.02 > F. 1:1(0) ack 1\n+0 < . 2:2(0) ack 2', 'CLOSING'],
  // FreeBSD repeats its FIN with the new ACK number.
  ['FIN_WAIT_1', '+1 < F. 1:1(0) ack 1', '+.02 > F. 1:1(0) ack 1\n+0 < F. 1:1(0) ack 2', 'CLOSING'],
  ['FIN_WAIT_1', '+1 < F. 1:1(0) ack 1', '+.02 > F. 1:1(0) ack 2\n+0 < . 2:2(0) ack 2', 'TIME_WAIT'],
  [
    'FIN_WAIT_2',
    '+1 < F. 1:1(0) ack 1\n+.02 > . 1:1(0) ack 2',
    '+1 > F. 1:1(0) ack 2\n+0 < . 2:2(0) ack 2',
    'TIME_WAIT',
  ],
  [
    'FIN_WAIT_2',
    '+1 < F. 1:1(0) ack 1\n+.02 > . 1:1(0) ack 2',
    '+1 > P. 1:101(100) ack 2\n+0 < . 2:2(0) ack 101',
    'FIN_WAIT_2',
  ],
  [
    'CLOSING',
    '+1 < F. 1:1(0) ack 1\n+.02 > F. 1:1(0) ack 1\n+0 < . 2:2(0) ack 2',
    '+.02 > . 2:2(0) ack 2',
    'TIME_WAIT',
  ],
  // Real stacks process the ACK of an old segment.
  [
    'CLOSING',
    '+1 < F. 1:1(0) ack 1\n+.02 > F. 1:1(0) ack 1\n+0 < . 2:2(0) ack 2',
    '+.02 > F. 1:1(0) ack 2\n+0 < . 2:2(0) ack 2',
    'TIME_WAIT',
  ],
  ['CLOSE_WAIT', '+1 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2', '+1 < F. 1:1(0) ack 2', 'LAST_ACK'],
  [
    'LAST_ACK',
    '+1 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2\n+1 < F. 1:1(0) ack 2',
    '+.02 > . 2:2(0) ack 2',
    'CLOSED',
  ],
  [
    'LAST_ACK',
    '+1 > F. 1:1(0) ack 1\n+0 < . 1:1(0) ack 2\n+1 < F. 1:1(0) ack 2',
    '+.02 > . 1:1(0) ack 2',
    'CLOSED',
  ],
  [
    'CLOSED',
    '+1 > F. 1:1(0) ack 1\n+0 < F. 1:1(0) ack 2\n+.02 > . 2:2(0) ack 2',
    '+1 > . 2:2(0) ack 2\n+0 < R 2:2(0)',
    'CLOSED',
  ],
].map(([before, given, happens = '', after]) => ({
  name: `${before} to ${after}: ${happens.replaceAll('\n', '; ')}`,
  given: `${OPEN}\n${given}`,
  happens,
  before: before as State,
  after: after as State,
}));

describe.each([
  ['RST in the synchronized states', [...RESETS, ...RESETS_OUTSIDE]],
  ['SYN in the synchronized states', SYNS],
  ['no connection', WITHOUT_CONNECTION],
  ['SYN_SENT', SYN_SENT],
  ['SYN_RCVD', SYN_RCVD],
  ['TIME_WAIT', IN_TIME_WAIT],
  ['closing', TEARDOWN],
])('%s', (_, rows) => {
  it.each(rows)('$name', async (row) => {
    const { given, happens, before, after, side = 'server', profile = 'rfc9293' } = row;
    const connections = await connectionsOfLadder(`${given}\n${happens}`, { profile });
    expect(connections).toHaveLength(row.connections ?? 1);
    const [first] = connections;
    if (!first) throw new Error('no connection');
    const arrives = given.split('\n').filter((line) => line.trim() !== '').length + 1;
    if (before !== null) expect(labelAt(first, side, arrives - 1)).toBe(before);
    if (after !== null) expect(labelAt(first, side, Infinity)).toBe(after);
    const blamed = connections
      .flatMap((connection) => runRules(connection))
      .filter((finding) => finding.side === side && /violation|suspect/.test(finding.tier));
    expect(blamed).toEqual([]);
  });
});

/** The label of a side behind a frame. */
function labelAt({ replay, flow }: Connection, side: Side, frame: number): State {
  const own = replay.transitions.filter((t) => t.side === side && t.frame !== null);
  const last = own.findLast((t) => (t.frame ?? 0) <= frame);
  return last?.to ?? own[0]?.from ?? (flow.opened ? replay.final[side] : 'ESTABLISHED');
}
