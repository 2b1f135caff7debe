import { timeWaitUnsafeReuse } from '../../src/rules/time-wait/time-wait-unsafe-reuse.ts';
import { OPEN } from '../support/check-ladder.ts';
import { ruleTester } from '../support/rule-tester.ts';

const CLIENT_FIRST = `${OPEN}
  +1     > F.  1:1(0) ack 1
  +.02   < F.  1:1(0) ack 2
  +.02   > .   2:2(0) ack 2`;
const SERVER_FIRST = `${OPEN}
  +1     < F.  1:1(0) ack 1
  +.02   > F.  1:1(0) ack 2
  +.02   < .   2:2(0) ack 2`;
/** The server closes first, all segments of the client with one timestamp. */
const stamped = (value: number): string =>
  SERVER_FIRST.replaceAll(/( > [^<\n]*?)(<[^>\n]*>)?(?=\n|$)/g, (_, segment: string, options?: string) =>
    options
      ? `${segment}${options.replace('>', `, TS val ${value} ecr 0>`)}`
      : `${segment} <TS val ${value} ecr 1>`,
  ).replace(/( < S[^<\n]*)<([^>\n]*)>/, '$1<$2, TS val 7 ecr 1>');
const again = (after: number, client: number, server: number, stamp: number | null = null): string => `
  @ isn client ${client}
  @ isn server ${server}
  +${after}   > S   0:0(0)${stamp === null ? '' : ` <TS val ${stamp} ecr 0>`}
  +.01   < S.  0:0(0) ack 1
  +.01   > .   1:1(0) ack 1`;

ruleTester(timeWaitUnsafeReuse, {
  valid: [
    {
      name: 'a higher ISN of the side that held TIME_WAIT',
      ladder: `${CLIENT_FIRST}${again(0.5, 1_100_000, 4_000_000)}`,
    },
    {
      name: 'both ISNs above, where the acceptor held it',
      ladder: `${SERVER_FIRST}${again(0.5, 1_100_000, 5_100_000)}`,
    },
    { name: 'after 2MSL anything goes', ladder: `${CLIENT_FIRST}${again(241, 900_000, 4_000_000)}` },
    {
      name: 'a newer timestamp with lower numbers (RFC 6191)',
      ladder: `
        +0     > S   0:0(0)          <TS val 100 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 900 ecr 100>
        +.01   > .   1:1(0) ack 1    <TS val 101 ecr 900>
        +1     < F.  1:1(0) ack 1    <TS val 1900 ecr 101>
        +.02   > F.  1:1(0) ack 2    <TS val 1101 ecr 1900>
        +.02   < .   2:2(0) ack 2    <TS val 1940 ecr 1101>
        @ isn client 900000
        @ isn server 4900000
        +.5    > S   0:0(0)          <TS val 1700 ecr 0>
        +.01   < S.  0:0(0) ack 1    <TS val 2500 ecr 1700>
        +.01   > .   1:1(0) ack 1    <TS val 1720 ecr 2500>`,
    },
    {
      name: 'an RST had ended the TIME_WAIT',
      ladder: `${CLIENT_FIRST}
        +.1    < R   2:2(0)${again(0.5, 900_000, 4_000_000)}`,
    },
    {
      name: 'an abort leaves no TIME_WAIT',
      ladder: `${OPEN}\n +1 > R. 1:1(0) ack 1${again(0.5, 900_000, 4_000_000)}`,
    },
    {
      name: 'the SYN is refused',
      ladder: `${CLIENT_FIRST}
        @ isn client 900000
        +.5    > S   0:0(0)
        +.01   < R.  =0:0(0) ack 1`,
    },
    {
      name: 'the ISN is above across 2^32',
      ladder: `@ isn client 4294967290
        ${CLIENT_FIRST}${again(0.5, 100_000, 4_000_000)}`,
    },
    {
      name: 'the SYN was not captured',
      ladder: `${CLIENT_FIRST}${again(0.5, 900_000, 4_000_000).replace(/.*S {3}0.*/, '')}`,
    },
    {
      name: 'the acceptor answers with an ISN of its own that has nothing to do with the old one, as FreeBSD does',
      ladder: `${SERVER_FIRST}${again(0.5, 1_100_000, 4_000_000)}`,
    },
    {
      name: 'an equal timestamp and a higher ISN of the SYN (RFC 6191)',
      ladder: `${stamped(100)}${again(0.5, 1_100_000, 4_000_000, 100)}`,
    },
    {
      name: 'an ISN that is exactly the number behind the last',
      ladder: `${SERVER_FIRST}${again(0.5, 1_000_002, 5_100_000)}`,
    },
    {
      name: 'an older timestamp and a higher ISN: RFC 6191 would drop it, MAY-2 allows it',
      ladder: `${stamped(100)}${again(0.5, 1_100_000, 5_100_000, 90)}`,
    },
    {
      name: 'a newer timestamp across 2^32',
      ladder: `${stamped(4_294_967_290)}${again(0.5, 900_000, 4_000_000, 5)}`,
    },
    {
      name: 'timestamps before, none now, and a higher ISN',
      ladder: `${stamped(100)}${again(0.5, 1_100_000, 5_100_000)}`,
    },
  ],
  invalid: [
    {
      name: 'the side that held TIME_WAIT opens with a lower ISN',
      ladder: `${CLIENT_FIRST}${again(0.5, 900_000, 5_100_000)}`,
      message: 'opener',
      tier: 'suspect',
      side: 'client',
      frames: [6, 7, 8],
    },
    {
      name: 'the acceptor takes a lower ISN into its TIME_WAIT',
      ladder: `${SERVER_FIRST}${again(0.5, 900_000, 5_100_000)}`,
      message: 'acceptor',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'later than any known TIME_WAIT lasts it is a suspicion',
      ladder: `${CLIENT_FIRST}${again(20, 900_000, 5_100_000)}`,
      message: 'opener',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'another host behind the same NAT, by its TTL',
      ladder: `${CLIENT_FIRST}${again(0.5, 900_000, 5_100_000).replaceAll(/( > .*)/g, '$1 ttl 63')}`,
      message: 'opener',
      tier: 'suspect',
      side: 'client',
    },
    {
      name: 'the SYN had been answered by an ACK first, so that an RST may have followed',
      ladder: `${SERVER_FIRST}
        +.5    > S   =900000:900000(0)
        +.01   < .   2:2(0) ack 2${again(1, 900_000, 5_100_000)}`,
      message: 'acceptor',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'an equal timestamp and a lower ISN',
      ladder: `${stamped(100)}${again(0.5, 900_000, 5_100_000, 100)}`,
      message: 'acceptor',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'an older timestamp and a lower ISN',
      ladder: `${stamped(100)}${again(0.5, 900_000, 5_100_000, 90)}`,
      message: 'acceptor',
      tier: 'suspect',
      side: 'server',
    },
    {
      name: 'a lower ISN across 2^32',
      ladder: `${SERVER_FIRST}${again(0.5, 4_294_000_000, 5_100_000)}`,
      message: 'acceptor',
      tier: 'suspect',
      side: 'server',
    },
  ],
});
