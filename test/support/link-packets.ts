/** A packet of each link type, and of some tunnels: a SYN from port 40,000 to port 80. */
import { buildEthernet, buildTcpDatagram, concat } from './packets.ts';
import { buildUdp, bytesOf, half } from './tunnels.ts';

export const DATAGRAM: Uint8Array = buildTcpDatagram({
  src: '192.0.2.1',
  dst: '192.0.2.2',
  sport: 40000,
  dport: 80,
  seq: 7,
  flags: 2,
});
const DATAGRAM_6 = buildTcpDatagram({
  src: '2001:db8::1',
  dst: '2001:db8::2',
  sport: 40000,
  dport: 80,
  seq: 7,
  flags: 2,
});
const FRAME = buildEthernet(DATAGRAM);
/** The hardware address of all ends. */
export const MAC: readonly number[] = [2, 0, 0, 0, 0, 1];
const MACS = bytesOf(...MAC, ...MAC);
export const SNAP: Uint8Array = bytesOf(0xaa, 0xaa, 3, 0, 0, 0, 8, 0);
export const little = (value: number): Uint8Array =>
  bytesOf(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
export const none = (length: number): Uint8Array => new Uint8Array(length);

/** A data frame of IEEE 802.11. */
export function wlan(control: number, flags: number, behind: Uint8Array = none(0), fragment = 0): Uint8Array {
  return concat(
    bytesOf(control, flags, 0, 0),
    bytesOf(...MAC, ...MAC, ...MAC),
    bytesOf(fragment, 0),
    behind,
    SNAP,
    DATAGRAM,
  );
}

const WLAN = wlan(0x08, 0x02);
const QOS = wlan(0x88, 0x02, none(2));
export const SUBFRAME: Uint8Array = concat(MACS, half(8 + DATAGRAM.length));
export const AGGREGATE: Uint8Array = wlan(0x88, 0x02, concat(bytesOf(0x80, 0), SUBFRAME));
const RADIOTAP = bytesOf(0, 0, 8, 0, 0, 0, 0, 0);
/** Timer and flags, which say that the header of the frame is padded. */
const RADIOTAP_PADDED = concat(bytesOf(0, 0, 17, 0, 3, 0, 0, 0), none(8), bytesOf(0x20));
const RADIOTAP_WORDS = concat(bytesOf(0, 0, 24, 0, 0, 0, 0, 0x80), bytesOf(0, 0, 0, 0), none(12));

/** By what it is: the link type, and a packet that holds a SYN. */
export const READ: readonly (readonly [string, number, Uint8Array])[] = [
  ['802.11', 105, WLAN],
  ['802.11 with QoS', 105, QOS],
  ['802.11 between access points', 105, wlan(0x08, 0x03, none(6))],
  ['802.11 with QoS and HT control', 105, wlan(0x88, 0x82, none(6))],
  ['802.11, an A-MSDU of one frame', 105, AGGREGATE],
  ['radiotap', 127, concat(RADIOTAP, WLAN)],
  ['radiotap with two words', 127, concat(RADIOTAP_WORDS, QOS)],
  ['radiotap, padded', 127, concat(RADIOTAP_PADDED, wlan(0x88, 0x02, none(4)))],
  ['Prism', 119, concat(little(0x44), little(144), none(136), WLAN)],
  ['AVS as Prism', 119, concat(bytesOf(0x80, 0x21, 0x10, 1, 0, 0, 0, 64), none(56), WLAN)],
  ['AVS', 163, concat(bytesOf(0x80, 0x21, 0x10, 1, 0, 0, 0, 64), none(56), QOS)],
  [
    'ERF',
    197,
    concat(
      none(4),
      little(1_700_000_000),
      bytesOf(2, 4),
      half(18 + FRAME.length),
      half(0),
      half(FRAME.length),
      none(2),
      FRAME,
    ),
  ],
  ['PPI', 192, concat(bytesOf(0, 0, 8, 0), little(105), WLAN)],
  ['PPI with Ethernet', 192, concat(bytesOf(0, 0, 12, 0), little(1), none(4), FRAME)],
  ['token ring', 6, concat(bytesOf(0x10, 0x40), MACS, SNAP, DATAGRAM)],
  [
    'token ring over bridges',
    6,
    concat(bytesOf(0x10, 0x40, ...MAC, 0x82, ...MAC.slice(1)), bytesOf(6, 0, 0, 0, 0, 0), SNAP, DATAGRAM),
  ],
  ['FDDI', 10, concat(bytesOf(0x50), MACS, SNAP, DATAGRAM)],
  ['ARCNET, RFC 1051', 7, concat(bytesOf(1, 2, 240), DATAGRAM)],
  ['ARCNET, RFC 1201', 7, concat(bytesOf(1, 2, 212, 0, 0, 9), DATAGRAM)],
  ['ARCNET with an exception', 7, concat(bytesOf(1, 2, 212, 0xff, 0, 0, 0, 0, 0, 9), DATAGRAM)],
  ['ARCNET of Linux', 129, concat(bytesOf(1, 2, 0, 0, 212, 0, 0, 9), DATAGRAM)],
  ['HDLC of Cisco', 104, concat(bytesOf(0x0f, 0, 8, 0), DATAGRAM)],
  ['PPP in HDLC', 50, concat(bytesOf(0xff, 3, 0, 0x21), DATAGRAM)],
  [
    'NFLOG',
    239,
    concat(
      bytesOf(2, 0, 0, 0),
      bytesOf(8, 0, 1, 0, 8, 0, 1, 0),
      bytesOf((4 + DATAGRAM.length) & 255, 0, 9, 0),
      DATAGRAM,
    ),
  ],
  ['BSD ENC', 109, concat(little(2), none(8), DATAGRAM)],
  ['pflog', 117, concat(bytesOf(61, 2, 0, 0), none(60), DATAGRAM)],
  ['IP over InfiniBand', 242, concat(bytesOf(0x60), none(39), bytesOf(8, 0, 0, 0), DATAGRAM)],
  ['PKTAP', 258, concat(little(108), little(1), little(1), none(96), FRAME)],
  ['Juniper Ethernet', 178, concat(bytesOf(0x4d, 0x47, 0x43, 0x80, 0, 6, 1, 1, 0, 2, 1, 0), FRAME)],
  ['DSA of Broadcom', 281, concat(FRAME.subarray(0, 12), none(4), FRAME.subarray(12))],
  ['DSA of Broadcom in front', 282, concat(none(4), FRAME)],
  ['DSA', 284, concat(FRAME.subarray(0, 12), bytesOf(0xc0, 0, 0, 0), FRAME.subarray(12))],
  [
    'DSA with an EtherType',
    285,
    concat(FRAME.subarray(0, 12), bytesOf(0xda, 0xda, 0, 0, 0xc0, 0, 0, 0), FRAME.subarray(12)),
  ],
  ['E-Tag', 1, concat(FRAME.subarray(0, 12), bytesOf(0x89, 0x3f, 0, 0, 0, 1, 0, 0), FRAME.subarray(12))],
  ['VN-Tag', 1, concat(FRAME.subarray(0, 12), bytesOf(0x89, 0x26, 0, 0, 0, 1), FRAME.subarray(12))],
  ['L2TP', 1, buildEthernet(buildUdp(1701, concat(bytesOf(0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21), DATAGRAM)))],
  [
    'L2TP with all fields',
    1,
    buildEthernet(
      buildUdp(
        1701,
        concat(bytesOf(0x4a, 2, 0, 17 + DATAGRAM.length, 0, 1, 0, 2, 0, 0, 0, 0, 0, 2, 9, 9, 0x21), DATAGRAM),
      ),
    ),
  ],
  ['Teredo', 1, buildEthernet(buildUdp(3544, DATAGRAM_6))],
  [
    'Teredo with origin',
    1,
    buildEthernet(buildUdp(3544, concat(bytesOf(0, 0, 1, 2, 3, 4, 5, 6), DATAGRAM_6))),
  ],
  [
    'Teredo with authentication and origin',
    1,
    buildEthernet(
      buildUdp(3544, concat(bytesOf(0, 1, 1, 1, 7, 7), none(9), bytesOf(0, 0, 1, 2, 3, 4, 5, 6), DATAGRAM_6)),
    ),
  ],
  [
    'AYIYA',
    1,
    buildEthernet(
      // Between other hosts: tshark would take what it took between these for the same protocol.
      buildUdp(5072, concat(bytesOf(0x41, 0x52, 0x11, 41, 0, 0, 0, 1), none(16), none(20), DATAGRAM_6), {
        src: '203.0.113.3',
        dst: '203.0.113.4',
      }),
    ),
  ],
  ['GRE over UDP', 1, buildEthernet(buildUdp(4754, concat(bytesOf(0, 0, 8, 0), DATAGRAM)))],
];
