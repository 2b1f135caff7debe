import { describe, expect, it } from 'vitest';
import { later, OPEN, OPEN_NEAR_CLIENT, OPEN_NEAR_SERVER } from '../support/check-ladder.ts';
import { closingOf } from '../support/paths.ts';

describe('crossing FINs, recognised by ACK numbers', () => {
  it('go through CLOSING on both sides, seen half-way', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.001 < F. 1:1(0) ack 1
      +.02 > . 2:2(0) ack 2
      +.001 < . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 CLOSING@5 TIME_WAIT@7?',
      server: 'FIN_WAIT_1@5 CLOSING@5 TIME_WAIT@6?',
      kind: 'simultaneous',
      closer: 'both',
    });
  });
  it('go through CLOSING on both sides, seen near the client', async () => {
    const closing = await closingOf(
      `${OPEN_NEAR_CLIENT}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 1
      +0 > . 2:2(0) ack 2
      +.02 < . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 CLOSING@5 TIME_WAIT@7?',
      server: 'FIN_WAIT_1@5 CLOSING@5 TIME_WAIT@6?',
      kind: 'simultaneous',
      closer: 'both',
    });
  });
  it('go through CLOSING on both sides, seen near the server', async () => {
    const closing = await closingOf(
      `${OPEN_NEAR_SERVER}
      +1 < F. 1:1(0) ack 1
      +.02 > F. 1:1(0) ack 1
      +0 < . 2:2(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@5 CLOSING@5 TIME_WAIT@6?',
      server: 'FIN_WAIT_1@4 CLOSING@5 TIME_WAIT@7?',
      kind: 'simultaneous',
      closer: 'both',
    });
  });
  it('may be acknowledged by the FIN sent again, as FreeBSD does', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.001 < F. 1:1(0) ack 1
      +.015 > F. 1:1(0) ack 2
      +.001 < F. 1:1(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 CLOSING@5 TIME_WAIT@7?',
      server: 'FIN_WAIT_1@5 CLOSING@5 TIME_WAIT@7?',
      kind: 'simultaneous',
      closer: 'both',
    });
  });
});

describe('FIN and ACK in one segment', () => {
  it('take FIN_WAIT_1 straight to TIME_WAIT', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('are two steps where they are two segments', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < . 1:1(0) ack 2
      +.1 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@5 TIME_WAIT@6',
      server: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?',
      kind: 'four-way',
      closer: 'client',
    });
  });
  it('into SYN_RCVD are processed ACK first, FIN second', async () => {
    const closing = await closingOf(
      `+0 > S 0:0(0)
      +.01 < S. 0:0(0) ack 1
      +.01 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@3 TIME_WAIT@4',
      server: 'CLOSE_WAIT@3 LAST_ACK@4 CLOSED@5?',
      kind: 'three-way',
      closer: 'client',
    });
  });
});

describe('a FIN in force', () => {
  it('carries ACK', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F 1:1(0)
      +.5 > P. 1:11(10) ack 1
      +.02 < . 1:1(0) ack 11`,
    );
    expect(closing).toEqual({ client: '', server: '', kind: 'open', closer: 'none' });
  });
  it('has everything before it arrived', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 101:101(0) ack 1
      +.02 < . 1:1(0) ack 1
      +.2 > P. 1:101(100) ack 1
      +.02 < . 1:1(0) ack 102`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@7?',
      server: 'CLOSE_WAIT@6',
      kind: 'incomplete',
      closer: 'client',
    });
  });
  it('has an octet that is not data', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1 ttl 9
      +.02 > P. 1:101(100) ack 1
      +.02 < . 1:1(0) ack 101`,
    );
    expect(closing).toEqual({ client: '', server: '', kind: 'open', closer: 'none' });
  });
});

describe('what covers a FIN', () => {
  it('is no number above what was ever sent', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < . 1:1(0) ack 50`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4',
      server: 'CLOSE_WAIT@4',
      kind: 'incomplete',
      closer: 'client',
    });
  });
  it('is no challenge ACK below it', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.001 > S =77:77(0)
      +.02 < . 1:1(0) ack 1`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4',
      server: 'CLOSE_WAIT@6?',
      kind: 'incomplete',
      closer: 'client',
    });
  });
  it('may be an old ACK: real stacks process it', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 1:1(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
});

