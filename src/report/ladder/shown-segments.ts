import { ACK, SYN } from '../../decode/segment.ts';
import { createOptions, type TcpOptions } from '../../decode/tcp-options.ts';
import type { Flow } from '../../flow/flow.ts';
import { endOf, has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { after, distance, latest, unsigned } from '../../machine/sequence.ts';
import { peerOf, type Side, type State } from '../../machine/state.ts';
import type { ReportedConnection, ShownSegment } from '../report.ts';
import { formatTimestamp } from '../timestamp.ts';
import { plural } from '../wording.ts';
import { optionTexts } from './option-text.ts';

/** A segment of a connection, on its way to be shown. */
export interface KeptSegment {
  readonly frame: number;
  /** Nanoseconds since the epoch that it is shown with. */
  readonly time: number;
  readonly from: Side;
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly window: number;
  readonly options: TcpOptions;
}

/** Segments of one connection with both sides' labels after each. */
export function showSegments(
  kept: readonly KeptSegment[],
  connection: ReportedConnection,
  epoch: bigint,
): ShownSegment[] {
  const initial = { client: initialOf(kept, 'client'), server: initialOf(kept, 'server') };
  const labels = new Labels(connection);
  return kept.map((segment) => {
    const time = formatTimestamp(epoch, segment.time);
    return { ...describe(segment, initial), time, ...labels.after(segment.frame, time) };
  });
}

/**
 * What a checked connection still has of its segments: the opening, the last before the closing, and the closing. Of the
 * options it has the window scale and the timestamps.
 */
export function loggedSegments({ segments, announced }: Flow): KeptSegment[] {
  return segments.map((segment) => {
    const options = createOptions();
    const scale = announced[segment.from].offeredScale;
    if (has(segment, SYN) && scale !== null) {
      options.hasWindowScale = true;
      options.windowScale = scale;
    }
    if (segment.timestamp !== null) {
      options.hasTimestamps = true;
      options.timestampValue = segment.timestamp;
      options.timestampEcho = segment.timestampEcho ?? 0;
    }
    return { ...segment, options };
  });
}

/** What to say, by frame, of data that was counted and not kept segment by segment. */
export function remarksOn(segments: readonly LoggedSegment[]): Map<number, string> {
  const seen: Partial<Record<Side, number>> = {};
  const remarks = new Map<number, string>();
  for (const segment of segments) {
    const { frame, from, highBefore, count } = segment;
    const known = seen[from];
    if (known !== undefined && after(highBefore, known)) remarks.set(frame, `… data of the ${from} left out`);
    if (count > 1) remarks.set(frame, `… ${plural(count, 'segment')} of the ${from} in one line`);
    seen[from] = latest(latest(known ?? highBefore, highBefore), endOf(segment));
  }
  return remarks;
}

const FLAG_LETTERS = [...'FSRPAUEC'];

function describe(
  { frame, from, flags, seq, ack, length, window, options }: KeptSegment,
  initial: Readonly<Record<Side, number>>,
): Omit<ShownSegment, 'time' | Side> {
  const peer = initial[peerOf(from)];
  const acknowledges = (flags & ACK) !== 0;
  return {
    frame,
    from,
    flags: FLAG_LETTERS.filter((_, bit) => flags & (1 << bit)).join(''),
    seq: unsigned(seq),
    ack: acknowledges ? unsigned(ack) : null,
    relativeSeq: distance(initial[from], seq),
    relativeAck: acknowledges ? distance(peer, ack) : null,
    len: length,
    window,
    options: optionTexts(options, peer),
  };
}

/** What relative numbers count from: the SYN, else the first number seen, else the first that the peer acknowledged. */
function initialOf(kept: readonly KeptSegment[], side: Side): number {
  const own = kept.filter(({ from }) => from === side);
  const first = own.find(({ flags }) => flags & SYN) ?? own[0];
  if (first) return first.seq;
  const answer = kept.find(({ flags }) => flags & ACK);
  return answer ? (answer.ack - 1) | 0 : 0;
}

/** Both sides' states as the capture goes on. */
class Labels {
  private readonly transitions: ReportedConnection['transitions'];
  private readonly now: Record<Side, State>;
  private next = 0;

  constructor({ transitions, final }: ReportedConnection) {
    this.transitions = transitions;
    const initial = (side: Side): State =>
      transitions.find((transition) => transition.side === side)?.from ?? final[side];
    this.now = { client: initial('client'), server: initial('server') };
  }

  after(frame: number, time: string): Readonly<Record<Side, State>> {
    for (;;) {
      const transition = this.transitions[this.next];
      const happened =
        transition && (transition.frame === null ? transition.time <= time : transition.frame <= frame);
      if (!happened) return { ...this.now };
      this.now[transition.side] = transition.to;
      this.next += 1;
    }
  }
}
