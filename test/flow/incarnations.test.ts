import { describe, expect, it } from 'vitest';
import { connectionsOfLadder, OPEN } from '../support/check-ladder.ts';

const CLOSED = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;
const ANEW = `
  @ isn client 1065539
  @ isn server 5065539`;

/** Frames and closing of each incarnation: `1-6 three-way`. */
async function incarnations(text: string): Promise<string[]> {
  const connections = await connectionsOfLadder(text);
  return connections.map(({ flow, close }) => `${flow.frames.first}-${flow.frames.last} ${close.kind}`);
}

describe('a SYN on a 4-tuple that was used before', () => {
  it('opens the next incarnation when it is accepted', async () => {
    const text = `${CLOSED}${ANEW}
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-9 open']);
    const [first, second] = await connectionsOfLadder(text);
    expect(first?.replay.final).toEqual({ client: 'CLOSED', server: 'CLOSED' });
    expect(first?.flow.reopened).toMatchObject({ frame: 7, opener: 'client' });
    expect(second?.previous?.flow.id).toBe(first?.flow.id);
  });

  it('belongs to the old connection when a challenge ACK answers it', async () => {
    const text = `${OPEN}
      +1     > S   =9000000:9000000(0)
      +.02   < .   1:1(0) ack 1
      +.1    > F.  1:1(0) ack 1
      +.02   < F.  1:1(0) ack 2
      +.02   > .   2:2(0) ack 2`;
    expect(await incarnations(text)).toEqual(['1-8 three-way']);
  });

  it('belongs to the old connection even when the challenge ACK happens to equal its ISN + 1', async () => {
    const text = `${CLOSED}
      +1     > S   1:1(0)
      +.02   < .   2:2(0) ack 2`;
    expect(await incarnations(text)).toEqual(['1-8 three-way']);
  });

  it('is a new attempt when an RST had ended the one before it, half-open, and another ISN answers', async () => {
    const text = `
      +0     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > R   1:1(0)
      +1     > S   0:0(0)
      @ isn server 9500000
      +.01   < S.  0:0(0) ack 1
      +.01   > R   1:1(0)
      +2     > S   0:0(0)`;
    expect(await incarnations(text)).toEqual(['1-3 abort', '4-6 abort', '7-7 unanswered']);
    const [first, second, third] = await connectionsOfLadder(text);
    expect(second?.previous?.flow.id).toBe(first?.flow.id);
    expect(third?.previous?.flow.id).toBe(second?.flow.id);
  });

  it('is the same attempt when the server had not got the RST, and answers as before', async () => {
    const text = `
      +0     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > R   1:1(0)
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect((await incarnations(text)).length).toBe(1);
  });

  it('is the same attempt when the RST answered a SYN,ACK of something else', async () => {
    const text = `
      +0     > S   0:0(0)
      +.01   < S.  0:0(0) ack 7
      +.01   > R   7:7(0)
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect((await incarnations(text)).length).toBe(1);
  });

  it('is the same attempt when the RST was none of it', async () => {
    const text = `
      +0     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > R   =77000000:77000000(0)
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect((await incarnations(text)).length).toBe(1);
  });

  it('names the life before it when nothing answers it in TIME_WAIT', async () => {
    const text = `${CLOSED}
      +1     > S   =9000000:9000000(0)
      +1     > S   =9000000:9000000(0)`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-8 unanswered']);
    const [first, second] = await connectionsOfLadder(text);
    expect(second?.previous?.flow.id).toBe(first?.flow.id);
  });

  it('into a TIME_WAIT of which the opening was not captured stays with the old connection', async () => {
    const text = `
      +0     < F.  1:1(0) ack 1
      +.01   > .   1:1(0) ack 2
      +.01   > F.  1:1(0) ack 2
      +.01   < .   2:2(0) ack 2
      +2     > S   =9000000:9000000(0)
      +.01   < .   2:2(0) ack 2
      +.01   > R   2:2(0)
      +2     > S   =9500000:9500000(0)
      +.01   < .   2:2(0) ack 2
      +.01   > R   2:2(0)`;
    const [only, ...more] = await connectionsOfLadder(text);
    expect(more).toEqual([]);
    expect(only?.flow.segments.map(({ frame }) => frame)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('is judged anew when it comes again with the same ISN', async () => {
    const text = `${OPEN}
      +1     > S   =9000000:9000000(0)
      +.02   < .   1:1(0) ack 1
      +.02   > R   1:1(0)
      @ isn client 9000000
      @ isn server 9500000
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-6 abort', '7-9 open']);
  });

  it('is a new connection when it is refused with sequence number 0', async () => {
    const text = `${CLOSED}${ANEW}
      +1     > S   0:0(0)
      +.01   < R.  =0:0(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-8 refused']);
  });

  it('ends the old connection when RST,ACK answers it at the old numbers', async () => {
    const text = `${OPEN}
      +1     > S   2:2(0)
      +.02   < R.  1:1(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-5 abort']);
  });

  it('is a new connection without an answer when the old one was over', async () => {
    expect(await incarnations(`${CLOSED}${ANEW}\n +1 > S 0:0(0)\n +1 > S 0:0(0)`)).toEqual([
      '1-6 three-way',
      '7-8 unanswered',
    ]);
  });

  it('is the old connection’s without an answer when that was open', async () => {
    expect(await incarnations(`${OPEN}${ANEW}\n +1 > S 0:0(0)\n +1 > S 0:0(0)`)).toEqual(['1-5 open']);
  });

  it('opens the next incarnation when the opener goes on and the SYN,ACK was not captured', async () => {
    const text = `${CLOSED}${ANEW}
      +1     > S   0:0(0)
      +.02   > .   1:1(0) ack 1
      +0     > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 101`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-10 open']);
  });

  it('is not answered by an RST of its sender at the old number, which is the old connection’s', async () => {
    const text = `${CLOSED}
      @ isn client 900000
      +1     > S   0:0(0)
      +.02   > R   =1000002:1000002(0)`;
    expect(await incarnations(text)).toEqual(['1-8 three-way', '7-7 unanswered']);
  });
});

describe('an incarnation whose opening was captured in part', () => {
  it('begins with the SYN,ACK', async () => {
    const text = `${CLOSED}${ANEW}
      +1     < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-8 open']);
  });

  it('begins with the SYN,ACK also below the old numbers', async () => {
    const text = `${CLOSED}
      @ isn client 900000
      @ isn server 5100000
      +1     < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-8 open']);
  });

  it('begins with what neither side of the old one can have sent, once that is over', async () => {
    const text = `${CLOSED}${ANEW}
      +1     > .   1:1(0) ack 1
      +0     > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 101`;
    expect(await incarnations(text)).toEqual(['1-6 three-way', '7-9 partial']);
    const [, second] = await connectionsOfLadder(text);
    expect(second?.flow.opened).toBe(false);
  });

  it('does not begin with a jump of a connection that is still open: that is a hole', async () => {
    const text = `${OPEN}${ANEW}
      +1     > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 101`;
    expect(await incarnations(text)).toHaveLength(1);
  });

  it('does not begin with a late segment of the old one', async () => {
    const text = `${OPEN}
      +.1    > P.  1:101(100) ack 1
      +.02   < .   1:1(0) ack 101
      +1     > F.  101:101(0) ack 1
      +.02   < F.  1:1(0) ack 102
      +.02   > .   102:102(0) ack 2
      +1     > P.  1:101(100) ack 1`;
    expect(await incarnations(text)).toEqual(['1-9 three-way']);
  });

  it('is one connection when SYN and SYN,ACK were captured in the wrong order', async () => {
    const text = `
      +0     < S.  0:0(0) ack 1
      +0     > S   0:0(0)
      +.01   > .   1:1(0) ack 1
      +1     > F.  1:1(0) ack 1
      +.02   < F.  1:1(0) ack 2
      +.02   > .   2:2(0) ack 2`;
    expect(await incarnations(text)).toEqual(['1-6 three-way']);
  });
});

describe('a segment of the old incarnation that comes late', () => {
  it('is judged by the numbers of both', async () => {
    const text = `${CLOSED}
      @ isn client 9000000
      @ isn server 9500000
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1
      +.1    < F.  =5000001:5000001(0) ack =1000002
      +.1    > P.  1:101(100) ack 1`;
    const [old, fresh] = await connectionsOfLadder(text);
    expect(old?.flow.frames).toMatchObject({ first: 1, last: 10 });
    // What comes once the 4-tuple was opened anew counts in the flow, and is no matter of the model.
    expect(old?.replay.fins.server.inForce?.copies).toHaveLength(1);
    expect(fresh?.flow.frames).toMatchObject({ first: 7, last: 11 });
    expect(fresh?.replay.fins.server.inForce).toBeNull();
  });

  it('is a SYN,ACK of the old one sent again', async () => {
    const text = `${CLOSED}${ANEW}
      +1     > S   0:0(0)
      +.01   < S.  0:0(0) ack 1
      +.01   > .   1:1(0) ack 1
      +.1    < S.  =5000000:5000000(0) ack =1000001
      +.1    > P.  1:101(100) ack 1`;
    expect((await connectionsOfLadder(text)).map(({ flow }) => flow.frames.count)).toEqual([7, 4]);
  });
});

describe('a simultaneous open', () => {
  it('is one connection', async () => {
    const text = `
      +0     > S   0:0(0)
      +.001  < S   0:0(0)
      +.02   > S.  0:0(0) ack 1
      +.001  < S.  0:0(0) ack 1
      +.1    > P.  1:101(100) ack 1`;
    expect(await incarnations(text)).toEqual(['1-5 open']);
  });
});
