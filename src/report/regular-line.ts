/**
 * The line of a regular ending in NDJSON: what `connectionLine` makes of its report, put together as bytes without making
 * that report. How such a line looks is taken from there.
 */
import { HALF_CLOSE, OPEN } from '../flow/close-codes.ts';
import { MOST_SEGMENTS } from '../flow/compact-row.ts';
import type { CompactSegments } from '../flow/compact-segments.ts';
import type { RegularClose } from '../flow/regular-close.ts';
import { LineBytes, Piece } from './line-bytes.ts';
import { ASSUMED, BEFORE, FILTER_IPV4, FILTER_IPV6, NotePieces, PROVEN } from './line-pieces.ts';
import { causeOfRegular, findingsOf, type Note, noteOf } from './regular-findings.ts';
import { Outline } from './regular-outline.ts';
import type { RegularPlace } from './regular-report.ts';
import { bytesOf, historyOf, NONE, vantageIn } from './regular-segments.ts';
import type { Tally } from './tally.ts';
import { formatTimestamp, placeInTime } from './timestamp.ts';

const NULL = new Piece('null');
const COMMA = new Piece(',');
const QUOTE = new Piece('"');
const POINT = new Piece('.');

/** Bytes of the longest line: the texts that the rules say, a dozen transitions. */
const LONGEST = 1 << 14;
/** Bytes of the longest time with its quotes, and more than enough. */
const LONGEST_TIME = 64;

/** Writes the lines of regular endings; each stands in the same memory. */
export class RegularLines {
  private readonly line = new LineBytes(LONGEST);
  private readonly outline = new Outline();
  private readonly notes = new NotePieces();
  /** Times of segments, with quotes, where they have been asked for: where each begins, and how long it is. */
  private readonly times = new LineBytes((MOST_SEGMENTS + 1) * LONGEST_TIME);
  private readonly timeAt = new Int32Array(MOST_SEGMENTS);
  private readonly timeLength = new Int32Array(MOST_SEGMENTS);

  /**
   * The line as bytes, valid until the next.
   *
   * @param tally what a summary counts of it
   */
  of(
    close: RegularClose,
    segments: CompactSegments,
    tally: Tally,
    { capture, epoch, twoMsl }: RegularPlace,
  ): Uint8Array {
    const { line, outline } = this;
    const { kind } = close;
    const { frames, count, clientPort } = segments;
    const { client, server } = tally;
    const { closer, closerState, peerState, last } = outline.fill(close, segments, twoMsl);
    this.times.length = 0;
    this.timeLength.fill(0);
    line.length = 0;
    line.put(BEFORE.id);
    line.number(close.id);
    line.put(BEFORE.clientAddress);
    line.text(client);
    line.put(BEFORE.clientPort);
    line.number(clientPort);
    line.put(BEFORE.serverAddress);
    line.text(server.address);
    line.put(BEFORE.serverPort);
    line.number(server.port);
    line.put(BEFORE.capture);
    line.number(capture);
    line.put(BEFORE.firstFrame);
    line.number(frames[0] ?? 0);
    line.put(BEFORE.lastFrame);
    line.number(frames[last] ?? 0);
    line.put(BEFORE.frames);
    line.number(count);
    line.put(BEFORE.start);
    this.time(0, epoch, segments, false);
    line.put(BEFORE.end);
    this.time(last, epoch, segments, false);
    line.put(BEFORE.clientBytes);
    line.number(bytesOf(segments, 'client'));
    line.put(BEFORE.serverBytes);
    line.number(bytesOf(segments, 'server'));
    line.put(BEFORE.kind);
    line.text(tally.way.kind);
    line.put(BEFORE.closer);
    line.text(tally.way.closer);
    line.put(BEFORE.closeStart);
    this.time(kind === OPEN ? NONE : outline.first, epoch, segments, true);
    line.put(BEFORE.duration);
    line.seconds(tally.duration);
    line.put(BEFORE.idle);
    line.seconds(tally.idle);
    line.put(BEFORE.cause);
    const cause = causeOfRegular(kind, segments, outline);
    line.text(cause === null ? 'null' : JSON.stringify(cause));
    line.put(BEFORE.clientState);
    line.text(closer === 'client' ? closerState : peerState);
    line.put(BEFORE.serverState);
    line.text(closer === 'client' ? peerState : closerState);
    line.put(BEFORE.vantage);
    const vantage = vantageIn(segments);
    line.text(vantage === null ? 'null' : `"${vantage}"`);
    line.put(BEFORE.history);
    line.text(historyOf(segments));
    line.put(BEFORE.transitions);
    for (let index = 0; index < outline.count; index++)
      this.transition(index, close, segments, epoch, twoMsl);
    line.put(BEFORE.findings);
    this.findings(kind, noteOf(kind, segments, outline), tally);
    line.put(BEFORE.filter);
    this.filter(close.ipv6 ? FILTER_IPV6 : FILTER_IPV4, clientPort, tally);
    line.put(BEFORE.lineEnd);
    return line.all;
  }

