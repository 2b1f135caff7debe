import { describe, expect, test } from 'vitest';
import { createSegment } from '../../src/decode/create-segment.ts';
import type { Segment } from '../../src/decode/segment.ts';
import { createOptions, readOptions, timestampOffset } from '../../src/decode/tcp-options.ts';
import fc from '../support/property.ts';

/** A segment with these option bytes, and others around them that are not its own. */
function withOptions(options: readonly number[], optionsCut = false): Segment {
  const bytes = new Uint8Array(options.length + 16).fill(0x08);
  bytes.set(options, 8);
  const view = new DataView(bytes.buffer);
  return { ...createSegment(), bytes, view, optionsOffset: 8, optionsLength: options.length, optionsCut };
}

function read(options: readonly number[], optionsCut = false) {
  const into = createOptions();
  // Leftovers of another segment must not show.
  readOptions(
    withOptions([2, 4, 1, 1, 3, 3, 1, 4, 2, 8, 10, 1, 1, 1, 1, 1, 1, 1, 1, 34, 2, 30, 3, 0x10, 19, 2]),
    into,
  );
  readOptions(withOptions(options, optionsCut), into);
  return into;
}

describe('the options of a segment', () => {
  test('of a usual SYN are read', () => {
    const syn = [2, 4, 5, 0xb4, 4, 2, 8, 10, 0xff, 0xff, 0xff, 0xfe, 0, 0, 0, 9, 1, 3, 3, 7];
    expect(read(syn)).toMatchObject({
      hasMss: true,
      mss: 1460,
      sackPermitted: true,
      hasTimestamps: true,
      timestampValue: -2,
      timestampEcho: 9,
      hasWindowScale: true,
      windowScale: 7,
      sackBlocks: 0,
      hasFastOpen: false,
      hasMultipath: false,
      hasAuthentication: false,
      malformed: false,
      cut: false,
    });
  });

  test('may be none', () => {
    expect(read([])).toEqual({ ...createOptions(), sackEdges: expect.anything() });
  });

  test('give SACK blocks in pairs', () => {
    const options = read([1, 1, 5, 18, 0, 0, 0, 1, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 4]);
    expect(options.sackBlocks).toBe(2);
    expect([...options.sackEdges.subarray(0, 4)]).toEqual([1, 2, -1, 4]);
  });

  test('give the length of a Fast Open cookie, also of the experiment', () => {
    expect(read([34, 2])).toMatchObject({ hasFastOpen: true, fastOpenCookieLength: 0 });
    expect(read([34, 10, 1, 2, 3, 4, 5, 6, 7, 8])).toMatchObject({
      hasFastOpen: true,
      fastOpenCookieLength: 8,
    });
    expect(read([254, 8, 0xf9, 0x89, 1, 2, 3, 4])).toMatchObject({
      hasFastOpen: true,
      fastOpenCookieLength: 4,
    });
    expect(read([254, 4, 0xe2, 0xd4])).toMatchObject({ hasFastOpen: false, malformed: false });
  });

  test('give the subtype of Multipath TCP', () => {
    expect(read([30, 4, 0x10, 0])).toMatchObject({ hasMultipath: true, multipathSubtype: 1 });
    expect(read([30, 2])).toMatchObject({ hasMultipath: true, multipathSubtype: -1 });
  });

  test('tell that a segment is signed', () => {
    expect(read([29, 4, 1, 2])).toMatchObject({ hasAuthentication: true });
    expect(read([19, 18, ...new Array<number>(16).fill(0)])).toMatchObject({ hasAuthentication: true });
  });

  test('end at End of Option List', () => {
    expect(read([0, 2, 4, 5, 0xb4])).toMatchObject({ hasMss: false, malformed: false });
  });

  for (const [name, options] of [
    ['a length of zero', [3, 3, 7, 2, 0]],
    ['a length of one', [3, 3, 7, 2, 1]],
    ['a length beyond the end', [3, 3, 7, 2, 4, 5]],
    ['no length at all', [3, 3, 7, 2]],
  ] as const) {
    test(`with ${name} are read up to there`, () => {
      expect(read(options)).toMatchObject({ hasWindowScale: true, hasMss: false, malformed: true });
    });
  }

  test('with a length that the option cannot have are passed over', () => {
    expect(read([2, 3, 1, 3, 3, 7])).toMatchObject({ hasMss: false, hasWindowScale: true, malformed: true });
  });

  test('that the snap length cut are incomplete, not damaged', () => {
    expect(read([3, 3, 7, 8, 10, 0, 0], true)).toMatchObject({
      hasWindowScale: true,
      cut: true,
      malformed: false,
    });
    expect(read([3, 3, 7, 8], true)).toMatchObject({ cut: true, malformed: false });
  });
});

describe('the place of the timestamps', () => {
  test('is found at the usual place and at any other', () => {
    expect(timestampOffset(withOptions([1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]))).toBe(8 + 4);
    expect(timestampOffset(withOptions([8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1]))).toBe(8 + 2);
    expect(timestampOffset(withOptions([4, 2, 3, 3, 7, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2]))).toBe(8 + 7);
    expect(timestampOffset(withOptions([]))).toBe(-1);
    expect(timestampOffset(withOptions([2, 4, 5, 0xb4, 0, 8, 10, 0, 0, 0, 0, 0]))).toBe(-1);
  });

  test('agrees with the list, whatever stands there', () => {
    const likely = fc.constantFrom(0, 1, 1, 1, 2, 3, 4, 5, 8, 8, 10, 10, 18, 255);
    fc.assert(
      fc.property(fc.array(likely, { maxLength: 40 }), fc.boolean(), (list, cut) => {
        const segment = withOptions(list, cut);
        const options = createOptions();
        readOptions(segment, options);
        const at = timestampOffset(segment);
        expect(at >= 0).toBe(options.hasTimestamps);
      }),
      { numRuns: 2000 },
    );
  });
});
