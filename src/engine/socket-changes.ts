/** Sockets that there are, or that a moment adds, and those of them that a packet shows to have entered their state. */
export interface SocketChange {
  sockets: number;
  proven: number;
}

/** Adds to what a map has under a key. */
export function addSockets<Key>(
  changes: Map<Key, SocketChange>,
  key: Key,
  sockets: number,
  proven: number,
): void {
  const known = changes.get(key);
  if (known === undefined) {
    changes.set(key, { sockets, proven });
    return;
  }
  known.sockets += sockets;
  known.proven += proven;
}

/** What a map has under a key; it is made where there is nothing. */
export function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = make();
  map.set(key, value);
  return value;
}
