import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { type CheckOptions, check } from '../../src/engine/check.ts';
import { decodeState, encodeState, type RunState } from '../../src/engine/run-state.ts';
import { show } from '../../src/engine/show.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { captureOf, type Packet, packetsOf } from '../mutation/packets.ts';
import { OPEN } from '../support/check-ladder.ts';
import { compare } from '../support/in-runs.ts';
import { ladder } from '../support/ladder.ts';
import { buildEthernet } from '../support/packets.ts';
import fc from '../support/property.ts';
import { buildGre, buildMpls, buildVxlan } from '../support/tunnels.ts';

const CLOSED = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +1     > F.  101:101(0) ack 1
  +.02   < F.  1:1(0) ack 102
  +.02   > .   102:102(0) ack 2`;
const OPTIONS: CheckOptions = {
  profile: PROFILES.linux,
  linger: 60,
  reader: 'lastack',
  connections: 'all',
  toolVersion: '0',
};

/** What may be around an Ethernet frame. */
const AROUND: readonly ((frame: Uint8Array) => Uint8Array)[] = [
  (frame) => frame,
  (frame) => buildEthernet(buildVxlan(frame, 1)),
  (frame) => buildEthernet(buildVxlan(frame, 2)),
  (frame) => buildEthernet(buildGre(frame.subarray(14))),
  (frame) => buildMpls(frame.subarray(14)),
];

/** The same close in each of several surroundings, side by side. */
async function sideBySide(places: readonly number[], text: string = CLOSED): Promise<Packet[]> {
  const { list } = await packetsOf(ladder(text));
  return list.flatMap(({ time, bytes }) =>
    places.map((place) => {
      const around = AROUND[place]?.(bytes) ?? bytes;
      return { time, bytes: around, original: around.length };
    }),
  );
}

function checked(list: readonly Packet[], more: Partial<CheckOptions> = {}) {
  return check([{ path: 'a.pcap', source: fromBytes(captureOf(1, list)) }], { ...OPTIONS, ...more });
}

describe('the same addresses and ports in several tunnels', () => {
  it('are several connections, each whole', async () => {
    const { connections } = await checked(await sideBySide([0, 1, 2, 3, 4]));
    expect(connections).toMatchObject(
      [0, 1, 2, 3, 4].map((id) => ({
        id,
        close: { kind: 'three-way' },
        frames: { count: 8 },
        incarnation: 1,
        health: { duplicates: 0, oneSided: false },
        verdict: 'conformant',
      })),
    );
    expect(connections.map(({ via }) => via)).toEqual([
      undefined,
      ['VXLAN 1 between 203.0.113.1 and 203.0.113.2'],
      ['VXLAN 2 between 203.0.113.1 and 203.0.113.2'],
      ['GRE between 203.0.113.1 and 203.0.113.2'],
      ['MPLS'],
    ]);
  });

  it('are shown each by itself', async () => {
    const source = fromBytes(captureOf(1, await sideBySide([1, 0, 2])));
    for (const id of [0, 1, 2]) {
      const shown = await show({ path: 'a.pcap', source }, id, OPTIONS);
      expect(shown?.segments.map(({ frame }) => frame % 3)).toEqual(new Array(8).fill((id + 1) % 3));
    }
  });

  it('go on in the next run', async () => {
    const list = await sideBySide([0, 1, 2]);
    const states: RunState[] = [];
    const onState = (state: RunState): void => {
      const read = decodeState(encodeState(state));
      if (read) states.push(read);
    };
    await checked(list.slice(0, 10), { onState });
    const [resume] = states;
    const { connections } = await checked(list.slice(10), resume ? { resume } : {});
    const whole = await checked(list);
    expect(connections).toEqual(whole.connections);
  });

  it('come out the same whichever way the packets go', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(AROUND.length - 1), { minLength: 1, maxLength: 4 }),
        fc.constantFrom('counted', 'listed', 'saved'),
        fc.constantFrom({ index: 0, of: 1 }, { index: 0, of: 2 }, { index: 1, of: 2 }),
        async (places, handling, partition) => {
          const list = await sideBySide([...new Set(places)]);
          await compare(captureOf(1, list), { handling, partition });
        },
      ),
      { numRuns: 40 },
    );
  });
});
