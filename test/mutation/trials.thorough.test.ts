import { describe, expect, it } from 'vitest';
import { recordedCaptures } from '../support/recorded.ts';
import { findingsOf } from './findings-of.ts';
import { mutantsOf, partsOf } from './mutants.ts';
import { type Packet, packetsOf } from './packets.ts';

/** A mutant whose violation is right by what it still shows: the SYN, by which sums are known to be right, is cut. */
const CUT_SUMS = /^fins-with-a-bad-checksum.pcap cut to \d+ bytes$/;

const trials = recordedCaptures('trials').filter(({ name }) => /\.pcap(ng)?$/.test(name));

describe.skipIf(trials.length === 0)(
  'a capture of a trial that lacks packets, or has them twice, swapped or cut',
  () => {
    it.each(trials)('has no violation that the whole one lacks: $name', async ({ name, path }) => {
      const { linkType, list } = await packetsOf(path);
      const violationsOf = async (packets: readonly Packet[]): Promise<Set<string>> => {
        const found = (await findingsOf(linkType, packets)).filter(({ tier }) => tier === 'violation');
        return new Set(found.map(({ rule, side }) => `${rule}:${side}`));
      };
      const accused: string[] = [];
      for (const part of partsOf(list)) {
        const whole = await violationsOf(part);
        for (const mutant of mutantsOf(part)) {
          for (const violation of await violationsOf(mutant.list)) {
            if (!whole.has(violation) && !CUT_SUMS.test(`${name} ${mutant.name}`))
              accused.push(`${mutant.name}: ${violation}`);
          }
        }
      }
      expect(accused).toEqual([]);
    });
  },
);
