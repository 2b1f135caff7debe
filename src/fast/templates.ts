import { ACK, FIN, RST, SYN } from '../decode/segment.ts';
import { type Profile, twoMslOf } from '../machine/profile.ts';
import { ABORT, FOUR_WAY, HALF_CLOSE, OPEN, RESET_AFTER_FIN, THREE_WAY } from './close-codes.ts';
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
  readonly template: Template;
  /** The segment that came at each of the times; the last of those that a kind does not have. */
  readonly places: Readonly<Record<EndingTime, number>>;
}

/** The number of a kind of ending, by whoever closed first. */
export function kindNumber({ kind, byServer }: Pick<RegularClose, 'kind' | 'byServer'>): number {
  return 2 * kind + (byServer ? 1 : 0);
}

/** Templates by shape. The plain path is asked the first time that a shape comes. */
export class Templates {
  private readonly profile: Profile;
  private readonly linger: number;
  private readonly byShape: Map<Shape, Template | null> = new Map();
  private readonly byKind: (KindTemplate | undefined)[] = [];

  /** @param linger seconds that a side may take to close */
  constructor(profile: Profile, linger: number) {
    this.profile = profile;
    this.linger = linger;
  }

  /** The template of a regular ending; null where its numbers decide what its shape should. */
  of({ kind, until, end }: RegularClose, segments: CompactSegments): Template | null {
    const entersTimeWait = kind !== OPEN && kind !== ABORT && kind !== RESET_AFTER_FIN;
    const shape = shapeOf(segments, entersTimeWait && until > end + twoMslOf(this.profile));
    const known = this.byShape.get(shape);
    if (known !== undefined) return known;
    if (this.byShape.size >= MOST_SHAPES) this.byShape.clear();
    const made = this.learn(shape);
    this.byShape.set(shape, made);
    return made;
  }

  /** What holds of all regular endings of a kind, by whoever closed first. */
  ofKind(close: Pick<RegularClose, 'kind' | 'byServer'>): KindTemplate {
    const at = kindNumber(close);
    let known = this.byKind[at];
    if (known === undefined) {
      const { shape, places } = exampleOf(close.kind, close.byServer);
      known = { template: new Template(shape, this.profile, this.linger), places };
      this.byKind[at] = known;
    }
    return known;
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
function exampleOf(kind: number, byServer: boolean): { shape: Shape; places: KindTemplate['places'] } {
  const ending = (ENDINGS[kind] ?? []).map(({ of, flags, hasPayload = false }) => {
    return { fromServer: (of === 'closer') === byServer, flags, hasPayload };
  });
  const start = EXCHANGE.length;
  const end = start + ending.length - 1;
  const isPeers = ({ fromServer }: { fromServer: boolean }): boolean => fromServer !== byServer;
  const covered = start + ending.findIndex(isPeers);
  // The second FIN, or the RST behind the first.
  const answered = start + ending.findIndex(({ flags }, index) => index > 0 && (flags & (FIN | RST)) !== 0);
  const places = { before: start - 1, start, covered, answered, end };
  return { shape: shapeFrom([...EXCHANGE, ...ending]), places };
}