describe('the last ACK', () => {
  it('is taken back by a FIN sent again, until the next ACK', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +.2 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@8?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('had arrived where the next one draws a bare RST: that FIN was a stray copy', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +.2 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +.02 < R 2:2(0)`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5 CLOSED@9?',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('covers a FIN that was sent twice', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.2 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@6',
      server: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?',
      kind: 'three-way',
      closer: 'client',
    });
  });
});

describe('a label that is only assumed', () => {
  it('moves behind a segment that shows it had not happened yet', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.01 < P. 1:101(100) ack 1
      +.01 > . 2:2(0) ack 101
      +.01 < . 101:101(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@7?',
      server: 'CLOSE_WAIT@5',
      kind: 'incomplete',
      closer: 'client',
    });
  });
  it('is dropped when that segment comes much later', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +1 < P. 1:101(100) ack 1
      +.01 > . 2:2(0) ack 101`,
    );
    expect(closing).toEqual({ client: 'FIN_WAIT_1@4', server: '', kind: 'incomplete', closer: 'client' });
  });
  it('of a FIN behind a closed window stands at the FIN', async () => {
    const closing = await closingOf(
      `${OPEN}
      +.1 > P. 1:101(100) ack 1
      +.02 < . 1:1(0) ack 101 win 0
      +5 < . 1:1(0) ack 101
      +.02 > F. 101:101(0) ack 1`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@7',
      server: 'CLOSE_WAIT@7?',
      kind: 'incomplete',
      closer: 'client',
    });
  });
});

describe('a forged RST', () => {
  it('is taken back when its sender goes on', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < R. 1:1(0) ack 1 ttl 9
      +1 < P. 1:101(100) ack 1
      +.02 > . 1:1(0) ack 101`,
    );
    expect(closing).toEqual({ client: '', server: '', kind: 'open', closer: 'none' });
  });
  it('counts for a receiver that obeyed it', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < R. 1:1(0) ack 1 ttl 9
      +1 < P. 1:101(100) ack 1
      +.02 > R 1:1(0)`,
    );
    expect(closing).toEqual({ client: 'CLOSED@4', server: 'CLOSED@6?', kind: 'abort', closer: 'server' });
  });
});

describe('an RST at its receiver', () => {
  it('is exact anywhere from the highest ACK to what was sent', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < P. 1:101(100) ack 1
      +0 < P. 101:201(100) ack 1
      +.01 > . 1:1(0) ack 101
      +0 < R. 201:201(0) ack 1`,
    );
    expect(closing).toEqual({ client: 'CLOSED@7?', server: 'CLOSED@7', kind: 'abort', closer: 'server' });
  });
  it('in the window and not exact draws a challenge ACK', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < R. 1001:1001(0) ack 1
      +.02 > . 1:1(0) ack 1
      +.1 > P. 1:11(10) ack 1
      +.02 < . 1:1(0) ack 11`,
    );
    expect(closing).toEqual({ client: '', server: '', kind: 'open', closer: 'none' });
  });
  it('outside does nothing', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < R. 90000000:90000000(0) ack 1
      +.1 > P. 1:11(10) ack 1
      +.02 < . 1:1(0) ack 11`,
    );
    expect(closing).toEqual({ client: '', server: '', kind: 'open', closer: 'none' });
  });
  it('is obeyed whatever its ACK field says', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < R. 1:1(0) ack 0`,
    );
    expect(closing).toEqual({ client: 'CLOSED@4?', server: 'CLOSED@4', kind: 'abort', closer: 'server' });
  });
  it('behind unanswered probes is not assumed to arrive', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 < P. 1:101(100) ack 1
      +.02 > . 1:1(0) ack 101
      +10 > . 0:0(0) ack 101
      +10 > . 0:0(0) ack 101
      +10 > . 0:0(0) ack 101
      +10 > R. 1:1(0) ack 101`,
    );
    expect(closing).toEqual({ client: 'CLOSED@9', server: '', kind: 'abort', closer: 'client' });
  });
});

describe('a bare RST', () => {
  it('shows that the segment it answers found no socket', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < . 1:1(0) ack 2
      +70 < F. 1:1(0) ack 2
      +.01 > R 2:2(0)`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@5? CLOSED@7',
      server: 'CLOSE_WAIT@4 LAST_ACK@6 CLOSED@7?',
      kind: 'reset-after-fin',
      closer: 'client',
    });
  });
});

