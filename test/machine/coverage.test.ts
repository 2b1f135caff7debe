import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES, type ProfileName } from '../../src/machine/profile.ts';
import { STATES } from '../../src/machine/state.ts';
import { EVENTS, transition } from '../../src/machine/table.ts';
import { RULES } from '../../src/rules/index.ts';
import { connectionsOfBytes, later, OPEN } from '../support/check-ladder.ts';
import { ladder } from '../support/ladder.ts';
import { sampled } from '../support/thorough.ts';

const CAPTURES = fileURLToPath(new URL('../../captures/', import.meta.url));
const CLIENT_FIN = `${OPEN}\n +1 > F. 1:1(0) ack 1`;
const RST = '+.02 < R. 1:1(0) ack 2';
const ANEW = `
  @ isn client 9000000
  @ isn server 9500000
  +1     > S   0:0(0)
  +.01   < S.  0:0(0) ack 1
  +.01   > .   1:1(0) ack 1`;

/** What neither the captures nor the examples of the rules show. */
const LADDERS: readonly string[] = [
  // A SYN,ACK whose SYN the capture lacks.
  '+0 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1',
  // Simultaneous open, then RST in SYN_RCVD.
  '+0 > S 0:0(0)\n+.001 < S 0:0(0)\n+.02 > S. 0:0(0) ack 1\n+.001 < S. 0:0(0) ack 1\n+.02 < R. 1:1(0) ack 1',
  // SYN_RCVD: RST from the client; from the server; opened anew.
  '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > R 1:1(0)',
  '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.2 < R. 1:1(0) ack 1',
  `+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1${ANEW}`,
  // The client withdraws its SYN.
  '+0 > S 0:0(0)\n+.5 > R 1:1(0)',
  // Fast Open: the server closes before its SYN is acknowledged; the client closes with the ACK.
  '+0 > S 0:9(9) <fastopen 00>\n+.01 < S. 0:0(0) ack 10\n+0 < F. 1:1(0) ack 10\n+.01 > . 10:10(0) ack 2',
  '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > F. 1:1(0) ack 1\n+.02 < . 1:1(0) ack 2',
  // RST from and to each state of the closing.
  `${CLIENT_FIN}\n${RST}`,
  `${CLIENT_FIN}\n +.02 < . 1:1(0) ack 2\n ${RST}`,
  `${CLIENT_FIN}\n +.02 < . 1:1(0) ack 2\n +.1 > R. 2:2(0) ack 1`,
  `${CLIENT_FIN}\n +.001 < F. 1:1(0) ack 1\n +.02 > . 2:2(0) ack 2\n +.5 > R. 2:2(0) ack 2`,
  `${CLIENT_FIN}\n +.001 < F. 1:1(0) ack 1\n +.02 < R. 2:2(0) ack 1`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2\n +.1 < R. 2:2(0) ack 2`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2\n +.02 > R. 2:2(0) ack 2`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2\n +.02 > . 2:2(0) ack 2\n +.5 > R. 2:2(0) ack 2`,
  // Opened anew in each.
  `${OPEN}${ANEW}`,
  `${CLIENT_FIN}${ANEW}`,
  `${CLIENT_FIN}\n +.02 < . 1:1(0) ack 2${ANEW}`,
  `${CLIENT_FIN}\n +.001 < F. 1:1(0) ack 1${ANEW}`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2${ANEW}`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2\n +.02 > . 2:2(0) ack 2${ANEW}`,
  `${CLIENT_FIN}\n +.02 < F. 1:1(0) ack 2\n +.02 > . 2:2(0) ack 2${later(300)}`,
];

/**
 * Cells that change the state and that nothing here reaches, each for a reason: an ACK and a FIN of one segment are one
 * event in FIN_WAIT_1 only and two elsewhere; who sends a SYN,ACK counts as listening, or had received the SYN; a FIN in
 * force carries ACK, which takes SYN_RCVD to ESTABLISHED first; a SYN that waits for its answer holds the 4-tuple, so
 * that no other opens it anew. This list must not grow.
 */
const NEVER_REACHED: readonly string[] = [
  'CLOSED: send SYN,ACK',
  'SYN_SENT: send SYN,ACK',
  'SYN_SENT: reopen',
  'SYN_RCVD: receive FIN',
  'FIN_WAIT_2: receive FIN,ACK of FIN',
  'CLOSING: receive FIN,ACK of FIN',
  'LAST_ACK: receive FIN,ACK of FIN',
];

describe('the cells of the table that change the state', () => {
  const reached = new Set<string>();

  async function note(bytes: Uint8Array, profiles: readonly ProfileName[] = PROFILE_NAMES): Promise<void> {
    for (const profile of profiles) {
      for (const { replay } of await connectionsOfBytes(bytes, { profile })) {
        for (const { from, on } of replay.transitions) reached.add(`${from}: ${on}`);
      }
    }
  }

  const captures = readdirSync(CAPTURES).filter((file) => /\.pcap(ng)?$/.test(file));

  it.each(captures.map((name, at) => [name, at] as const))('are noted: %s', async (name, at) => {
    await note(readFileSync(CAPTURES + name), sampled(PROFILE_NAMES, PROFILE_NAMES.length, at));
  });

  it.each(RULES.map(({ meta }) => meta))('are noted: the examples of $id', async ({ docs }) => {
    await note(ladder(docs.good));
    await note(ladder(docs.bad));
  });

  it.each(LADDERS)('are noted: ladder %#', async (text) => {
    await note(ladder(text));
  });

  it('are reached by a capture or a ladder, each of them', () => {
    const changing = STATES.flatMap((state) =>
      EVENTS.filter((event) => transition(state, event).to !== state).map((event) => `${state}: ${event}`),
    );
    expect(changing.filter((cell) => !reached.has(cell))).toEqual(NEVER_REACHED);
  });
});
