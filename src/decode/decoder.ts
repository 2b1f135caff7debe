import type { Diagnostic, PacketRecord, RecordBatch, RecordSink } from '../capture/record.ts';
import { decodeCommonPacket } from './common-packet.ts';
import { createSegment } from './create-segment.ts';
import type { Cursor } from './cursor.ts';
import { BAD_CHECKSUM, CUT, createCursor, FRAGMENT, ICMP_ERROR, NOT_TCP, SEGMENT, TUNNEL } from './cursor.ts';
import { ETHERNET, LINK_TYPES } from './link/link-layers.ts';
import { authenticationHeader } from './network/authentication-header.ts';
import { isChecksumWrong } from './network/checksum.ts';
import { createIcmpError } from './network/icmp-error.ts';
import { AUTHENTICATION_HEADER, TCP } from './network/ip-protocols.ts';
import { Reassembly } from './network/reassembly.ts';
import { openPacket } from './open-packet.ts';
import { PassedOver } from './passed-over.ts';
import type { Segment } from './segment.ts';
import type { SegmentSink } from './segment-sink.ts';
import { tcp } from './tcp.ts';
import { createAround } from './tunnel/around.ts';
import { Contexts } from './tunnel/contexts.ts';

export interface DecoderOptions {
  /**
   * Leave out segments with a wrong TCP checksum, as their receivers do. A capture on the sending host shows wrong ones that its
   * network card mends (checksum offload).
   */
  readonly verifyChecksums?: boolean;
  /** The tunnels that are known from the captures before. */
  readonly contexts?: Contexts;
  /** The fragments that wait for others since the captures before. */
  readonly reassembly?: Reassembly;
}

/** Decodes records into TCP segments; whatever is not one is passed over, and counted where that matters. */
export class Decoder implements RecordSink {
  readonly #sink: SegmentSink;
  readonly #segment: Segment = createSegment();
  readonly #cursor: Cursor = createCursor(this.#segment.view, 0, 0, 0);
  readonly #around = createAround();
  readonly #error = createIcmpError();
  readonly #contexts: Contexts;
  readonly #passedOver = new PassedOver();
  readonly #reassembly: Reassembly;
  readonly #verifyChecksums: boolean;

  /** @param sink gets every segment; the object is reused, so it copies what it keeps */
  constructor(
    sink: SegmentSink,
    {
      verifyChecksums = false,
      contexts = new Contexts(),
      reassembly = new Reassembly(),
    }: DecoderOptions = {},
  ) {
    this.#reassembly = reassembly;
    this.#sink = sink;
    this.#contexts = contexts;
    this.#verifyChecksums = verifyChecksums;
  }

  get block(): Uint8Array | null {
    return this.#sink.block ?? null;
  }

  record(record: PacketRecord): void {
    const segment = this.#segment;
    if (record.linkType !== ETHERNET || !decodeCommonPacket(record, segment)) {
      this.#decode(record, segment);
      return;
    }
    segment.context = 0;
    if (segment.view !== record.view) {
      // Seldom: a store of a young object into an old one costs more than the comparison.
      segment.bytes = record.bytes;
      segment.view = record.view;
    }
    this.#hand(record, segment, record.offset + record.captured);
  }

  records(run: RecordBatch): void {
    if (!this.#verifyChecksums) this.#sink.packets?.(run);
  }

  #decode(record: PacketRecord, segment: Segment): void {
    const { linkType, frame, offset, captured, original } = record;
    const link = LINK_TYPES.get(linkType);
    if (link === undefined) {
      this.#passedOver.link(linkType, frame);
      return;
    }
    const cursor = this.#cursor;
    const around = this.#around;
    cursor.view = record.view;
    cursor.offset = offset;
    cursor.end = offset + captured;
    // A record that says that less was on the wire than was captured is wrong about the wire.
    cursor.wireEnd = offset + Math.max(original, captured);
    cursor.macs = -1;
    let outcome = openPacket(link.decode(cursor), cursor, segment, around, this.#contexts, this.#error);
    if (outcome === FRAGMENT) outcome = this.#reassemble(record, segment);
    if (outcome === SEGMENT) {
      segment.context = around.context;
      segment.view = cursor.view;
      segment.bytes = cursor.view === record.view ? record.bytes : new Uint8Array(cursor.view.buffer);
      this.#hand(record, segment, cursor.view === record.view ? offset + captured : cursor.end);
    } else if (outcome === ICMP_ERROR) this.#handError(record);
    else if (outcome === NOT_TCP) this.#passedOver.other(around.protocol, frame);
    else if (outcome === TUNNEL) this.#passedOver.tunnel(around.closed, frame);
    else if (outcome === CUT && captured === 0) this.#passedOver.empty(outcome, frame);
    else if (outcome !== FRAGMENT) this.#passedOver.packet(outcome, frame);
  }

  /** Of a fragment: the segment, where that is whole now. */
  #reassemble(record: PacketRecord, segment: Segment): number {
    const cursor = this.#cursor;
    const { protocol } = cursor.fragment;
    if (!this.#reassembly.add(cursor, segment, this.#around.context, record)) return FRAGMENT;
    const next = protocol === AUTHENTICATION_HEADER ? authenticationHeader(cursor) : protocol;
    if (next === TCP) return tcp(cursor, segment);
    return next < 0 ? next : NOT_TCP;
  }

  /** @param end of the bytes that were captured */
  #hand(record: PacketRecord, segment: Segment, end: number): void {
    segment.frame = record.frame;
    segment.time = record.time;
    segment.capturedEnd = end;
    if (this.#verifyChecksums && isChecksumWrong(segment, end)) {
      this.#passedOver.packet(BAD_CHECKSUM, record.frame);
      return;
    }
    this.#sink.segment(segment);
  }

  #handError({ frame, time }: PacketRecord): void {
    const error = this.#error;
    error.frame = frame;
    error.time = time;
    error.quoted.context = this.#around.context;
    this.#passedOver.other(this.#around.protocol, frame);
    this.#sink.unreachable?.(error);
  }

  /** What was passed over so far, one diagnostic a reason. */
  diagnostics(): Diagnostic[] {
    return this.#passedOver.diagnostics(this.#reassembly.lost());
  }

  /** What the packets are of which none holds TCP. */
  others(): Diagnostic[] {
    return this.#passedOver.others();
  }
}
