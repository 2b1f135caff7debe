/**
 * The line of a regular ending in NDJSON: what `connectionLine` makes of its report, put together as bytes without making
 * that report. How such a line looks is taken from there.
 */

import { type Profile, twoMslOf } from '../../machine/profile.ts';
import { connectionLine } from '../../report/formats/format-ndjson.ts';
import { jsonText } from '../../report/json-text.ts';
import type { Tally } from '../../report/summary/tally.ts';
import { formatTimestamp, placeInTime } from '../../report/timestamp.ts';
import { OPEN } from '../close-codes.ts';
import type { CompactSegments } from '../compact-segments.ts';
import { MOST_SEGMENTS } from '../memory-map.ts';
import { NONE, type Note, type Step, type Template } from '../template.ts';
import type { Templates } from '../templates.ts';
import { LineBytes, Piece } from './line-bytes.ts';
import { BEFORE, FILTER_IPV4, FILTER_IPV6, NotePieces, StepPieces } from './line-pieces.ts';
import {
  bytesOf,
  causeOf,
  findingsOf,
  type RegularEnding,
  type RegularReports,
  vantageIn,
} from './regular-report.ts';

const encoder = new TextEncoder();
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
  private readonly templates: Templates;
  private readonly reports: RegularReports;
  /** Nanoseconds. */
  private readonly twoMsl: number;
  private readonly line = new LineBytes(LONGEST);
  private readonly notes = new NotePieces();
  private readonly steps = new StepPieces();
  /** Times of segments, with quotes, where they have been asked for: where each begins, and how long it is. */
  private readonly times = new LineBytes((MOST_SEGMENTS + 1) * LONGEST_TIME);
  private readonly timeAt = new Int32Array(MOST_SEGMENTS);
  private readonly timeLength = new Int32Array(MOST_SEGMENTS);

  constructor(templates: Templates, reports: RegularReports, profile: Profile) {
    this.templates = templates;
    this.reports = reports;
    this.twoMsl = twoMslOf(profile);
  }

  /** The line as bytes, valid until the next. */
  of(ending: RegularEnding): Uint8Array {
    const { close, segments, tally, capture, epoch } = ending;
    const template = this.templates.of(close, segments);
    if (template === null) return encoder.encode(connectionLine(this.reports.of(ending)));
    const { line } = this;
    const { frames, count, clientPort } = segments;
    const { client, server } = tally;
    const last = count - 1;
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
    line.number(bytesOf(segments, 0));
    line.put(BEFORE.serverBytes);
    line.number(bytesOf(segments, 1));
    line.put(BEFORE.kind);
    line.text(template.close.kind);
    line.put(BEFORE.closer);
    line.text(template.close.closer);
    line.put(BEFORE.closeStart);
    this.time(close.kind === OPEN ? NONE : template.start, epoch, segments, true);
    line.put(BEFORE.duration);
    line.seconds(tally.duration);
    line.put(BEFORE.idle);
    line.seconds(tally.idle);
    line.put(BEFORE.cause);
    const cause = causeOf(template, segments);
    line.text(cause === null ? 'null' : JSON.stringify(cause));
    line.put(BEFORE.clientState);
    line.text(template.final.client);
    line.put(BEFORE.serverState);
    line.text(template.final.server);
    line.put(BEFORE.vantage);
    const vantage = vantageIn(segments);
    line.text(vantage === null ? 'null' : `"${vantage}"`);
    line.put(BEFORE.history);
    line.text(template.history);
    line.put(BEFORE.verdict);
    line.text(template.verdict);
    line.put(BEFORE.transitions);
    template.steps.forEach((step, index) => {
      if (index > 0) line.put(COMMA);
      this.step(step, segments, epoch);
    });
    line.put(BEFORE.findings);
    this.findings(template, ending);
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

  private findings(template: Template, ending: RegularEnding): void {
    const { line } = this;
    const { notes } = template;
    if (notes.length !== 1 || notes[0]?.isMeasured) {
      line.text(jsonText(findingsOf(ending, template)));
      return;
    }
    const { tally, segments } = ending;
    const pieces = this.notes.of(tally.service, notes[0] as Note, tally.server);
    const places = notes[0]?.fact.frames ?? [];
    line.put(pieces.frames);
    for (let index = 0; index < places.length; index++) {
      if (index > 0) line.put(COMMA);
      line.number(segments.frames[places[index] ?? 0] ?? 0);
    }
    line.put(pieces.end);
  }

  private step(step: Step, segments: CompactSegments, epoch: bigint): void {
    const { line } = this;
    const pieces = this.steps.of(step);
    line.put(pieces.frame);
    if (step.at === NONE) {
      line.put(NULL);
      line.put(pieces.time);
      line.text(formatTimestamp(epoch, (segments.times[step.after] ?? 0) + this.twoMsl));
    } else {
      line.number(segments.frames[step.at] ?? 0);
      line.put(pieces.time);
      this.time(step.at, epoch, segments, false);
    }
    line.put(pieces.after);
    this.time(step.after, epoch, segments, true);
    line.put(pieces.by);
    this.time(step.by, epoch, segments, true);
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
