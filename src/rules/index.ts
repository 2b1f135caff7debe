import { ackGoesBack } from './ack-goes-back.ts';
import { ackOfUnsent } from './ack-of-unsent.ts';
import { ackPastFin } from './ack-past-fin.ts';
import { challengeAckFlood } from './challenge-ack-flood.ts';
import { challengeAckMissing } from './challenge-ack-missing.ts';
import { closeBlocked } from './close-blocked.ts';
import { closingNotKept } from './closing-not-kept.ts';
import { closingWithoutFin } from './closing-without-fin.ts';
import { connectionAbandoned } from './connection-abandoned.ts';
import { dataAfterFin } from './data-after-fin.ts';
import { dataNotAcknowledged } from './data-not-acknowledged.ts';
import { earlyFinProcessed } from './early-fin-processed.ts';
import { finAckSlow } from './fin-ack-slow.ts';
import { finMoved } from './fin-moved.ts';
import { finNoBackoff } from './fin-no-backoff.ts';
import { finNotAcknowledged } from './fin-not-acknowledged.ts';
import { finNotRetransmitted } from './fin-not-retransmitted.ts';
import { finRetransmitted } from './fin-retransmitted.ts';
import { finWait2Lingering } from './fin-wait-2-lingering.ts';
import { finWithoutAck } from './fin-without-ack.ts';
import { finWithoutTimestamps } from './fin-without-timestamps.ts';
import { halfClose } from './half-close.ts';
import { lastAckMissing } from './last-ack-missing.ts';
import { missingFin } from './missing-fin.ts';
import { oldDuplicateAccepted } from './old-duplicate-accepted.ts';
import { rstAfterFin } from './rst-after-fin.ts';
import { rstAnswered } from './rst-answered.ts';
import { rstAnswersRst } from './rst-answers-rst.ts';
import { rstFromClosing } from './rst-from-closing.ts';
import { rstIgnored } from './rst-ignored.ts';
import { rstInSynchronized } from './rst-in-synchronized.ts';
import { rstInexactObeyed } from './rst-inexact-obeyed.ts';
import { rstInjected } from './rst-injected.ts';
import { rstMalformed } from './rst-malformed.ts';
import { rstOnClose } from './rst-on-close.ts';
import { rstOutOfWindow } from './rst-out-of-window.ts';
import type { Rule } from './rule.ts';
import { simultaneousClose } from './simultaneous-close.ts';
import { synResetInSynchronized } from './syn-reset-in-synchronized.ts';
import { synUnanswered } from './syn-unanswered.ts';
import { threeWayClose } from './three-way-close.ts';
import { timeWaitAssassinated } from './time-wait-assassinated.ts';
import { timeWaitChatter } from './time-wait-chatter.ts';
import { timeWaitCutShort } from './time-wait-cut-short.ts';
import { timeWaitRefused } from './time-wait-refused.ts';
import { timeWaitReuse } from './time-wait-reuse.ts';
import { timeWaitSilent } from './time-wait-silent.ts';
import { timeWaitUnsafeReuse } from './time-wait-unsafe-reuse.ts';

/** Every rule, in the order of the catalogue: closing with FIN, resets, TIME_WAIT and reuse. */
export const RULES: readonly Rule[] = [
  missingFin,
  connectionAbandoned,
  finNotAcknowledged,
  lastAckMissing,
  finMoved,
  dataNotAcknowledged,
  dataAfterFin,
  ackPastFin,
  ackOfUnsent,
  earlyFinProcessed,
  finNotRetransmitted,
  finNoBackoff,
  finRetransmitted,
  finWithoutAck,
  finAckSlow,
  closingWithoutFin,
  ackGoesBack,
  closeBlocked,
  finWait2Lingering,
  finWithoutTimestamps,
  threeWayClose,
  simultaneousClose,
  halfClose,
  closingNotKept,
  rstOnClose,
  rstAfterFin,
  rstMalformed,
  rstAnswersRst,
  rstInSynchronized,
  rstFromClosing,
  rstIgnored,
  rstInexactObeyed,
  rstOutOfWindow,
  rstAnswered,
  rstInjected,
  challengeAckMissing,
  challengeAckFlood,
  synResetInSynchronized,
  timeWaitCutShort,
  timeWaitSilent,
  timeWaitUnsafeReuse,
  timeWaitReuse,
  timeWaitRefused,
  synUnanswered,
  timeWaitAssassinated,
  oldDuplicateAccepted,
  timeWaitChatter,
];
