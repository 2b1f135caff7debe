import type { Segment } from '../decode/segment.ts';
import { formatIpv4, formatIpv6 } from '../flow/address.ts';
import type { Endpoint } from '../flow/flow.ts';

/** A 4-tuple as text, the same for both directions. */
export function tupleOf(one: Endpoint, other: Endpoint): string {
  const [a, b] = [one, other].map(({ address, port }) => `${address} ${port}`).sort();
  return `${a} ${b}`;
}

/** Finds the segments of chosen 4-tuples; of all others it looks at the ports only. */
export class TupleFilter {
  private readonly ports = new Set<number>();
  private readonly tuples: ReadonlySet<string>;

  constructor(tuples: ReadonlySet<string>) {
    this.tuples = tuples;
    for (const tuple of tuples) {
      const [, a, , b] = tuple.split(' ');
      this.ports.add(Number(a) * 0x1_0000 + Number(b)).add(Number(b) * 0x1_0000 + Number(a));
    }
  }

  /** The segment's 4-tuple where that is one of those chosen, else null. */
  find(segment: Segment): string | null {
    const { sourcePort, destinationPort } = segment;
    if (!this.ports.has(sourcePort * 0x1_0000 + destinationPort)) return null;
    const tuple = tupleOf(
      { address: addressOf(segment, 'source'), port: sourcePort },
      { address: addressOf(segment, 'destination'), port: destinationPort },
    );
    return this.tuples.has(tuple) ? tuple : null;
  }
}

function addressOf(segment: Segment, end: 'source' | 'destination'): string {
  const low = segment[`${end}3`];
  if (segment.ipVersion === 4) return formatIpv4(low);
  return formatIpv6([segment[`${end}0`], segment[`${end}1`], segment[`${end}2`], low]);
}
