import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import {
  ABORT,
  FOUR_WAY,
  HALF_CLOSE,
  HALF_OPEN,
  OPEN,
  REFUSED,
  RESET_AFTER_FIN,
  STRAY_ACK,
  STRAY_RST,
  STRAY_RST_ACK,
  STRAY_SYN_ACK,
  THREE_WAY,
  UNANSWERED,
} from './close-codes.ts';
import type { CompactSegments } from './compact-segments.ts';
import type { RegularClose } from './regular-close.ts';
import { type Shape, shapeFrom, shapeOf } from './shape.ts';
import { ByNumbers, Template } from './template.ts';

/** Shapes that are kept at hand; when there are more, their templates are made anew. */
const MOST_SHAPES = 4096;

/** The times that are known of a regular ending without its segments. */
export const ENDING_TIMES = ['before', 'start', 'covered', 'answered', 'end'] as const;
export type EndingTime = (typeof ENDING_TIMES)[number];

/** A template of all endings of a kind, of which more than {@link ENDING_TIMES} is not known: what does not need more holds. */
export interface KindTemplate {
  /** Its number among those that there are by now, from 0. */
  readonly index: number;
  readonly kind: number;
  readonly template: Template;
  /** The segment that came at each of the times; the last of those that a kind does not have. */
  readonly places: Readonly<Record<EndingTime, number>>;
}

/** What decides on the template of a kind. */
type Ending = Pick<RegularClose, 'kind' | 'byServer' | 'end' | 'until'>;

/**
 * What is said at two times behind the last segment, and how near to each other these are known to be: rules ask whether some time
 * has passed, so that it is said up to one time, and the other from a later one on.
 */
interface Span {
  readonly early: KindTemplate;
  readonly late: KindTemplate;
  /** Nanoseconds, as the next ones: `early` holds from one to the other, and `late` from the third to the fourth. */
  readonly from: number;
  earlyUntil: number;
  lateFrom: number;
  readonly to: number;
}

/** Templates by shape. The plain path is asked the first time that a shape comes. */
export class Templates {
  private readonly profile: Profile;
  private readonly linger: number;
  private readonly byShape: Map<Shape, Template | null> = new Map();
  private readonly byKind: (KindTemplate | undefined)[] = [];
  /** Of endings of which `end` is all that is known of their times: by kind and power of ten, and the newest. */
  private readonly spans: Map<string, Span> = new Map();
  private readonly newest: (Span | undefined)[] = [];
  private readonly all: KindTemplate[] = [];

  /** @param linger seconds that a side may take to close */
  constructor(profile: Profile, linger: number) {
    this.profile = profile;
    this.linger = linger;
  }

  /** The template of a regular ending; null where its numbers decide what its shape should. */
  of({ kind, until, end }: RegularClose, segments: CompactSegments): Template | null {
    const shape = shapeOf(segments, kind <= HALF_CLOSE && until > end + twoMslOf(this.profile));
    const known = this.byShape.get(shape);
    if (known !== undefined) return known;
    if (this.byShape.size >= MOST_SHAPES) this.byShape.clear();
    const made = this.learn(shape);
    this.byShape.set(shape, made);
    return made;
  }

  /** What holds of all regular endings of a kind, by whoever closed first. */
  ofKind(close: Ending): KindTemplate {
    const at = 2 * close.kind + (close.byServer ? 1 : 0);
    if (close.kind >= UNANSWERED) return this.ofLittle(at, close);
    let known = this.byKind[at];
    if (known === undefined) {
      known = this.exampleOf(close, 0);
      this.byKind[at] = known;
    }
    return known;
  }

  /** Of those of which so little is there that the time behind them may decide. */
  private ofLittle(at: number, close: Ending): KindTemplate {
    const wait = close.until - close.end;
    let span = this.newest[at];
    if (span === undefined || wait < span.from || wait >= span.to) {
      span = this.spanOf(close, wait);
      this.newest[at] = span;
    }
    if (wait <= span.earlyUntil) return span.early;
    if (wait >= span.lateFrom) return span.late;
    const template = this.exampleOf(close, wait);
    if (template === span.early) span.earlyUntil = wait;
    if (template === span.late) span.lateFrom = wait;
    return template;
  }

  private spanOf(close: Ending, wait: number): Span {
    const from = wait < 1 ? 0 : 10 ** Math.floor(Math.log10(wait));
    const to = wait < 1 ? 1 : 10 * from;
    const key = `${close.kind} ${close.byServer} ${from}`;
    let span = this.spans.get(key);
    if (span === undefined) {
      const early = this.exampleOf(close, from);
      const late = this.exampleOf(close, to);
      span = { early, late, from, earlyUntil: early === late ? to : from, lateFrom: to, to };
      this.spans.set(key, span);
    }
    return span;
  }

