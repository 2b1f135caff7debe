import { ackGoesBack } from './fin/ack-goes-back.ts';
import { ackOfUnsent } from './fin/ack-of-unsent.ts';
import { ackPastFin } from './fin/ack-past-fin.ts';
import { closeBlocked } from './fin/close-blocked.ts';
import { closingNotKept } from './fin/closing-not-kept.ts';
import { closingWithoutFin } from './fin/closing-without-fin.ts';
import { connectionAbandoned } from './fin/connection-abandoned.ts';
import { dataAfterFin } from './fin/data-after-fin.ts';
import { dataNotAcknowledged } from './fin/data-not-acknowledged.ts';
import { earlyFinProcessed } from './fin/early-fin-processed.ts';
import { finAckSlow } from './fin/fin-ack-slow.ts';
import { finMoved } from './fin/fin-moved.ts';
import { finNoBackoff } from './fin/fin-no-backoff.ts';
import { finNotAcknowledged } from './fin/fin-not-acknowledged.ts';
import { finNotRetransmitted } from './fin/fin-not-retransmitted.ts';
import { finRetransmitted } from './fin/fin-retransmitted.ts';
import { finWait2Lingering } from './fin/fin-wait-2-lingering.ts';
import { finWithoutAck } from './fin/fin-without-ack.ts';
import { finWithoutTimestamps } from './fin/fin-without-timestamps.ts';
import { halfClose } from './fin/half-close.ts';
import { lastAckMissing } from './fin/last-ack-missing.ts';
import { missingFin } from './fin/missing-fin.ts';
import { simultaneousClose } from './fin/simultaneous-close.ts';
import { threeWayClose } from './fin/three-way-close.ts';
import { challengeAckFlood } from './reset/challenge-ack-flood.ts';
import { challengeAckMissing } from './reset/challenge-ack-missing.ts';
import { rstAfterFin } from './reset/rst-after-fin.ts';
import { rstAnswered } from './reset/rst-answered.ts';
import { rstAnswersRst } from './reset/rst-answers-rst.ts';
import { rstFromClosing } from './reset/rst-from-closing.ts';
import { rstIgnored } from './reset/rst-ignored.ts';
import { rstInSynchronized } from './reset/rst-in-synchronized.ts';
import { rstInexactObeyed } from './reset/rst-inexact-obeyed.ts';
import { rstInjected } from './reset/rst-injected.ts';
import { rstMalformed } from './reset/rst-malformed.ts';
import { rstOnClose } from './reset/rst-on-close.ts';
import { rstOutOfWindow } from './reset/rst-out-of-window.ts';
import { synResetInSynchronized } from './reset/syn-reset-in-synchronized.ts';
import type { Rule } from './rule.ts';
import { oldDuplicateAccepted } from './time-wait/old-duplicate-accepted.ts';
import { synUnanswered } from './time-wait/syn-unanswered.ts';
import { timeWaitAssassinated } from './time-wait/time-wait-assassinated.ts';
import { timeWaitChatter } from './time-wait/time-wait-chatter.ts';
import { timeWaitCutShort } from './time-wait/time-wait-cut-short.ts';
import { timeWaitRefused } from './time-wait/time-wait-refused.ts';
import { timeWaitReuse } from './time-wait/time-wait-reuse.ts';
import { timeWaitSilent } from './time-wait/time-wait-silent.ts';
import { timeWaitUnsafeReuse } from './time-wait/time-wait-unsafe-reuse.ts';

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
