import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { inRotationOrder, isRotation } from '../../src/engine/rotation.ts';
import { check, type Report } from '../../src/index.ts';
import fc from '../support/property.ts';
import { runs } from '../support/thorough.ts';

const FOLDER = new URL('../../captures/', import.meta.url).pathname;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

describe('names of rotated captures', () => {
  it.each([
    ['cap.pcap', 'cap.pcap1'],
    ['cap.pcap1', 'cap.pcap2'],
    ['d/cap00.pcap', 'd/cap01.pcap'],
    ['eth0-20260101-1159.pcap', 'eth0-20260101-1200.pcap'],
    ['cap_00001_20260101120000.pcapng', 'cap_00002_20260101120100.pcapng'],
  ])('%s goes on in %s', (earlier, later) => expect(isRotation(earlier, later)).toBe(true));

  it.each([
    ['a.pcap', 'b.pcap'],
    ['a/cap1.pcap', 'b/cap2.pcap'],
    ['cap.pcap', 'cap.pcap'],
    ['cap.pcap', 'cap.pcapng'],
  ])('%s does not go on in %s', (earlier, later) => expect(isRotation(earlier, later)).toBe(false));

  it('are put into the order of their numbers, and nothing else is moved', () => {
    const names = ['z.pcap', 'cap.pcap1', 'cap.pcap10', 'cap.pcap2', 'cap.pcap', 'a.pcap'];
    expect(inRotationOrder(names.map((path) => ({ path }))).map(({ path }) => path)).toEqual([
      'z.pcap',
      'cap.pcap',
      'cap.pcap1',
      'cap.pcap2',
      'cap.pcap10',
      'a.pcap',
    ]);
  });
});

describe('a capture that was rotated', () => {
  const names = readdirSync(FOLDER).filter((name) => isLittleEndianPcap(name));

  it('gives the same connections wherever it was cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 4 }),
        async (name, places) => {
          const bytes = readFileSync(FOLDER + name);
          const whole = await check([{ path: 'cap.pcap', source: fromBytes(bytes) }]);
          const parts = cut(bytes, places).map((part, n) => ({
            path: `cap.pcap${n}`,
            source: fromBytes(part),
          }));
          const rotated = await check(parts);
          expect(rotated.captures.flatMap(({ diagnostics }) => diagnostics)).toEqual(
            whole.captures.flatMap(({ diagnostics }) => diagnostics),
          );
          expect(connectionsOf(rotated)).toEqual(connectionsOf(whole));
        },
      ),
      { numRuns: runs(300) },
    );
  });

  it('is not taken for one when the files do not follow on each other in time', async () => {
    const bytes = readFileSync(`${FOLDER}four-way-client-first.pcap`);
    const report = await check([
      { path: 'run1.pcap', source: fromBytes(bytes) },
      { path: 'run2.pcap', source: fromBytes(bytes) },
    ]);
    expect(report.connections.map(({ capture, frames }) => [capture, frames.first])).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

/** Without the index of the capture, which is the only thing that cutting may change. */
function connectionsOf({ connections }: Report): unknown[] {
  return connections.map(({ capture: _, ...connection }) => connection);
}

/** Cuts a classic pcap at record boundaries into files of its own; the pauses stay below those of a rotation. */
function cut(bytes: Buffer, places: readonly number[]): Uint8Array[] {
  const offsets: number[] = [];
  const times: number[] = [];
  for (
    let at = FILE_HEADER;
    at + RECORD_HEADER <= bytes.length;
    at += RECORD_HEADER + bytes.readUInt32LE(at + 8)
  ) {
    offsets.push(at);
    times.push(bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) / 1e9);
  }
  const wanted = places.map((place) => 1 + Math.floor(place * (offsets.length - 1)));
  const cuts = [...new Set(wanted)]
    .filter((n) => n < offsets.length && (times[n] ?? 0) - (times[n - 1] ?? 0) < 3)
    .sort((a, b) => a - b);
  const borders = [FILE_HEADER, ...cuts.map((n) => offsets[n] ?? bytes.length), bytes.length];
  const header = bytes.subarray(0, FILE_HEADER);
  return borders.slice(1).map((end, n) => Buffer.concat([header, bytes.subarray(borders[n], end)]));
}

function isLittleEndianPcap(name: string): boolean {
  return name.endsWith('.pcap') && readFileSync(FOLDER + name).readUInt32LE(0) === 0xa1b2c3d4;
}
