/** A specimen of a shape: a connection made up, whose segments have that shape, as the plain path sees it. */
import { createSegment } from '../decode/create-segment.ts';
import { FIN, SYN } from '../decode/segment.ts';
import { ConnectionTable } from '../flow/connection-table.ts';
import type { Flow } from '../flow/flow.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import { type CompactSegments, createCompactSegments } from './compact-segments.ts';
import { isTimedOut, type Shape, type ShapeSegment, segmentsOf } from './shape.ts';

/** The numbers of a specimen, none of which its shape decides. */
export interface Measures {
  /** Nanoseconds from one segment to the next. */
  readonly pace: number;
  /** Bytes of each payload. */
  readonly payload: number;
  /** Nanoseconds for which the capture goes on behind it, where its shape does not say that; 0 unless said. */
  readonly wait?: number;
}

const SECOND = 1e9;
/** Addresses that are nobody's (RFC 5737). */
const CLIENT = 0xc0_00_02_01 | 0;
const SERVER = 0xc0_00_02_02 | 0;
const CLIENT_PORT = 49152;
const SERVER_PORT = 80;
const INITIAL = [1_000_000, 2_000_000] as const;
const TTL = 64;
const WINDOW = 65_535;

const made = createCompactSegments();

/** The flow of a specimen. Frames count from 1 on, one for each segment. */
export function specimenOf(shape: Shape, profile: Profile, { pace, payload, wait = 0 }: Measures): Flow {
  const { frames, times, flags, seqs, acks, lengths, fromServer } = made;
  const segments = segmentsOf(shape);
  /** Of each side, the number behind each of its segments. */
  const ends: [number[], number[]] = [[], []];
  let time = 0;
  segments.forEach((one, index) => {
    const from = one.fromServer ? 1 : 0;
    const seq = ends[from].at(-1) ?? INITIAL[from];
    const length = one.hasPayload ? payload : 0;
    if (index > 0 && !one.isSameTime) time += pace;
    frames[index] = index + 1;
    times[index] = time;
    flags[index] = one.flags;
    seqs[index] = seq;
    acks[index] = ackOf(one, ends[1 - from] ?? [], payload);
    lengths[index] = length;
    fromServer[index] = from;
    ends[from].push(seq + length + (one.flags & (SYN | FIN) ? 1 : 0));
  });
  made.count = segments.length;
  return flowFrom(made, profile, time + (isTimedOut(shape) ? twoMslOf(profile) + SECOND : wait));
}

/** @param ends the number behind each segment of the peer */
function ackOf({ acked, isPartial }: ShapeSegment, ends: readonly number[], payload: number): number {
  const end = ends[acked - 1] ?? 0;
  return isPartial ? end + (payload >> 1) : end;
}

/**
 * The flow that the plain table makes of segments, between two hosts that are nobody.
 *
 * @param until up to when the capture would have shown more of it
 */
export function flowFrom(segments: CompactSegments, profile: Profile, until: number): Flow {
  const flows: Flow[] = [];
  const table = new ConnectionTable({ profile, firstId: 0, onFlow: (flow) => flows.push(flow) });
  const segment = createSegment();
  for (let index = 0; index < segments.count; index++) {
    const isServer = segments.fromServer[index] === 1;
    segment.frame = segments.frames[index] ?? 0;
    segment.time = segments.times[index] ?? 0;
    segment.source3 = isServer ? SERVER : CLIENT;
    segment.destination3 = isServer ? CLIENT : SERVER;
    segment.sourcePort = isServer ? SERVER_PORT : CLIENT_PORT;
    segment.destinationPort = isServer ? CLIENT_PORT : SERVER_PORT;
    segment.seq = segments.seqs[index] ?? 0;
    segment.ack = segments.acks[index] ?? 0;
    segment.flags = segments.flags[index] ?? 0;
    segment.length = segments.lengths[index] ?? 0;
    segment.window = WINDOW;
    segment.ttl = TTL;
    segment.ipId = index + 1;
    table.segment(segment);
  }
  table.end(until);
  const [flow] = flows;
  if (flow === undefined || flows.length > 1) throw new Error('a shape is one connection');
  return flow;
}
