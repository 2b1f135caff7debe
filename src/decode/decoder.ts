import { linkTypeName } from '../capture/link-types.ts';
import type { Diagnostic, DiagnosticCode, PacketRecord, RecordRun, RecordSink } from '../capture/record.ts';
import { isChecksumWrong } from './checksum.ts';
import { decodeCommonPacket } from './common-packet.ts';
import { createSegment } from './create-segment.ts';
import type { Cursor } from './cursor.ts';
import { BAD_CHECKSUM, CORRUPT, CUT, FRAGMENT, NOT_TCP, SEGMENT, TUNNEL } from './cursor.ts';
import { EITHER_IP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, isTunnelEtherType } from './ether-types.ts';
import { isTunnelProtocol, TCP, UDP } from './ip-protocols.ts';
import { ipv4 } from './ipv4.ts';
import { ipv6 } from './ipv6.ts';
import { ETHERNET, LINK_LAYERS } from './link-layers.ts';
import type { Segment, SegmentSink } from './segment.ts';
import { tcp } from './tcp.ts';
import { udpTunnel } from './udp-tunnel.ts';

/** Packets that were not looked into, and the first of them. */
interface Count {
  count: number;
  frame: number;
}

/** What is counted, in the order in which it is reported. */
const REASONS: readonly { outcome: number; code: DiagnosticCode; singular: string; plural: string }[] = [
  {
    outcome: FRAGMENT,
    code: 'ip-fragment',
    singular: 'IP fragment behind the first of its datagram was not looked into',
    plural: 'IP fragments behind the first of their datagrams were not looked into',
  },
  {
    outcome: CUT,
    code: 'tcp-header-cut',
    singular: 'packet ends before its TCP header does, and was left out',
    plural: 'packets end before their TCP headers do, and were left out',
  },
  {
    outcome: CORRUPT,
    code: 'header-corrupt',
    singular: 'packet has an IP or TCP header that cannot be true, and was left out',
    plural: 'packets have IP or TCP headers that cannot be true, and were left out',
  },
  {
    outcome: BAD_CHECKSUM,
    code: 'checksum-wrong',
    singular: 'segment has a wrong TCP checksum, and was left out as its receiver drops it',
    plural: 'segments have wrong TCP checksums, and were left out as their receivers drop them',
  },
  {
    outcome: TUNNEL,
    code: 'tunnel-not-opened',
    singular:
      'packet carries other packets inside (GRE, IP in IP, MPLS, PPPoE, VXLAN, …), which were not looked into',
    plural:
      'packets carry other packets inside (GRE, IP in IP, MPLS, PPPoE, VXLAN, …), which were not looked into',
  },
];

/** Decodes records into TCP segments; whatever is not one is passed over, and counted where that matters. */
export class Decoder implements RecordSink {
  readonly #sink: SegmentSink;
  readonly #segment: Segment = createSegment();
  readonly #cursor: Cursor = { view: this.#segment.view, offset: 0, end: 0, wireEnd: 0 };
  readonly #counts = new Map<number, Count>();
  readonly #foreignLinks = new Map<number, Count>();

  readonly #verifyChecksums: boolean;

  /**
   * @param sink gets every segment; the object is reused, so it copies what it keeps
   * @param options `verifyChecksums`: leave out segments with a wrong TCP checksum, as their receivers do. A capture on
   *   the sending host shows wrong ones that its network card mends (checksum offload).
   */
  constructor(sink: SegmentSink, { verifyChecksums = false }: { verifyChecksums?: boolean } = {}) {
    this.#sink = sink;
    this.#verifyChecksums = verifyChecksums;
  }

  get block(): Uint8Array | null {
    return this.#sink.block ?? null;
  }

  record(record: PacketRecord): void {
    const segment = this.#segment;
    if (record.linkType === ETHERNET && decodeCommonPacket(record, segment)) this.#hand(record, segment);
    else this.#decode(record, segment);
  }

  records(run: RecordRun): void {
    if (!this.#verifyChecksums) this.#sink.packets?.(run);
  }

  #decode(record: PacketRecord, segment: Segment): void {
    const { linkType, frame, offset, captured, original } = record;
    const link = LINK_LAYERS.get(linkType);
    if (link === undefined) {
      count(this.#foreignLinks, linkType, frame);
      return;
    }
    const cursor = this.#cursor;
    cursor.view = record.view;
    cursor.offset = offset;
    cursor.end = offset + captured;
    // A record that says that less was on the wire than was captured is wrong about the wire.
    cursor.wireEnd = offset + Math.max(original, captured);
    const outcome = decodeFrom(link(cursor), cursor, segment);
    if (outcome === SEGMENT) this.#hand(record, segment);
    else if (outcome !== NOT_TCP) count(this.#counts, outcome, frame);
  }

  #hand(record: PacketRecord, segment: Segment): void {
    segment.frame = record.frame;
    segment.time = record.time;
    segment.capturedEnd = record.offset + record.captured;
    if (segment.view !== record.view) {
      // Seldom: a store of a young object into an old one costs more than the comparison.
      segment.bytes = record.bytes;
      segment.view = record.view;
    }
    if (this.#verifyChecksums && isChecksumWrong(segment, record)) {
      count(this.#counts, BAD_CHECKSUM, record.frame);
      return;
    }
    this.#sink.segment(segment);
  }

  /** What was passed over so far, one diagnostic a reason. */
  diagnostics(): Diagnostic[] {
    const diagnostics: Diagnostic[] = [];
    for (const [linkType, seen] of this.#foreignLinks) {
      const packets = seen.count === 1 ? 'packet was' : 'packets were';
      diagnostics.push({
        code: 'link-type-unsupported',
        offset: null,
        message: `Link type ${linkTypeName(linkType)} (${linkType}) is not supported: ${seen.count} ${packets} not looked into (first: frame ${seen.frame}).`,
      });
    }
    for (const { outcome, code, singular, plural } of REASONS) {
      const seen = this.#counts.get(outcome);
      if (seen === undefined) continue;
      const what = seen.count === 1 ? singular : plural;
      diagnostics.push({
        code,
        offset: null,
        message: `${seen.count} ${what} (first: frame ${seen.frame}).`,
      });
    }
    return diagnostics;
  }
}

/** From an EtherType to a filled segment, or to the reason why there is none. */
function decodeFrom(etherType: number, cursor: Cursor, segment: Segment): number {
  let protocol: number;
  if (etherType === ETHERTYPE_IPV4) protocol = ipv4(cursor, segment);
  else if (etherType === ETHERTYPE_IPV6) protocol = ipv6(cursor, segment);
  else if (etherType === EITHER_IP) {
    if (cursor.offset >= cursor.end) return CUT;
    const version = cursor.view.getUint8(cursor.offset) >> 4;
    if (version === 4) protocol = ipv4(cursor, segment);
    else if (version === 6) protocol = ipv6(cursor, segment);
    else return CORRUPT;
  } else if (etherType < 0) return etherType;
  else return isTunnelEtherType(etherType) ? TUNNEL : NOT_TCP;

  if (protocol === TCP) return tcp(cursor, segment);
  if (protocol < 0) return protocol;
  if (protocol === UDP) return udpTunnel(cursor);
  return isTunnelProtocol(protocol) ? TUNNEL : NOT_TCP;
}

function count(counts: Map<number, Count>, key: number, frame: number): void {
  const seen = counts.get(key);
  if (seen === undefined) counts.set(key, { count: 1, frame });
  else seen.count += 1;
}