  private filter(pieces: typeof FILTER_IPV4, clientPort: number, { client, server }: Tally): void {
    const { line } = this;
    line.put(pieces.clientAddress);
    line.text(client);
    line.put(pieces.serverAddress);
    line.text(server.address);
    line.put(pieces.clientPort);
    line.number(clientPort);
    line.put(pieces.serverPort);
    line.number(server.port);
    line.put(pieces.end);
  }

  private findings(kind: number, noted: Note | null, { server, service }: Tally): void {
    const { line } = this;
    if (noted === null || kind === HALF_CLOSE) {
      line.text(JSON.stringify(findingsOf(noted, server)));
      return;
    }
    const { frames, side } = noted.fact;
    const pieces = this.notes.of(service, 2 * kind + (side === 'server' ? 1 : 0), noted, server);
    line.put(pieces.frames);
    for (let index = 0; index < frames.length; index++) {
      if (index > 0) line.put(COMMA);
      line.number(frames[index] ?? 0);
    }
    line.put(pieces.end);
  }

  private transition(
    index: number,
    close: RegularClose,
    segments: CompactSegments,
    epoch: bigint,
    twoMsl: number,
  ): void {
    const { line, outline } = this;
    const made = outline.made[index] ?? NONE;
    const by = outline.by[index] ?? NONE;
    const pieces = (by === NONE ? ASSUMED : PROVEN)[outline.steps[index] ?? 0];
    if (pieces === undefined) return;
    line.put(pieces.frame);
    if (made === NONE) {
      line.put(NULL);
      line.put(pieces.time);
      line.text(formatTimestamp(epoch, close.end + twoMsl));
    } else {
      line.number(segments.frames[made] ?? 0);
      line.put(pieces.time);
      this.time(made, epoch, segments, false);
    }
    line.put(pieces.after);
    this.time(outline.after[index] ?? NONE, epoch, segments, true);
    line.put(pieces.by);
    this.time(by, epoch, segments, true);
    line.put(pieces.status);
  }

  /** Puts the time of a segment; null where there is none. */
  private time(index: number, epoch: bigint, segments: CompactSegments, quoted: boolean): void {
    if (index === NONE) {
      this.line.put(NULL);
      return;
    }
    if (this.timeLength[index] === 0) this.writeTime(index, epoch, segments.times[index] ?? 0);
    const at = this.timeAt[index] ?? 0;
    const length = this.timeLength[index] ?? 0;
    if (quoted) this.line.part(this.times, at, length);
    else this.line.part(this.times, at + 1, length - 2);
  }

  private writeTime(index: number, epoch: bigint, time: number): void {
    const { times } = this;
    const from = times.length;
    const { seconds, nanoseconds } = placeInTime(epoch, time);
    times.put(QUOTE);
    if (!(seconds >= 0 && seconds <= Number.MAX_SAFE_INTEGER)) {
      times.text(formatTimestamp(epoch, time));
    } else {
      times.number(seconds);
      times.put(POINT);
      times.nineDigits(nanoseconds);
    }
    times.put(QUOTE);
    this.timeAt[index] = from;
    this.timeLength[index] = times.length - from;
  }
}
