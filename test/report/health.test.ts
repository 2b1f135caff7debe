import { describe, expect, it } from 'vitest';
import { checkLadder, OPEN } from '../support/check-ladder.ts';

const CLOSE = `
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;

describe('the health of a capture', () => {
  it('says when something else may speak in the name of a side: its TTL changes', async () => {
    const same = await checkLadder(`${OPEN}${CLOSE}`);
    expect(same.connections[0]?.health.ttlChanged).toEqual({ client: false, server: false });
    const changed = await checkLadder(`${OPEN}${CLOSE.replace(/( < F.*)/, '$1 ttl 40')}`);
    expect(changed.connections[0]?.health.ttlChanged).toEqual({ client: false, server: true });
  });

  it('says when a closing is too long to be looked at, and then blames nobody for what is absent', async () => {
    const endless = '\n+.001 > F. 1:1(0) ack 1'.repeat(2100);
    const report = await checkLadder(`${OPEN}${endless}\n@ connection 2\n+90 > S 0:0(0)`);
    const [connection] = report.connections;
    expect(connection?.health.unexamined).toBeGreaterThan(0);
    expect(connection?.findings.filter(({ tier }) => tier === 'suspect' || tier === 'violation')).toEqual([]);
  });
});
