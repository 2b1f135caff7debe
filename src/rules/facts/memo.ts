import type { Side } from '../../machine/state.ts';
import type { Connection } from '../rule.ts';

/** A function of text that remembers what it made of the texts of late; when there are too many, it begins anew. */
export function remembering<T>(most: number, make: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    let made = known.get(text);
    if (made === undefined) {
      if (known.size >= most) known.clear();
      made = make(text);
      known.set(text, made);
    }
    return made;
  };
}

/**
 * A question about a connection that many rules ask: it is answered once. Rules look at one connection after another, so the
 * answer for the newest one is kept, and nothing else.
 */
export function askedOnce<T>(ask: (connection: Connection) => T): (connection: Connection) => T {
  let newest: Connection | null = null;
  let answer: T;
  return (connection) => {
    if (connection !== newest) {
      answer = ask(connection);
      newest = connection;
    }
    return answer;
  };
}

/** The same of a question about one side. */
export function askedOnceOf<T>(
  ask: (connection: Connection, side: Side) => T,
): (connection: Connection, side: Side) => T {
  const ofClient = askedOnce((connection) => ask(connection, 'client'));
  const ofServer = askedOnce((connection) => ask(connection, 'server'));
  return (connection, side) => (side === 'client' ? ofClient(connection) : ofServer(connection));
}
