import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SIDES, type Side } from '../../src/machine/state.ts';
import { connectionsOf } from '../support/connections.ts';

const CAPTURES = new URL('../../captures/', import.meta.url).pathname;
const TRUTH = new URL('../../../shared/truth/', import.meta.url).pathname;
const present = existsSync(TRUTH);
if (!present) console.log('skipped: recordings at several places (../shared/truth) are not on this machine');

const PLACES = ['client', 'middle', 'server'] as const;
const SUFFIX = /-at-(client|middle|server)(\.pcap)?$/;

/** Families whose places rightly differ. */
const DIFFER: Readonly<Record<string, string>> = {
  'last-ack-never-arrives': 'the last ACK is lost between the two places: only one of them has it',
};

/** Recordings of the same connections at two or three places, under their common name. */
function families(folder: string): [string, string[]][] {
  const names = readdirSync(folder).filter((name) => SUFFIX.test(name));
  const stems = [...new Set(names.map((name) => name.replace(SUFFIX, '')))];
  return stems.map((stem) => [
    stem,
    PLACES.flatMap((place) => names.filter((name) => name.startsWith(`${stem}-at-${place}`))).map((name) =>
      name.endsWith('.pcap') ? folder + name : captureIn(folder + name),
    ),
  ]);
}

function captureIn(folder: string): string {
  return `${folder}/${readdirSync(folder).find((entry) => entry.startsWith('capture.'))}`;
}

const FAMILIES = [...families(CAPTURES), ...(present ? families(TRUTH) : [])].filter(
  ([, captures]) => captures.length > 1,
);

describe('the same connections, recorded near the client, near the server and in between', () => {
  it.each(FAMILIES)('%s: the same states, kind, closer and verdict', async (stem, captures) => {
    const [first, ...others] = await Promise.all(captures.map(seenAt));
    expect(others.length).toBeGreaterThan(0);
    for (const other of others) {
      if (stem in DIFFER) expect(other, DIFFER[stem]).not.toEqual(first);
      else expect(other).toEqual(first);
    }
  });
});

/** What does not depend on the place, by end: which of two SYNs came first does, where both ends open. */
async function seenAt(capture: string): Promise<unknown[]> {
  const { connections } = await connectionsOf(capture);
  return connections.map(({ connection: { flow, replay, close }, findings }) => {
    const name = (side: Side): string => `${flow[side].address}:${flow[side].port}`;
    const blamed = findings.filter(({ tier }) => tier !== 'note');
    return {
      kind: close.kind,
      closer: close.closer === 'client' || close.closer === 'server' ? name(close.closer) : close.closer,
      states: Object.fromEntries(
        SIDES.map((side) => [
          name(side),
          replay.transitions.filter((t) => t.side === side).map(({ to }) => to),
        ]),
      ),
      verdict: blamed.map(({ tier, rule, side }) => `${tier} ${rule} ${side && name(side)}`).sort(),
    };
  });
}
