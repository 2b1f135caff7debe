import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../src/decode/segment.ts';
import { mutantsOf } from '../mutation/mutants.ts';
import { captureOf, packetsOf } from '../mutation/packets.ts';
import { compare, decode, reportsOf, talliesOf } from '../support/both-paths.ts';
import { conversation, OPENING, STEP } from '../support/conversation.ts';
import { ladder } from '../support/ladder.ts';
import fc from '../support/property.ts';
import { recordedCaptures } from '../support/recorded.ts';
import { isThorough, runs, sampled } from '../support/thorough.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const TRUTH = new URL('../../../shared/truth/', import.meta.url).pathname;
const CORPUS = new URL('../../../shared/corpus/', import.meta.url).pathname;
const present = existsSync(TRUTH) && existsSync(CORPUS);
if (!present) console.log('skipped: the captures in ../shared are not on this machine');

const own = Object.keys(JSON.parse(readFileSync(`${CAPTURES}expected.json`, 'utf8')) as object);
const recorded = present ? [...recordedCaptures('truth'), ...recordedCaptures('corpus')] : [];
const looked = sampled(recorded.filter(({ name }) => /\.(pcap|pcapng|cap)$/.test(name)));
/** Of the mutants, in `npm test`. */
const EVERY = 31;
const EXCHANGE = '+.1 > P. 1:101(100) ack 1\n+.01 < P. 1:201(200) ack 101\n+.01 > . 101:101(0) ack 201\n';
/** Endings that no capture of ours has as they are here: each at least by one path, and near the border of the other. */
const LADDERS: Readonly<Record<string, string>> = {
  'a reset behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 > R. 102:102(0) ack 201\n',
  'a reset long behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+1.2 > R. 102:102(0) ack 201\n',
  'a reset of the other behind the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 < R. 201:201(0) ack 102\n',
  'a reset behind a FIN with data between':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:301(100) ack 102\n+.01 > R. 102:102(0) ack 201\n',
  'data that covers the FIN':
    '+1 > F. 101:101(0) ack 201\n+.01 < P. 201:301(100) ack 102\n+.01 < F. 301:301(0) ack 102\n+.01 > . 102:102(0) ack 302\n',
  'data behind the FIN, acknowledged':
    '+1 > F. 101:101(0) ack 201\n+.01 < . 201:201(0) ack 102\n+.01 < P. 201:301(100) ack 102\n+.01 > . 102:102(0) ack 301\n+.01 < F. 301:301(0) ack 102\n+.01 > . 102:102(0) ack 302\n',
  'a FIN with data':
    '+1 < FP. 201:301(100) ack 101\n+.01 > F. 101:101(0) ack 302\n+.01 < . 302:302(0) ack 102\n',
  'a quiet abort': '+1 < R. 201:201(0) ack 101\n',
  'a second look at the window': '+1 > . 101:101(0) ack 201\n+1 > R. 101:101(0) ack 201\n',
};

/** What another number may be, or how far it is from the right one. */
const CHANGES = {
  flags: fc.integer({ min: 0, max: 255 }),
  seq: fc.constantFrom(-2, -1, 1, 2, 100, 70_000),
  ack: fc.constantFrom(-2, -1, 1, 2, 100, 70_000),
  length: fc.constantFrom(0, 1, 100),
  window: fc.constantFrom(0, 1, 500),
  ttl: fc.constantFrom(1, 63, 255),
  time: fc.constantFrom(-1e9, 1e6, 1e9, 70e9),
};

