import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/rules/finding.ts';
import { runs, sampled } from '../support/thorough.ts';
import { findingsOf } from './findings-of.ts';
import { mutantsOf, partsOf } from './mutants.ts';
import { packetsOf } from './packets.ts';

/**
 * A suspicion that a mutant may raise though the whole capture does not, and why the mutant really looks like that. A
 * violation is never among them.
 */
const LOOKS_LIKE_IT: Readonly<Record<string, string>> = {
  'connection-abandoned': 'the only RST, or every FIN, of the connection before is what got lost',
  'missing-fin': 'the last FIN and its ACK are what got lost, and the capture goes on for more than a minute',
  'rst-from-closing': 'the segment that the RST answers is what got lost',
};

/** The same for recordings of stacks that are at fault, or of forged segments. */
const LOOKS_LIKE_IT_THERE: Readonly<Record<string, string>> = {
  ...LOOKS_LIKE_IT,
  'ack-past-fin': 'what shows how far the ACK really goes got lost: another message of the same finding',
  'last-ack-missing': 'one FIN of the exchange got lost',
  'rst-after-fin': 'the FIN, or the ACK of data in front of it, got lost',
  'rst-ignored': 'what shows that the side was in TIME_WAIT got lost',
  'rst-injected': 'what makes the forged RST inexact got lost',
  'rst-on-close': 'the ACKs of the data got lost, or the capture ends at the forged RST',
  'time-wait-unsafe-reuse': 'the RST that ended the TIME_WAIT got lost',
};

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const TRUTH = new URL('../../../shared/truth/', import.meta.url).pathname;
const present = existsSync(TRUTH);
if (!present) console.log('skipped: the mutants of recordings in ../shared/truth are not on this machine');

const expected = readFileSync(`${CAPTURES}expected.json`, 'utf8');
const own = Object.keys(JSON.parse(expected) as object).map((name) => ({ name, path: CAPTURES + name }));
const recordings = present
  ? readdirSync(TRUTH)
      .filter((name) => existsSync(`${TRUTH}${name}/meta.json`))
      .map((name) => {
        const file = readdirSync(TRUTH + name).find((entry) => entry.startsWith('capture.'));
        return { name, path: `${TRUTH}${name}/${file}` };
      })
  : [];

describe('a capture that lacks packets, or has them twice, swapped or cut', () => {
  let judged = 0;

  it.each(own)('accuses nobody: $name', async ({ path }) => {
    const found = await judge(path, LOOKS_LIKE_IT);
    judged += found.judged;
    expect(found.accused).toEqual([]);
  });

  it('is judged often', () => {
    console.log(`mutants judged: ${judged} of ${own.length} captures`);
    expect(judged).toBeGreaterThan(runs(5000));
  });
});

describe.skipIf(!present)('a recording with kernel states, that lacks packets or has them otherwise', () => {
  it.each(recordings)('accuses nobody: $name', async ({ path }) => {
    expect((await judge(path, LOOKS_LIKE_IT_THERE, 31)).accused).toEqual([]);
  });
});

/** Judges mutants of a capture, all or every `every`th; says which accuse somebody whom the whole capture does not. */
async function judge(
  file: string,
  allowed: Readonly<Record<string, string>>,
  every?: number,
): Promise<{ judged: number; accused: string[] }> {
  let judged = 0;
  const accused: string[] = [];
  const { linkType, list } = await packetsOf(file);
  for (const part of partsOf(list)) {
    const whole = new Set((await findingsOf(linkType, part)).map(accusation));
    for (const mutant of sampled(mutantsOf(part), every)) {
      judged += 1;
      for (const finding of await findingsOf(linkType, mutant.list)) {
        const isLess = whole.has(accusation({ ...finding, tier: 'violation' }));
        const isAllowed = finding.tier === 'suspect' && (isLess || finding.rule in allowed);
        if (!isAccusation(finding) || isAllowed || whole.has(accusation(finding))) continue;
        accused.push(`${mutant.name}: ${accusation(finding)}`);
      }
    }
  }
  return { judged, accused };
}

function isAccusation({ tier }: Finding): boolean {
  return tier === 'violation' || tier === 'suspect';
}

function accusation({ tier, rule, side }: Finding): string {
  // Bytes lost to an RST go by another name where the FIN in front of it got lost.
  return `${tier} ${rule === 'rst-on-close' ? 'rst-after-fin' : rule}:${side}`;
}
