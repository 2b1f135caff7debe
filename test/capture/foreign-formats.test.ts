import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { concat } from '../support/packets.ts';
import { readAll } from '../support/read-all.ts';
import { recordedCaptures } from '../support/recorded.ts';

const text = (words: string) => new TextEncoder().encode(words);

const HANDED_OVER: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['a Network Monitor capture', concat(text('GMBU'), new Uint8Array(30)), /Network Monitor.*editcap/],
  ['an HTML page', text('<!DOCTYPE html><html>404</html>'), /HTML.*download/],
  ['JSON', text('\n  {"packets": []}'), /JSON/],
  ['what tcpdump printed', text('12:00:00.000 IP 10.0.0.1.80 > 10.0.0.2.4: Flags [S]'), /text.*tcpdump -w/],
  ['a short text', text('oops'), /text/],
  ['a zip archive', concat(text('PK\x03\x04'), new Uint8Array(30)), /zip.*Unpack/],
  ['a Git LFS pointer', text('version https://git-lfs.github.com/spec/v1'), /git lfs pull/],
  ['zeros', new Uint8Array(100), /begins with the bytes 00 00 00 00/],
  ['three bytes', Uint8Array.of(1, 2, 3), /begins with the bytes 01 02 03/],
];

for (const [name, bytes, message] of HANDED_OVER) {
  test(`${name} is told from a capture, and the message says what to do`, async () => {
    const { info } = await readAll(bytes);
    expect(info.diagnostics).toMatchObject([{ code: 'not-a-capture', offset: 0 }]);
    expect(info.diagnostics[0]?.message).toMatch(message);
    expect((await readAll(bytes, [1, 2, 3, 5, 8, 13])).info).toEqual(info);
  });
}

test('a recorded snoop capture is read', async ({ skip }) => {
  const snoop = recordedCaptures('corpus').find(({ name }) => name.endsWith('.snoop'));
  if (snoop === undefined) return skip('no recorded captures in ../shared/corpus');
  const { info } = await readAll(readFileSync(snoop.path));
  expect(info).toMatchObject({ format: 'snoop', records: 250, diagnostics: [] });
});
