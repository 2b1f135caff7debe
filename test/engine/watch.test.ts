import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { check } from '../../src/engine/check.ts';
import { sockets } from '../../src/engine/sockets.ts';
import { Watch, type WatchOptions } from '../../src/engine/watch.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { WatchedFinding, WatchMoment } from '../../src/report/watch/watch-report.ts';
import { CAPTURES } from '../cli/run.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { LEAK, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { buildTcpPacket } from '../support/packets.ts';
import { sampled } from '../support/thorough.ts';

const OPTIONS = { profile: PROFILES.linux, linger: 60, reader: 'lastack', idle: 7200 } as const;
const CHECK = { ...OPTIONS, toolVersion: '0', connections: 'all' } as const;

interface Watched {
  readonly watch: Watch;
  readonly found: WatchedFinding[];
  readonly moments: WatchMoment[];
}

async function watched(bytes: Uint8Array, options: Partial<WatchOptions> = {}): Promise<Watched> {
  const found: WatchedFinding[] = [];
  const moments: WatchMoment[] = [];
  const watch = new Watch({
    ...OPTIONS,
    ...options,
    onFinding: (one) => found.push(one),
    onMoment: (moment) => moments.push(moment),
  });
  await watch.read({ path: 'a.pcap', source: fromBytes(bytes) });
  return { watch, found, moments };
}

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(CAPTURES, name)));
/** Too short for anything to end by silence. */
const NAMES = readdirSync(CAPTURES).filter((name) => name.endsWith('.pcap'));

describe('watch', () => {
  it.each(sampled(NAMES, 4))(
    'shows the sockets that the sockets command counts, wherever %s ends',
    async (name) => {
      const { linkType, list } = await packetsOf(join(CAPTURES, name));
      for (const share of [0.2, 0.5, 0.8, 1]) {
        const part = captureOf(linkType, list.slice(0, Math.ceil(share * list.length)));
        const { moments } = await watched(part);
        const input = { path: 'a.pcap', source: fromBytes(part) };
        const { periods } = await sockets([input], { ...OPTIONS, toolVersion: '0' });
        expect(moments.at(-1)?.sockets).toEqual(periods[0]?.at.at(-1)?.counts);
      }
    },
  );

  it.each(sampled(NAMES, 4, 1))('finds what check finds: %s', async (name) => {
    const { found, watch } = await watched(bytesOf(name));
    const report = await check([{ path: 'a.pcap', source: fromBytes(bytesOf(name)) }], CHECK);
    const inOrder = (all: { connection: number; rule: string; message: string }[]): string[] =>
      all.map(({ connection, rule, message }) => `${connection} ${rule} ${message}`).sort();
    expect(inOrder(found.map(({ connection, finding }) => ({ connection, ...finding })))).toEqual(
      inOrder(
        report.connections.flatMap(({ id, findings }) => findings.map((one) => ({ connection: id, ...one }))),
      ),
    );
    expect(watch.summarize()).toEqual(report.summary);
  });

  it('tells a finding as soon as the connection is over, and not at the end', async () => {
    // Another connection begins before the first one has been silent for 2MSL.
    const later = '@ connection 2\n@ client 10.0.0.1:50000\n+1 > S 0:0(0)\n+130 > S 0:0(0)';
    const told: number[] = [];
    const watch: Watch = new Watch({
      ...OPTIONS,
      onFinding: ({ connection }) => told.push(connection, watch.look().open),
    });
    const bytes = ladder(`@ connection 1\n${VIOLATION}\n${later}`);
    await watch.read({ path: 'a.pcap', source: fromBytes(bytes) });
    expect(told[0]).toBe(0);
    // While the other one was open.
    expect(told[1]).toBeGreaterThan(0);
  });

  it('has a moment for each step that has passed, and one after a silence', async () => {
    const { moments } = await watched(
      ladder('+0 > S 0:0(0)\n+.5 > S 0:0(0)\n+.7 > S 0:0(0)\n+1.3 > S 0:0(0)\n+7 > S 0:0(0)'),
      { every: 1 },
    );
    expect(moments.map(({ elapsed, segments }) => [elapsed, segments])).toEqual([
      [1, 2],
      [2, 3],
      [9, 4],
      [9.5, 5],
    ]);
  });

  it('ends what is silent, by the clock of the capture, and says how many those are', async () => {
    const later = (seconds: number): string =>
      `@ connection 9\n@ client 10.0.0.1:50000\n+${seconds} > S 9:9(0)`;
    const { moments, found } = await watched(
      ladder(`@ connection 1\n${LEAK}\n${later(7300)}\n+70 > S 9:9(0)`),
      {
        every: 7000,
      },
    );
    expect(moments[0]).toMatchObject({ open: 1, ended: 0, silent: 0 });
    expect(moments.at(-1)).toMatchObject({ open: 1, ended: 1, silent: 1 });
    expect(found.map(({ finding }) => finding.rule)).toContain('missing-fin');
  });

  it('ends openings that nobody completes after four minutes, so that a flood of days takes no more memory', async () => {
    const writer = new PcapWriter();
    // One SYN a second from another port each, for an hour.
    for (let second = 0; second < 3600; second++) {
      writer.write({
        time: BigInt(second) * 1_000_000_000n,
        bytes: buildTcpPacket({ flags: 2, sport: 1024 + second }),
      });
    }
    const { moments } = await watched(writer.bytes(), { every: 600 });
    for (const { open, ended, opened } of moments) {
      expect(open).toBeLessThanOrEqual(302);
      expect(open + ended).toBe(opened);
    }
    expect(moments.at(-1)?.opened).toBe(3600);
  });

  it('tells only of the connections that are chosen', async () => {
    const { moments, found } = await watched(bytesOf('sockets-load.pcap'), {
      chooses: ({ server }) => server.port === 8083,
    });
    expect(new Set(moments.at(-1)?.sockets.map(({ service }) => service?.port))).toEqual(new Set([8083]));
    expect(new Set(found.map(({ server }) => server.port))).toEqual(new Set([8083]));
  });
});
