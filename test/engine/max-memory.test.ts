import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { PcapWriter } from '../../src/capture/write-pcap.ts';
import { check } from '../../src/engine/check.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Report } from '../../src/report/report.ts';
import { lastack } from '../cli/run.ts';
import { buildTcpPacket } from '../support/packets.ts';
import { isThorough, sampled } from '../support/thorough.ts';

const COUNT = 60_000;
const MOST = 16_777_216;
/** More than fit into 64 MiB. */
const MANY = 200_000;

/** One segment each of so many connections, then another of the first, or several rounds of them. */
function flood(flags: number, count: number, rounds = 1): Uint8Array {
  const writer = new PcapWriter();
  const bytes = buildTcpPacket({ flags, ack: 1 });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let index = 0; index <= rounds * count; index++) {
    view.setUint32(26, 0x0a000000 + (index % count));
    view.setUint32(38, index);
    writer.write({ time: BigInt(index) * 1000n, bytes });
  }
  return writer.bytes();
}

async function checked(bytes: Uint8Array, maxMemory?: number): Promise<Report> {
  return await check([{ path: 'flood.pcap', source: fromBytes(bytes) }], {
    profile: PROFILES.rfc9293,
    linger: 60,
    reader: 'lastack',
    connections: 'none',
    toolVersion: '0',
    ...(maxMemory !== undefined && { maxMemory }),
  });
}

const FLOODS = [
  ['SYNs', 0x02],
  ['RSTs', 0x04],
  ['ACKs', 0x10],
  ['SYN,ACKs', 0x12],
] as const;

it.each(sampled(FLOODS, FLOODS.length))(
  'a flood of %s is kept up to the bound, and the rest is counted',
  async (_name, flags) => {
    const { summary, captures } = await checked(flood(flags, COUNT), MOST);
    const [capture] = captures;
    expect(capture?.segments).toBe(COUNT + 1);
    expect(summary.connections).toBeGreaterThan(5000);
    expect(summary.connections).toBeLessThan(COUNT);
    const said = capture?.diagnostics.find(({ code }) => code === 'memory-exceeded');
    // All but the first of each connection that is kept, and the last segment, which one of those has.
    expect(said?.message).toContain(`, ${COUNT - summary.connections} segments`);
  },
);

it.runIf(isThorough)(
  'nothing more is read once the connections that are there have grown too far',
  async () => {
    const connections = 10_000;
    const rounds = 80;
    const { summary, captures } = await checked(flood(0x04, connections, rounds), 2 * MOST);
    const [capture] = captures;
    expect(summary.connections).toBe(connections);
    expect(capture?.segments).toBe(rounds * connections + 1);
    const said = capture?.diagnostics.find(({ code }) => code === 'memory-exceeded');
    const unread = Number(/(\d+) behind them were not looked at/.exec(said?.message ?? '')?.[1]);
    expect(unread).toBeGreaterThan(rounds * 1000);
    expect(unread).toBeLessThan((rounds - 10) * connections);
  },
);

it('says nothing where all fits', async () => {
  const { summary, captures } = await checked(flood(0x02, COUNT));
  expect(summary.connections).toBe(COUNT);
  expect(captures[0]?.diagnostics).toEqual([]);
});

it('ends with exit status 2 and the report, in any number of threads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastack-memory-'));
  const path = join(folder, 'flood.pcap');
  writeFileSync(path, flood(0x04, MANY));
  try {
    for (const threads of isThorough ? ['1', '2', '3'] : ['3']) {
      const args = [path, '--format', 'json', '--connections', 'none', '--max-memory', '64M'];
      const { status, stderr, stdout } = await lastack([...args, '--threads', threads]);
      expect(status).toBe(2);
      expect(stderr).toMatch(/^error\[memory-exceeded\]: /);
      const { summary } = JSON.parse(stdout) as Report;
      expect(stderr).toContain(`, ${MANY - summary.connections} segments`);
    }
    const wrong = await lastack([path, '--max-memory', '5']);
    expect(wrong.stderr).toContain('error[invalid-value]');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
