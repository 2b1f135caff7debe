import { RST, SYN } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { peerOf } from '../../machine/state.ts';
import { resetOf } from '../facts/facts.ts';
import { askedOnce } from '../facts/memo.ts';
import type { Connection } from '../rule.ts';
import { type Cause, cause } from './cause-names.ts';
import { RECOGNISERS } from './cause-of-reset.ts';
import { earlierLife, unansweredData, unansweredFin, unansweredSyn } from './cause-of-silence.ts';
import { unreachable, unreachableForLong } from './cause-unreachable.ts';

/**
 * What brought a reset or a broken close about, by the packets that separate it from the other causes (a cause is
 * evidence, never a verdict). Null where the connection closed in order, is still closing, or did not close.
 */
export const causeOf: (connection: Connection) => Cause | null = askedOnce((connection) => {
  switch (connection.close.kind) {
    case 'refused':
      return refused(connection);
    case 'unanswered':
      return unreachable(connection, 'client') ?? unansweredSyn(connection);
    case 'abort':
    case 'reset-after-fin':
      return causeOfReset(connection);
    case 'incomplete':
      return unreachableForLong(connection) ?? (connection.flow.oneSided ? null : unansweredFin(connection));
    case 'open':
      return unreachableForLong(connection) ?? (connection.flow.oneSided ? null : unansweredData(connection));
    case 'partial':
      return unreachableForLong(connection);
    default:
      return null;
  }
});

/** Of the RST that the rules on resets speak of, and of no other side's: each side has reasons of its own. */
function causeOfReset(connection: Connection): Cause {
  const { flow, replay } = connection;
  const ended = resetOf(connection);
  const first = flow.segments.findIndex(({ frame }) => frame === ended?.frame);
  const side = flow.segments[first]?.from;
  if (side === undefined) return cause('unknown', null, []);
  // Where the first RST of the side says nothing, the one that its peer obeyed may.
  const obeyed = replay.readings[peerOf(side)].receptions.find(({ effect }) => effect === 'RST')?.cause;
  const found = recognised(connection, first);
  const isOwn = obeyed !== undefined && flow.segments[obeyed]?.from === side;
  return found.name === 'unknown' && isOwn ? recognised(connection, obeyed) : found;
}

function recognised(connection: Connection, index: number): Cause {
  const reset = connection.flow.segments[index];
  if (!reset) return cause('unknown', null, []);
  const ending = { connection, reset, index, side: reset.from };
  for (const recognise of RECOGNISERS) {
    const found = recognise(ending);
    if (found) return found;
  }
  return cause('unknown', reset.from, [reset.frame]);
}

/** RFC 9293 3.10.7.1, 3.10.7.2: nobody listens, or somebody says so in the listener's name. */
function refused(connection: Connection): Cause {
  const { segments } = connection.flow;
  const reset = segments.find((s) => s.from === 'server' && has(s, RST));
  const syn = segments.findLast((s) => has(s, SYN) && (reset === undefined || s.frame < reset.frame));
  // An RST that comes when the newest SYN had been reported as undeliverable is the path's answer, too.
  const told = reset ? unreachable(connection, 'client', reset.frame) : null;
  const isOfThatSyn = connection.flow.unreachable.some(
    ({ frame }) => syn !== undefined && reset !== undefined && frame > syn.frame && frame < reset.frame,
  );
  if (told && isOfThatSyn) return told;
  const frames = [...(syn ? [syn.frame] : []), ...(reset ? [reset.frame] : [])];
  return cause('refused', 'server', frames, earlierLife(connection, syn));
}
