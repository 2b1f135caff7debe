import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { check } from '../../src/engine/check.ts';
import type { EngineOptions } from '../../src/engine/check-options.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import type { Report } from '../../src/report/report.ts';
import { formatText } from '../../src/report/text/format-text.ts';
import { CAPTURES } from '../cli/run.ts';
import { ladder } from '../support/ladder.ts';
import { plainReport } from '../support/plain-report.ts';

const OPTIONS: EngineOptions = {
  profile: PROFILES.rfc9293,
  linger: 60,
  reader: 'lastack',
  connections: 'worst',
  toolVersion: '0',
};
const FIN = 1;
const SYN = 2;
const RST = 4;

/** The records of a classic capture over Ethernet and IPv4 that a filter lets through. */
function filtered(capture: Uint8Array, keeps: (flags: number, source: number) => boolean): Uint8Array {
  const bytes = Buffer.from(capture);
  const kept = [bytes.subarray(0, 24)];
  for (let at = 24; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    const ip = at + 16 + 14;
    const tcp = ip + 4 * ((bytes[ip] ?? 0) & 15);
    if (keeps(bytes[tcp + 13] ?? 0, bytes[ip + 15] ?? 0)) kept.push(bytes.subarray(at, at + 16 + length));
    at += 16 + length;
  }
  return Buffer.concat(kept);
}

const recorded = readFileSync(`${CAPTURES}short-connections-300.pcap`);
const isControl = (flags: number): boolean => (flags & (SYN | FIN | RST)) !== 0;

async function reported(bytes: Uint8Array, options: Partial<EngineOptions> = {}): Promise<Report> {
  const input = () => ({ path: 'a.pcap', source: fromBytes(bytes) });
  const report = await check([input()], { ...OPTIONS, ...options });
  const plain = await plainReport(input(), { ...OPTIONS, ...options });
  expect(plain.summary.capturedOnly).toBe(report.summary.capturedOnly);
  return report;
}

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n';

describe('a capture that was filtered before it came here', () => {
  it('holds only segments with SYN, FIN or RST, and the report says what that costs', async () => {
    const report = await reported(filtered(recorded, isControl));
    expect(report.summary.capturedOnly).toBe('control-segments');
    const text = formatText(report);
    expect(text).toContain('  ! A capture filter let only segments with SYN, FIN or RST through.');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('so that 270 connections cannot be decided.');
  });

  it('holds one direction', async () => {
    for (const host of [1, 2]) {
      const report = await reported(filtered(recorded, (_, source) => source === host));
      expect(report.summary.capturedOnly).toBe('one-direction');
      expect(formatText(report)).toContain('  ! Only one direction was captured. What the other side did');
    }
  });

  it('is told of the whole capture, whatever is chosen', async () => {
    const bytes = filtered(recorded, (flags, source) => isControl(flags) && source > 0);
    const { summary } = await reported(bytes, { chooses: ({ id }) => id === 3 });
    expect(summary).toMatchObject({ connections: 1, capturedOnly: 'control-segments' });
    const { summary: whole } = await reported(recorded, { chooses: ({ id }) => id === 3 });
    expect(whole.capturedOnly).toBeUndefined();
  });
});

describe('nothing is said of a filter', () => {
  it.each([
    ['where one connection has an ACK', recorded],
    [
      'where only SYNs were let through: nobody knows what came later',
      filtered(recorded, (flags) => (flags & SYN) !== 0),
    ],
    [
      'of a scanner, which resets what it has opened',
      ladder(
        [1, 2, 3, 4]
          .map((n) => `@ connection ${n}\n@ client 10.0.0.1:4000${n}\n${OPENING}+0 > R 1:1(0)\n`)
          .join('\n'),
      ),
    ],
    ['of SYNs that nobody answers', ladder('+0 > S 0:0(0)\n+1 > S 0:0(0)\n+2 > S 0:0(0)\n')],
    [
      'of one close whose ACKs may have been lost',
      ladder(`${OPENING}+1 > F. 1:1(0) ack 1\n+.1 < F. 1:1(0) ack 2\n`),
    ],
  ])('%s', async (_, bytes) => {
    const report = await reported(bytes);
    expect(report.summary.capturedOnly).toBeUndefined();
    expect(formatText(report)).not.toMatch(/^ {2}! /m);
  });
});

describe('a capture that ends too soon', () => {
  const leak = (seconds: number): Uint8Array =>
    ladder(
      `${OPENING}+0 > . 1:1(0) ack 1\n+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+${seconds} > . 1:1(0) ack 1\n+0 < . 1:1(0) ack 2\n`,
    );

  it('can be recorded longer, or checked with a shorter --linger', async () => {
    expect(formatText(await reported(leak(20)))).toMatch(
      /\nTo decide: {3}record 41 s longer, or check with --linger 19\n$/,
    );
    expect(formatText(await reported(leak(20), { linger: 19 }))).not.toContain('To decide');
  });
});
