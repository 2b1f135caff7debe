import type { ReportedConnection, ReportedTransition } from '../report/report.ts';
import { endpoint, frameList, plural } from '../report/wording.ts';
import type { Finding } from '../rules/finding.ts';

/** Comments by frame. Every one begins with the tool's name, so that it is told from those of other people. */
export type Comments = ReadonlyMap<number, readonly string[]>;

/** What is to be said of packets that are not there. */
export interface LeftOut {
  /** The first packet of a connection behind some that were left out, and how many. */
  readonly gaps: readonly { readonly frame: number; readonly count: number }[];
  /** The packet that has lost all of its bytes. */
  readonly emptied: number | null;
}

const EMPTIED = 'the latest packet of the source, all of its bytes cut: it shows how long was recorded';

/**
 * What is written on the packets of an extract, from the extract's own report, so that its frame numbers are those of
 * the file: which connection begins, every change of state, and every finding on each frame that it names.
 *
 * @param idOf the connection's number in the source
 */
export function commentsOf(
  connections: readonly ReportedConnection[],
  idOf: (connection: ReportedConnection) => number | null,
  { gaps, emptied }: LeftOut,
): Comments {
  const comments = new Map<number, string[]>();
  const add = (frame: number, text: string): void => {
    comments.set(frame, [...(comments.get(frame) ?? []), `lastack: ${text}`]);
  };
  if (emptied !== null) add(emptied, EMPTIED);
  for (const { frame, count } of gaps) {
    add(frame, `${plural(count, 'packet')} of this connection before this one left out: recorded, not lost`);
  }
  for (const connection of connections) {
    add(connection.frames.first, headline(connection, idOf(connection)));
    let at = connection.frames.first;
    for (const transition of connection.transitions) {
      at = transition.frame ?? at;
      add(at, changeOf(transition));
    }
    for (const finding of connection.findings) {
      for (const frame of finding.frames) add(frame, sentenceOf(finding, frame));
    }
  }
  return comments;
}

function headline({ id, client, server, close, verdict }: ReportedConnection, source: number | null): string {
  const number = source === null || source === id ? '' : ` (${source} of the source)`;
  const by = close.closer === 'none' ? '' : ` by ${close.closer}`;
  return `connection ${id}${number}, ${endpoint(client)} > ${endpoint(server)}: ${close.kind}${by}, ${verdict}`;
}

function changeOf({ side, from, to, on, frame, status }: ReportedTransition): string {
  const timer = frame === null ? ', later' : '';
  const assumed = status === 'assumed' ? ', assumed' : '';
  return `${side} ${from} -> ${to} (${on}${timer}${assumed})`;
}

function sentenceOf({ rule, tier, side, message, clause, frames }: Finding, frame: number): string {
  const others = frames.filter((other) => other !== frame);
  const also = others.length === 0 ? '' : `; see also ${frameList(others)}`;
  return `${tier} ${rule}${side === null ? '' : ` (${side})`}: ${message} (${clause}${also})`;
}
