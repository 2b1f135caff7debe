import type { RecordBatch } from '../capture/record.ts';
import type { IcmpError } from './network/icmp-error.ts';
import type { Segment } from './segment.ts';

/** Takes every TCP segment of a capture in file order, synchronously. */
export interface SegmentSink {
  segment(segment: Segment): void;
  /** Where there is one, it takes the ICMP errors about segments, as they come between these; the object is reused. */
  unreachable?(error: IcmpError): void;
  /** Where there is one, it may take packets from the beginning of a run, each as {@link segment} would. */
  packets?(run: RecordBatch): void;
  /** Where there is one, it is best if the bytes of the capture stand there. */
  readonly block?: Uint8Array | null;
}
