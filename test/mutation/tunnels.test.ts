import { describe, expect, it } from 'vitest';
import { OPEN } from '../support/check-ladder.ts';
import { connectionsOf } from '../support/connections.ts';
import { buildIcmpError } from '../support/icmp.ts';
import { ladder } from '../support/ladder.ts';
import { buildEthernet } from '../support/packets.ts';
import { buildGtpUser, buildVxlan, fragmentOf } from '../support/tunnels.ts';
import { mutantsOf } from './mutants.ts';
import { captureOf, type Packet, packetsOf } from './packets.ts';

const CLOSED = `${OPEN}
  +1     > P.  1:101(100) ack 1
  +.02   < .   1:1(0) ack 101
  +1     > F.  101:101(0) ack 1
  +.02   < F.  1:1(0) ack 102
  +.02   > .   102:102(0) ack 2`;

/** A close outside, in two tunnels, in fragments, and with an ICMP error about each segment. */
async function packets(): Promise<Packet[]> {
  const { list } = await packetsOf(ladder(CLOSED));
  return list.flatMap(({ time, bytes }) => {
    const datagram = bytes.subarray(14);
    const length = datagram.length - 20;
    const middle = length > 16 ? 16 : 8;
    return [
      buildEthernet(buildVxlan(bytes)),
      buildEthernet(buildGtpUser(datagram)),
      buildEthernet(fragmentOf(datagram, 0, middle)),
      buildEthernet(fragmentOf(datagram, middle, length)),
      buildIcmpError(bytes),
    ].map((built) => ({ time, bytes: built, original: built.length }));
  });
}

/** Each a test, so that none takes long on a busy machine. */
const PARTS = [0, 1, 2, 3, 4, 5];

describe('a capture of tunnels, fragments and ICMP errors accuses nobody, whatever is lost, swapped, doubled or cut', () => {
  it.each(PARTS)('mutants, part %i', async (part) => {
    const list = await packets();
    const mutants = [{ name: 'whole', list }, ...mutantsOf(list)];
    expect(mutants.length).toBeGreaterThan(300);
    const accused: string[] = [];
    for (const mutant of mutants.filter((_, at) => at % PARTS.length === part)) {
      const { connections } = await connectionsOf(captureOf(1, mutant.list));
      for (const { findings } of connections) {
        for (const { tier, rule } of findings) {
          if (tier === 'violation' || tier === 'suspect') accused.push(`${mutant.name}: ${rule}`);
        }
      }
    }
    expect(accused).toEqual([]);
  });
});
