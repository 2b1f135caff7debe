import { type Segment, SYN } from '../decode/segment.ts';
import { createOptions, readOptions, type TcpOptions, timestampOffset } from '../decode/tcp-options.ts';
import { FAST_OPEN, MULTIPATH, SCALE_KNOWN, SCALE_SHIFT, SIGNED, TIMESTAMPS_ANNOUNCED } from './announced.ts';

/** What a connection keeps of a segment's options, as numbers. */
export interface OptionNumbers {
  /** There is a timestamps option: the next two are its value and its echo (RFC 7323 3.2). */
  timed: boolean;
  timestamp: number;
  echo: number;
  /** What a SYN announces, as bits of `SENT_BITS`; 0 for any other segment. */
  announced: number;
}

export function createOptionNumbers(): OptionNumbers {
  return { timed: false, timestamp: 0, echo: 0, announced: 0 };
}

/** Reads the options of segments into one object, over and over. */
export class OptionReader {
  readonly numbers: OptionNumbers = createOptionNumbers();
  private readonly options: TcpOptions = createOptions();

  read(segment: Segment): OptionNumbers {
    const { numbers } = this;
    const at = segment.optionsLength === 0 ? -1 : timestampOffset(segment);
    numbers.timed = at >= 0;
    numbers.timestamp = at < 0 ? 0 : segment.view.getInt32(at);
    numbers.echo = at < 0 ? 0 : segment.view.getInt32(at + 4);
    numbers.announced = segment.flags & SYN ? this.announced(segment) : 0;
    return numbers;
  }

  private announced(segment: Segment): number {
    const { options } = this;
    readOptions(segment, options);
    let bits = 0;
    if (!options.cut) {
      const scale = options.hasWindowScale ? Math.min(options.windowScale, 14) : 0;
      bits |= SCALE_KNOWN | (scale << SCALE_SHIFT);
    }
    if (options.hasTimestamps) bits |= TIMESTAMPS_ANNOUNCED;
    if (options.hasFastOpen) bits |= FAST_OPEN;
    if (options.hasMultipath) bits |= MULTIPATH;
    if (options.hasAuthentication) bits |= SIGNED;
    return bits;
  }
}
