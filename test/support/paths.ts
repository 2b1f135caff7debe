import { SIDES, type Side } from '../../src/machine/state.ts';
import type { Connection } from '../../src/rules/rule.ts';
import { type CheckLadderOptions, connectionsOfLadder } from './check-ladder.ts';

/** The states of one side in order, from ESTABLISHED on: `FIN_WAIT_1@4 CLOSED@6?`; `?` marks what is only assumed. */
export function pathOf({ replay }: Connection, side: Side): string {
  return replay.transitions
    .filter((t) => t.side === side)
    .map((t) => `${t.to}@${t.frame ?? 'timer'}${t.status === 'assumed' ? '?' : ''}`)
    .join(' ')
    .replace(/^.*ESTABLISHED@\S+ ?/, '');
}

/** The path of both sides of a ladder's first connection and how it closed. */
export async function closingOf(
  text: string,
  options: CheckLadderOptions = {},
): Promise<Record<Side, string> & { kind: string; closer: string }> {
  const [connection] = await connectionsOfLadder(text, options);
  if (!connection) throw new Error('no connection');
  const [client, server] = SIDES.map((side) => pathOf(connection, side));
  const { kind, closer } = connection.close;
  return { client: client ?? '', server: server ?? '', kind, closer };
}
