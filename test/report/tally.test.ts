import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildConnection } from '../../src/report/build-connection.ts';
import { tallyConnection, tallyOf } from '../../src/report/summary/tally.ts';
import { formatTimestamp } from '../../src/report/timestamp.ts';
import { connectionsOf } from '../support/connections.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;

describe('what a summary counts of a connection', () => {
  it('is the same with and without its report', async () => {
    let counted = 0;
    for (const name of readdirSync(CAPTURES).filter((file) => /\.pcap(ng)?$/.test(file))) {
      const { connections } = await connectionsOf(CAPTURES + name);
      for (const { connection, findings, epoch } of connections) {
        const reported = buildConnection(connection, findings, 0, epoch);
        expect(tallyConnection(connection, findings, epoch), name).toEqual(
          tallyOf(reported, formatTimestamp(epoch, connection.flow.end)),
        );
        counted += 1;
      }
    }
    expect(counted).toBeGreaterThan(30);
  });
});
