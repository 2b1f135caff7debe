import { describe, expect, it } from 'vitest';
import { StackLooks } from '../../src/engine/stack-looks.ts';
import type { HostLook } from '../../src/report/sockets/socket-report.ts';
import { connectionsOfLadder } from '../support/check-ladder.ts';
import { connectionsOf } from '../support/connections.ts';

async function looksOf(text: string): Promise<string[]> {
  const looks = new StackLooks();
  for (const connection of await connectionsOfLadder(text)) looks.add(connection);
  return words(looks.all());
}

function words(looks: readonly HostLook[]): string[] {
  return looks.map(({ host, profile }) => `${host} ${profile}`);
}

const LINUX = 'win 64240 <mss 1460, sackOK, TS val 1 ecr 0, wscale 7>';
const WINDOWS = 'win 64240 <mss 1460, wscale 8, sackOK> ttl 128';

const HOSTS = {
  'three-way': ['10.9.0.1', '10.9.0.2'],
  'ipv6-four-way': ['fd00:9::1', 'fd00:9::2'],
  'sockets-load': ['10.9.0.1', '10.9.0.2'],
} as const;

describe('the stack of a host', () => {
  it.each([
    ['Linux', `+0 > S 0:0(0) ${LINUX}`, ['10.0.0.1 linux']],
    ['Linux some hops away', `+0 > S 0:0(0) ${LINUX} ttl 51`, ['10.0.0.1 linux']],
    ['Windows', `+0 > S 0:0(0) ${WINDOWS}`, ['10.0.0.1 windows']],
    [
      'both hosts',
      `+0 > S 0:0(0) ${WINDOWS}\n+.01 < S. 0:0(0) ack 1 win 65160 <mss 1460, TS val 1 ecr 1, wscale 7>`,
      ['10.0.0.1 windows', '10.0.0.2 linux'],
    ],
    ['a BSD, of which there are several', `+0 > S 0:0(0) win 65535 <mss 1460, TS val 1 ecr 0, wscale 6>`, []],
    ['no options', '+0 > S 0:0(0) win 64240', []],
    ['no timestamps, but the TTL of Linux', '+0 > S 0:0(0) win 64240 <mss 1460, wscale 7>', []],
    [
      'several behind one address',
      `+0 > S 0:0(0) ${LINUX}\n@ client 10.0.0.1:50000\n+1 > S 0:0(0) ${WINDOWS}`,
      [],
    ],
  ])('%s', async (_, text, expected) => expect(await looksOf(text)).toEqual(expected));

  it('is told of the recordings of a real kernel, IPv6 included', async () => {
    for (const name of Object.keys(HOSTS) as (keyof typeof HOSTS)[]) {
      const path = new URL(`../../captures/${name}.pcap`, import.meta.url).pathname;
      const looks = new StackLooks();
      for (const { connection } of (await connectionsOf(path)).connections) looks.add(connection);
      expect(words(looks.all()).sort(), name).toEqual(HOSTS[name].map((host) => `${host} linux`));
    }
  });
});
