/**
 * Whether two paths name files of one rotated capture: `cap.pcap` and `cap.pcap1` (tcpdump -C), `cap00.pcap` and
 * `cap01.pcap` (tcpdump -W), `cap-20260101-1200.pcap` (tcpdump -G), `cap_00001_20260101120000.pcapng` (dumpcap -b): the
 * same folder, and names that differ in their numbers only. That the times follow on each other is for the reader of
 * the captures to see.
 */
export function isRotation(one: string, other: string): boolean {
  return one !== other && familyOf(one) === familyOf(other);
}

/** Orders the files of rotated captures by their numbers, where a shell or a folder has them by letters. */
export function inRotationOrder<T extends { readonly path: string }>(inputs: readonly T[]): T[] {
  const groups: T[][] = [];
  for (const input of inputs) {
    const group = groups.at(-1);
    const first = group?.[0];
    if (group && first && isRotation(first.path, input.path)) group.push(input);
    else groups.push([input]);
  }
  return groups.flatMap((group) => (group.length === 1 ? group : inNaturalOrder(group)));
}

/** Captures in the order in which they are read; `mayJoin`: the name says that it goes on where the one before it ended. */
export function* inReadingOrder<T extends { readonly path: string }>(
  inputs: readonly T[],
): Generator<{ readonly input: T; readonly mayJoin: boolean }, void, void> {
  let previous: T | null = null;
  for (const input of inRotationOrder(inputs)) {
    yield { input, mayJoin: previous !== null && isRotation(previous.path, input.path) };
    previous = input;
  }
}

/** Numbers by value, and `cap.pcap` before `cap.pcap1`. */
function inNaturalOrder<T extends { readonly path: string }>(inputs: readonly T[]): T[] {
  // Made where it is needed: it takes as long as all else that a start does.
  const { compare } = new Intl.Collator('en', { numeric: true });
  return inputs.toSorted((a, b) => compare(a.path, b.path));
}

/** The path with its numbers taken out; one at the very end may be missing. */
function familyOf(path: string): string {
  return path.replaceAll(/\d+/g, '#').replace(/#$/, '');
}
