import type { Side } from '../../machine/state.ts';
import type { Connection, Fact } from '../rule.ts';

/** What there is to say of the client, and then of the server. */
export function ofBothSides(
  connection: Connection,
  check: (connection: Connection, side: Side) => readonly Fact[],
): readonly Fact[] {
  const client = check(connection, 'client');
  const server = check(connection, 'server');
  if (server.length === 0) return client;
  return client.length === 0 ? server : [...client, ...server];
}
