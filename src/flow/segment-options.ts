import { contentOf } from '../decode/content.ts';
import { OTHER } from '../decode/content-codes.ts';
import { checksumOf } from '../decode/network/checksum.ts';
import { FIN, RST, type Segment, SYN } from '../decode/segment.ts';
import {
  createOptions,
  isSigned,
  readOptions,
  type TcpOptions,
  timestampOffset,
} from '../decode/tcp-options.ts';
import {
  FAST_OPEN,
  MULTIPATH,
  SCALE_KNOWN,
  SCALE_OFFERED,
  SCALE_SHIFT,
  SIGNED,
  SUM_RIGHT,
  TIMESTAMPS_ANNOUNCED,
} from './announced.ts';

/** What a connection keeps of a segment besides its header: its options, its payload and its checksum, as numbers. */
export interface OptionNumbers {
  /** There is a timestamps option: the next two are its value and its echo (RFC 7323 3.2). */
  timed: boolean;
  timestamp: number;
  echo: number;
  /** What a SYN announces, as bits of `SENT_BITS`; 0 for any other segment. */
  announced: number;
  /** There is a signature: TCP-AO or MD5. */
  signed: boolean;
  /** What its payload is: a number of `content-codes.ts`. */
  content: number;
  /** The checksum of a FIN or an RST is wrong; false for any other segment. */
  wrongSum: boolean;
}

export function createOptionNumbers(): OptionNumbers {
  return {
    timed: false,
    timestamp: 0,
    echo: 0,
    announced: 0,
    signed: false,
    content: OTHER,
    wrongSum: false,
  };
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
    numbers.signed = segment.optionsLength !== 0 && isSigned(segment);
    numbers.content = segment.length === 0 ? OTHER : contentOf(segment);
    numbers.wrongSum = (segment.flags & (FIN | RST)) !== 0 && checksumOf(segment) === 'wrong';
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
    if (options.hasWindowScale) bits |= SCALE_OFFERED;
    if (checksumOf(segment) === 'right') bits |= SUM_RIGHT;
    if (options.hasTimestamps) bits |= TIMESTAMPS_ANNOUNCED;
    if (options.hasFastOpen) bits |= FAST_OPEN;
    if (options.hasMultipath) bits |= MULTIPATH;
    if (options.hasAuthentication) bits |= SIGNED;
    return bits;
  }
}
