import type { LoggedSegment } from '../../machine/logged-segment.ts';
import { judgeReset } from '../../machine/reset.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { contextOf, firstFin, resetOf } from './facts.ts';
import { isForeign, opensPastItsHost } from './identity.ts';
import { isFarewell, type Lost, lossUnknown, lostBytes } from './loss.ts';

/** What the reset with which `side` ended a connection cost, and the id of the sentence that tells it. */
export interface Cost {
  readonly lost: Lost;
  readonly gap: string | null;
  readonly isLost: boolean;
  readonly message:
    | 'foreign'
    | 'lost'
    | 'clean'
    | 'tail'
    | 'unknown'
    | 'unheard'
    | 'unheardUnknown'
    | 'named'
    | 'namedUnknown';
}

export function costOf(connection: Connection, side: Side): Cost {
  const lost = lostBytes(connection);
  const unacknowledged = lost.client + lost.server > 0;
  const gap = unacknowledged ? lossUnknown(connection) : null;
  const farewell = unacknowledged && isFarewell(connection, side, lost);
  const isLost = unacknowledged && !gap && !farewell;
  if (isAnothers(connection, side)) return { lost, gap, isLost: false, message: 'foreign' };
  if (isUnheard(connection, side)) {
    return { lost, gap, isLost, message: gap ? 'unheardUnknown' : 'unheard' };
  }
  if (!standsBy(connection, side)) return { lost, gap, isLost, message: gap ? 'namedUnknown' : 'named' };
  const message = isLost ? 'lost' : gap ? 'unknown' : unacknowledged ? 'tail' : 'clean';
  return { lost, gap, isLost, message };
}

/** No RST of `side` ended the connection of its peer, and this one lies outside of what that expected. */
function isUnheard(connection: Connection, side: Side): boolean {
  const { flow, replay } = connection;
  const peer = peerOf(side);
  const reset = resetOf(connection);
  const index = flow.segments.findIndex(({ frame }) => frame === reset?.frame);
  const obeyed = replay.readings[peer].receptions.some(({ effect }) => effect === 'RST');
  return !obeyed && index >= 0 && judgeReset(contextOf(connection), peer, index) === 'unacceptable';
}

/** The side did not go on behind the RST in its name. */
function standsBy({ flow, replay }: Connection, side: Side): boolean {
  return replay.readings[side].resets.some((index) => flow.segments[index]?.from === side);
}

/** The RST, or the FIN of its side, does not look like that side: what it cost is not the side's doing. */
function isAnothers(connection: Connection, side: Side): boolean {
  const reset = connection.flow.segments.find(({ frame }) => frame === resetOf(connection)?.frame);
  const fin = firstFin(connection, side);
  return (
    (reset !== undefined &&
      isForeign(connection, side, reset) &&
      !isHostOfRawSocket(connection, side, reset)) ||
    (fin !== null && isForeign(connection, side, fin))
  );
}

function isHostOfRawSocket(connection: Connection, side: Side, reset: LoggedSegment): boolean {
  return opensPastItsHost(connection, side, connection.flow.segments.indexOf(reset));
}
