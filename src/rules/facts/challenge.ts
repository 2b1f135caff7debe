import { ACK, FIN, RST, SYN } from '../../decode/segment.ts';
import { has, type LoggedSegment } from '../../machine/logged-segment.ts';
import { judgeReset } from '../../machine/reset.ts';
import { distance } from '../../machine/sequence.ts';
import { peerOf, type Side, type State } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { contextOf, sentBy, stateBefore } from './facts.ts';
import { askedOnceOf } from './memo.ts';

/** A segment that RFC 5961 answers with a challenge ACK: a SYN, or an RST in the window but not exact. */
export interface Challenge {
  readonly index: number;
  readonly trigger: LoggedSegment;
  readonly state: State;
}

const SYNCHRONIZED: readonly State[] = [
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
];

/** Everything that `side` had to answer with a challenge ACK. */
export const challengesTo: (connection: Connection, side: Side) => readonly Challenge[] =
  askedOnceOf(findChallenges);

function findChallenges(connection: Connection, side: Side): Challenge[] {
  const { flow } = connection;
  const context = contextOf(connection);
  const initial = flow.segments.find((s) => s.from !== side && has(s, SYN))?.seq;
  const found: Challenge[] = [];
  for (const { segment, index } of sentBy(connection, peerOf(side))) {
    if (!has(segment, SYN | RST)) continue;
    const state = stateBefore(connection, side, segment.frame, segment.time);
    if (!SYNCHRONIZED.includes(state)) continue;
    const isSyn = !has(segment, RST) && !has(segment, ACK) && segment.seq !== initial;
    const isRst =
      has(segment, RST) &&
      judgeReset(context, side, index) === 'in-window' &&
      isInSmallestWindow(connection, side, index);
    if (isSyn || isRst) found.push({ index, trigger: segment, state });
  }
  return found;
}

/** A pure ACK, as a challenge ACK is. */
export function isPureAck(segment: LoggedSegment): boolean {
  return (
    has(segment, ACK) &&
    segment.length === 0 &&
    !has(segment, SYN) &&
    !has(segment, FIN) &&
    !has(segment, RST)
  );
}

/** In the window even where its scale is unknown, since no SYN said it: in what the field says unscaled. */
function isInSmallestWindow({ flow }: Connection, side: Side, index: number): boolean {
  if (flow.announced[side].windowScale !== null) return true;
  const reset = flow.segments[index];
  const last = flow.segments.slice(0, index).findLast((s) => s.from === side && has(s, ACK) && !has(s, RST));
  return reset !== undefined && last !== undefined && distance(last.ack, reset.seq) < last.window;
}
