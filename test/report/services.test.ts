import { describe, expect, it } from 'vitest';
import type { Report, ReportedConnection } from '../../src/report/report.ts';
import { SummaryCounter } from '../../src/report/summary/summary.ts';
import { tallyOf } from '../../src/report/summary/tally.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { checkLadder } from '../support/check-ladder.ts';

const OPENED = `
  +.5    > S   0:0(0)            <mss 1460, wscale 7>
  +.01   < S.  0:0(0) ack 1      <mss 1460, wscale 7>
  +.01   > .   1:1(0) ack 1
  +.1    > P.  1:101(100) ack 1
  +.02   < P.  1:501(500) ack 101
  +.02   > .   101:101(0) ack 501`;
const CLOSED_IDLE = `${OPENED}
  +5     < F.  501:501(0) ack 101
  +.02   > .   101:101(0) ack 502
  +.2    > F.  101:101(0) ack 502
  +.02   < .   502:502(0) ack 102`;
const RACED = `${OPENED}
  +5     < F.  501:501(0) ack 101
  +.005  > P.  101:201(100) ack 501
  +.01   < R   501:501(0)`;

function numbered(texts: readonly string[]): string {
  return texts.map((text, index) => `@ connection ${index + 1}\n${text}`).join('\n');
}

async function one(text: string): Promise<ReportedConnection> {
  const [connection] = (await checkLadder(text)).connections;
  if (!connection) throw new Error('no connection');
  return connection;
}

/** The summary of copies of a connection, each at a service of its own name. */
function summaryOf(connection: ReportedConnection, ports: readonly number[]): Report['summary'] {
  const counter = new SummaryCounter(30);
  ports.forEach((port, id) => {
    counter.count(tallyOf({ ...connection, id, server: { ...connection.server, port } }));
  });
  return counter.summary();
}

describe('the services of a report', () => {
  it('count what closed first, how, why, and how long it took', async () => {
    const { summary } = await checkLadder(numbered([CLOSED_IDLE, CLOSED_IDLE, CLOSED_IDLE, RACED]));
    const [service, ...more] = summary.services;
    expect(more).toEqual([]);
    expect(summary.otherServices).toBeNull();
    expect(service).toMatchObject({
      address: '10.0.0.2',
      port: 80,
      connections: 4,
      closers: { client: 0, server: 4, both: 0, none: 0 },
      closes: { 'four-way': 3, 'reset-after-fin': 1 },
      resets: 1,
      causes: [{ name: 'keep-alive-race', side: 'client', connections: 1, first: 3 }],
    });
    expect(service?.closing).toMatchObject({ count: 4, max: 0.24 });
    expect(service?.idle.client).toBeNull();
    expect(service?.idle.server).toEqual({ count: 4, min: 5, median: 5, p95: 5, max: 5, nearMedian: 4 });
  });

  it('count a cause once for each side that has it', async () => {
    const byClient = await one(`${OPENED}\n+1 > R. 101:101(0) ack 501`);
    const byServer = await one(`${OPENED}\n+1 < R. 501:501(0) ack 101`);
    const counter = new SummaryCounter(30);
    [byClient, byServer, byClient].forEach((connection, id) => {
      counter.count(tallyOf({ ...connection, id }));
    });
    expect(counter.summary().services[0]?.causes).toMatchObject([
      { name: 'application-abort', side: 'client', connections: 2, first: 0 },
      { name: 'application-abort', side: 'server', connections: 1, first: 1 },
    ]);
  });

  it('count a time in a state from its transition to the next one of that side', async () => {
    const { summary } = await checkLadder(CLOSED_IDLE);
    const [service] = summary.services;
    expect(service?.states.client).toEqual({
      CLOSE_WAIT: { count: 1, min: 0.22, median: 0.22, p95: 0.22, max: 0.22 },
      FIN_WAIT_2: null,
      TIME_WAIT: null,
    });
    expect(service?.states.server).toMatchObject({ FIN_WAIT_2: { count: 1, max: 0.2 }, TIME_WAIT: null });
  });

  it('leave out a state that the capture does not see the end of, and a TIME_WAIT that a timer ended', async () => {
    const waiting = `${OPENED}
      +1     > F.  101:101(0) ack 501
      +.02   < .   501:501(0) ack 102`;
    const { summary } = await checkLadder(numbered([waiting, CLOSED_IDLE, `+900 > S 0:0(0)`]));
    const [service] = summary.services;
    expect(service?.states.server.CLOSE_WAIT).toBeNull();
    expect(service?.states.client.FIN_WAIT_2).toBeNull();
    expect(service?.states.server.TIME_WAIT).toBeNull();
  });

  it('have a TIME_WAIT that the next incarnation ended', async () => {
    const { summary } = await checkLadder(`${OPENED}
      +1     > F.  101:101(0) ack 501
      +.02   < F.  501:501(0) ack 102
      +.01   > .   102:102(0) ack 502
      +1.5   > S   =900000000:900000000(0)
      +.01   < S.  =900000000:900000000(0) ack =900000001
      +.01   > .   =900000001:900000001(0) ack =900000001`);
    expect(summary.services[0]?.states.client.TIME_WAIT).toMatchObject({ count: 1 });
  });

  it('are the hundred with the most connections; what the others counted is not lost', async () => {
    const connection = await one(RACED);
    const ports = Array.from({ length: 6000 }, (_, port) => (port % 3 === 0 ? 80 : port));
    const { services, otherServices, connections } = summaryOf(connection, ports);
    expect(services).toHaveLength(100);
    expect(services[0]).toMatchObject({ port: 80, connections: 2001 });
    const listed = services.reduce((sum, service) => sum + service.connections, 0);
    expect(listed + (otherServices?.connections ?? 0)).toBe(connections);
    expect(otherServices).toMatchObject({ services: 3900, resets: 3900, closers: { server: 3900 } });
    expect(otherServices?.causes).toMatchObject([{ name: 'keep-alive-race', connections: 3900 }]);
  });

  it('show in the text where there is more than one connection, with the time-out that closes idle ones', async () => {
    const report = await checkLadder(numbered([CLOSED_IDLE, CLOSED_IDLE, CLOSED_IDLE, RACED]));
    expect(formatText(report, { list: 'none' })).toMatchInlineSnapshot(`
      "ladder.pcap: 4 connections, 39 TCP segments
      2025-06-15 15:06:40 to 15:07:03 UTC, 22.9 s

        closed        3 four-way, 1 reset-after-fin
        closed first  4 server
        verdict       1 suspect, 3 conformant
        profile       rfc9293 (TIME_WAIT lasts 240 s)

        finding  rule           service      count  first
        suspect  rst-after-fin  10.0.0.2:80      1  #3
          server resets in the midst of a close

        1 × keep-alive-race: a request crossed the FIN with which an idle connection
            was closed
            At 10.0.0.2:80 (first #3), the client can mend it. It had been idle for 5
            s.
            Advice: Let the client give up idle connections sooner than the server
            does, and retry requests that are safe to repeat.

                                           closing           CLOSE_WAIT
        service      closed  first         median   longest  median      longest
        10.0.0.2:80       4  server 100 %  240 ms   240 ms   220 ms      220 ms
        4 × the server of 10.0.0.2:80 closes an idle connection after 5 s (each
            time); 1 request crossed the FIN and was reset.

      Of 4 connections, 1 is suspect.
      See it:      lastack show ladder.pcap --connection 3
      What it is:  lastack explain rst-after-fin
      "
    `);
    expect(formatText(await checkLadder(CLOSED_IDLE))).not.toContain('conns');
  });
});
