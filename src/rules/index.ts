import { ackOfUnsent } from './ack-of-unsent.ts';
import { ackPastFin } from './ack-past-fin.ts';
import { connectionAbandoned } from './connection-abandoned.ts';
import { dataAfterFin } from './data-after-fin.ts';
import { finMoved } from './fin-moved.ts';
import { finNotAcknowledged } from './fin-not-acknowledged.ts';
import { finRetransmitted } from './fin-retransmitted.ts';
import { halfClose } from './half-close.ts';
import { lastAckMissing } from './last-ack-missing.ts';
import { missingFin } from './missing-fin.ts';
import { rstAfterFin } from './rst-after-fin.ts';
import { rstIgnored } from './rst-ignored.ts';
import { rstMalformed } from './rst-malformed.ts';
import { rstOnClose } from './rst-on-close.ts';
import { rstOutOfWindow } from './rst-out-of-window.ts';
import type { Rule } from './rule.ts';
import { simultaneousClose } from './simultaneous-close.ts';
import { threeWayClose } from './three-way-close.ts';
import { timeWaitAssassinated } from './time-wait-assassinated.ts';
import { timeWaitCutShort } from './time-wait-cut-short.ts';
import { timeWaitReuse } from './time-wait-reuse.ts';
import { timeWaitUnsafeReuse } from './time-wait-unsafe-reuse.ts';

/** Every rule, in the order of the catalogue: closing with FIN, resets, TIME_WAIT and reuse. */
export const RULES: readonly Rule[] = [
  missingFin,
  connectionAbandoned,
  finNotAcknowledged,
  lastAckMissing,
  finMoved,
  dataAfterFin,
  ackPastFin,
  ackOfUnsent,
  finRetransmitted,
  threeWayClose,
  simultaneousClose,
  halfClose,
  rstOnClose,
  rstAfterFin,
  rstMalformed,
  rstIgnored,
  rstOutOfWindow,
  timeWaitCutShort,
  timeWaitUnsafeReuse,
  timeWaitReuse,
  timeWaitAssassinated,
];