describe('a keep-alive', () => {
  it('at the number of the FIN changes nothing', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < . 1:1(0) ack 2
      +30 > . 1:1(0) ack 1
      +.02 < . 1:1(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@5?',
      server: 'CLOSE_WAIT@4',
      kind: 'incomplete',
      closer: 'client',
    });
  });
});

describe('TIME_WAIT', () => {
  it('ends after the 2MSL of the profile', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2${later(61)}`,
      { profile: 'linux' },
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5 CLOSED@timer?',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('lasts four minutes by RFC 9293', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2${later(61)}`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('starts anew with the ACK of a FIN that comes again', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +50 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2${later(30)}`,
      { profile: 'linux' },
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@8?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('is ended by an RST', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +1 < R 2:2(0)`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5 CLOSED@7?',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('is not ended by an RST under the fix of RFC 1337', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2
      +1 < R 2:2(0)`,
      { profile: 'freebsd' },
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 TIME_WAIT@5',
      server: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      kind: 'three-way',
      closer: 'client',
    });
  });
});

describe('an opening', () => {
  it('with data in the SYN lets the server send and close before its SYN is acknowledged', async () => {
    const closing = await closingOf(
      `+0 > S 0:10(10) <fastopen 00112233>
      +.01 < S. 0:0(0) ack 11
      +0 < P. 1:101(100) ack 11
      +.01 < F. 101:101(0) ack 11
      +.01 > F. 11:11(0) ack 102
      +.02 < . 102:102(0) ack 12`,
    );
    expect(closing).toEqual({
      client: 'CLOSE_WAIT@4 LAST_ACK@5 CLOSED@6?',
      server: 'SYN_RCVD@1 FIN_WAIT_1@4 TIME_WAIT@5',
      kind: 'three-way',
      closer: 'server',
    });
  });
  it('from both sides', async () => {
    const closing = await closingOf(
      `+0 > S 0:0(0)
      +.001 < S 0:0(0)
      +.02 > S. 0:0(0) ack 1
      +.001 < S. 0:0(0) ack 1
      +1 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@5 TIME_WAIT@6',
      server: 'CLOSE_WAIT@5 LAST_ACK@6 CLOSED@7?',
      kind: 'three-way',
      closer: 'client',
    });
  });
  it('that was not captured leaves both sides established', async () => {
    const closing = await closingOf(
      `+0 > F. 1:1(0) ack 1
      +.02 < F. 1:1(0) ack 2
      +.02 > . 2:2(0) ack 2`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@1 TIME_WAIT@2',
      server: 'CLOSE_WAIT@1 LAST_ACK@2 CLOSED@3?',
      kind: 'three-way',
      closer: 'client',
    });
  });
});

describe('a half-close', () => {
  it('stays FIN_WAIT_2 and CLOSE_WAIT while data flows', async () => {
    const closing = await closingOf(
      `${OPEN}
      +1 > F. 1:1(0) ack 1
      +.02 < . 1:1(0) ack 2
      +.5 < P. 1:101(100) ack 2
      +.02 > . 2:2(0) ack 101
      +.5 < F. 101:101(0) ack 2
      +.02 > . 2:2(0) ack 102`,
    );
    expect(closing).toEqual({
      client: 'FIN_WAIT_1@4 FIN_WAIT_2@5 TIME_WAIT@8',
      server: 'CLOSE_WAIT@4 LAST_ACK@8 CLOSED@9?',
      kind: 'half-close',
      closer: 'client',
    });
  });
});