describe('the fast path of regular endings', () => {
  it.each(Object.entries(LADDERS))('counts what replay and rules count: %s', async (_name, text) => {
    compare(await decode(ladder(OPENING + EXCHANGE + text)));
  });

  describe('over the project’s own captures and their mutants', () => {
    let regular = 0;

    it.each(own)('counts what replay and rules count: %s', async (name) => {
      regular += compare(await decode(readFileSync(CAPTURES + name)));
      const { linkType, list } = await packetsOf(CAPTURES + name);
      if (list.length > 60) return;
      for (const mutant of sampled(mutantsOf(list), EVERY))
        regular += compare(await decode(captureOf(linkType, mutant.list)));
    });

    it('takes many of them', () => {
      console.log(`${regular} regular endings in own captures and their mutants`);
      expect(regular).toBeGreaterThan(isThorough ? 1000 : 300);
    });
  });

  it.each([11, 12, 13, 14, 15, 20])(
    'counts what replay and rules count: %d segments before the first answer',
    async (count) => {
      const sent = Array.from(
        { length: count },
        (_, n) => `+.1 > P. ${1 + 10 * n}:${11 + 10 * n}(10) ack 1\n`,
      );
      const end = 1 + 10 * count;
      const answer = `+.01 < . 1:1(0) ack ${end}\n+.1 < P. 1:101(100) ack ${end}\n+.01 > . ${end}:${end}(0) ack 101\n`;
      const close = `+1 > F. ${end}:${end}(0) ack 101\n+.01 < F. 101:101(0) ack ${end + 1}\n+.01 > . ${end + 1}:${end + 1}(0) ack 102\n`;
      for (const rest of [answer, answer + close]) {
        compare(await decode(ladder(OPENING + sent.join('') + rest)));
      }
    },
  );

  it('takes each of the endings that it knows', async () => {
    const kinds = new Set<string>();
    for (const text of Object.values(LADDERS)) {
      const decoded = await decode(ladder(OPENING + EXCHANGE + text));
      const { tallies, whole } = talliesOf(decoded, 'one by one');
      for (const { id, way } of tallies) if (!whole.has(id)) kinds.add(way.kind);
    }
    expect([...kinds].sort()).toEqual(['abort', 'half-close', 'reset-after-fin', 'three-way']);
  });

  describe.skipIf(!present)('over recordings and public captures', () => {
    let regular = 0;

    it.each(looked)('counts what replay and rules count: $name', async ({ path }) => {
      regular += compare(await decode(readFileSync(path)));
    });

    it('takes many of them', () => {
      console.log(`${regular} regular endings in ${looked.length} captures`);
      expect(regular).toBeGreaterThan(runs(100));
    });
  });

  it.each(Object.keys(CHANGES) as (keyof typeof CHANGES)[])(
    'counts what replay and rules count when any number of any segment is another: %s',
    async (first) => {
      const captures = await Promise.all(own.map((name) => decode(readFileSync(CAPTURES + name))));
      for (const text of Object.values(LADDERS)) {
        captures.push(await decode(ladder(OPENING + EXCHANGE + text)));
      }
      const short = captures.filter(({ segments }) => segments.length > 4 && segments.length <= 60);
      const of = (field: keyof typeof CHANGES) =>
        fc.record({ field: fc.constant(field), value: CHANGES[field] });
      const change = fc.oneof(...(Object.keys(CHANGES) as (keyof typeof CHANGES)[]).map(of));
      fc.assert(
        fc.property(
          fc.nat(),
          fc.tuple(fc.nat(), of(first)),
          fc.array(fc.tuple(fc.nat(), change), { maxLength: 1 }),
          (which, edit, more) => {
            const chosen = short[which % short.length];
            if (!chosen) return;
            const { segments, info, epoch } = chosen;
            const edited: Segment[] = segments.map((segment) => ({ ...segment }));
            for (const [place, { field, value }] of [edit, ...more]) {
              const segment = edited[place % edited.length];
              if (!segment) continue;
              const absolute =
                field === 'flags' || field === 'length' || field === 'window' || field === 'ttl';
              const from = segment[field];
              const to = absolute ? value : from + value;
              Object.assign(segment, { [field]: field === 'seq' || field === 'ack' ? to | 0 : to });
            }
            compare({ segments: edited, info, epoch });
          },
        ),
        { numRuns: runs(430) },
      );
    },
  );

  it('counts what replay and rules count: any conversation that is in order', async () => {
    let listed = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 12 }), fc.boolean(), async (steps, polite) => {
        const decoded = await decode(ladder(conversation(steps, polite)));
        compare(decoded);
        listed += reportsOf(decoded).listed;
      }),
      { numRuns: runs(1500) },
    );
    expect(listed).toBeGreaterThan(runs(300));
  });
});
