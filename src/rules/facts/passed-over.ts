import { ACK, RST } from '../../decode/segment.ts';
import { has } from '../../machine/logged-segment.ts';
import { advance, before } from '../../machine/sequence.ts';
import { peerOf, type Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';
import { at, finOf, type Sent, sentBy } from './facts.ts';
import { isBareAnswer, unknowing } from './receivable.ts';

/**
 * What the side sent behind copies of the FIN, with an ACK number in front of it: `answers` stand right behind a copy and
 * have nothing else to say, `later` are these and what it sent when a copy had long been there.
 */
export function passedOver(
  connection: Connection,
  side: Side,
): { readonly answers: readonly Sent[]; readonly later: readonly Sent[] } {
  const fin = finOf(connection, peerOf(side));
  const first = at(connection, fin?.copies[0] ?? null);
  if (!fin || !first) return { answers: [], later: [] };
  const knows = first.time + unknowing(connection, side);
  const short = sentBy(connection, side).filter(
    ({ segment: s }) => has(s, ACK) && !has(s, RST) && before(s.ack, fin.end),
  );
  const answers = short.filter(
    ({ segment, index }) =>
      fin.copies.includes(index - 1) &&
      isBareAnswer(connection, index) &&
      segment.ack === advance(fin.end, -1),
  );
  const later = short.filter(
    ({ segment, index }) => segment.time > knows || answers.some((answer) => answer.index === index),
  );
  return { answers, later };
}