  /** One that was made before, where nothing differs. */
  private exampleOf({ kind, byServer }: Ending, wait: number): KindTemplate {
    const { shape, places } = shapeOfKind(kind, byServer);
    const template = new Template(shape, this.profile, this.linger, wait);
    const same = this.all.find((one) => one.template.outline === template.outline && one.kind === kind);
    if (same) return same;
    const made = { index: this.all.length, kind, template, places };
    this.all.push(made);
    return made;
  }

  private learn(shape: Shape): Template | null {
    try {
      return new Template(shape, this.profile, this.linger);
    } catch (error) {
      if (error instanceof ByNumbers) return null;
      throw error;
    }
  }
}

type Sent = { readonly of: 'closer' | 'peer'; readonly flags: number; readonly hasPayload?: boolean };

/** How each kind of regular ending goes on behind an exchange; the first one begins the close. */
const ENDINGS: Readonly<Record<number, readonly Sent[]>> = {
  [FOUR_WAY]: [
    { of: 'closer', flags: FIN | ACK },
    { of: 'peer', flags: ACK },
    { of: 'peer', flags: FIN | ACK },
    { of: 'closer', flags: ACK },
  ],
  [THREE_WAY]: [
    { of: 'closer', flags: FIN | ACK },
    { of: 'peer', flags: FIN | ACK },
    { of: 'closer', flags: ACK },
  ],
  [HALF_CLOSE]: [
    { of: 'closer', flags: FIN | ACK },
    { of: 'peer', flags: ACK, hasPayload: true },
    { of: 'closer', flags: ACK },
    { of: 'peer', flags: FIN | ACK },
    { of: 'closer', flags: ACK },
  ],
  [ABORT]: [{ of: 'closer', flags: RST | ACK }],
  [RESET_AFTER_FIN]: [
    { of: 'closer', flags: FIN | ACK },
    { of: 'peer', flags: ACK },
    { of: 'closer', flags: RST | ACK },
  ],
  [OPEN]: [],
};

/** Those that do not begin with an exchange: all of their segments. Who opens, or sends what is a stray, counts as who closes. */
const LITTLE: Readonly<Record<number, readonly Sent[]>> = {
  [REFUSED]: [
    { of: 'peer', flags: SYN },
    { of: 'closer', flags: RST | ACK },
  ],
  [UNANSWERED]: [{ of: 'closer', flags: SYN }],
  [HALF_OPEN]: [
    { of: 'closer', flags: SYN },
    { of: 'peer', flags: SYN | ACK },
  ],
  [STRAY_RST]: [{ of: 'closer', flags: RST }],
  [STRAY_RST_ACK]: [{ of: 'closer', flags: RST | ACK }],
  [STRAY_ACK]: [{ of: 'closer', flags: ACK }],
  [STRAY_SYN_ACK]: [{ of: 'closer', flags: SYN | ACK }],
};

/** An opening, a request and its answer. */
const EXCHANGE = [
  { fromServer: false, flags: SYN, hasPayload: false },
  { fromServer: true, flags: SYN | ACK, hasPayload: false },
  { fromServer: false, flags: ACK, hasPayload: false },
  { fromServer: false, flags: ACK, hasPayload: true },
  { fromServer: true, flags: ACK, hasPayload: true },
  { fromServer: false, flags: ACK, hasPayload: false },
] as const;

/** The shape of an example of a kind, and where its times stand. */
function shapeOfKind(kind: number, byServer: boolean): { shape: Shape; places: KindTemplate['places'] } {
  const opening = kind in LITTLE ? [] : EXCHANGE;
  const ending = (LITTLE[kind] ?? ENDINGS[kind] ?? []).map(({ of, flags, hasPayload = false }) => {
    return { fromServer: (of === 'closer') === byServer, flags, hasPayload };
  });
  // Of a SYN that is refused, the RST begins the close.
  const start = opening.length === 0 ? ending.length - 1 : opening.length;
  const end = opening.length + ending.length - 1;
  const isPeers = ({ fromServer }: { fromServer: boolean }): boolean => fromServer !== byServer;
  const covered = start + ending.findIndex(isPeers);
  // The second FIN, or the RST behind the first.
  const answered = start + ending.findIndex(({ flags }, index) => index > 0 && (flags & (FIN | RST)) !== 0);
  const places = { before: Math.max(0, start - 1), start, covered, answered, end };
  return { shape: shapeFrom([...opening, ...ending]), places };
}
