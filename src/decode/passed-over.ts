import { linkTypeName } from '../capture/link-types.ts';
import type { Diagnostic, DiagnosticCode } from '../capture/record.ts';
import { BAD_CHECKSUM, CORRUPT, CUT } from './cursor.ts';
import { IP_PROTOCOL } from './tunnel/around.ts';

/** Packets that were not looked into, and the first of them. */
interface Count {
  count: number;
  frame: number;
}

/** What is counted, in the order in which it is reported. */
const REASONS: readonly { outcome: number; code: DiagnosticCode; singular: string; plural: string }[] = [
  {
    outcome: CUT,
    code: 'tcp-header-cut',
    singular: 'packet ends before its TCP header does, and was left out',
    plural: 'packets end before their TCP headers do, and were left out',
  },
  {
    outcome: CORRUPT,
    code: 'header-corrupt',
    singular: 'packet has an IP or TCP header that cannot be true, and was left out',
    plural: 'packets have IP or TCP headers that cannot be true, and were left out',
  },
  {
    outcome: BAD_CHECKSUM,
    code: 'checksum-wrong',
    singular: 'segment has a wrong TCP checksum, and was left out as its receiver drops it',
    plural: 'segments have wrong TCP checksums, and were left out as their receivers drop them',
  },
];

/** What packets without TCP are mostly of. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [-1, 'without an EtherType'],
  [0x0806, 'ARP'],
  [0x8863, 'PPPoE discovery'],
  [0x888e, '802.1X'],
  [0x88cc, 'LLDP'],
  [IP_PROTOCOL + 1, 'ICMP'],
  [IP_PROTOCOL + 2, 'IGMP'],
  [IP_PROTOCOL + 17, 'UDP'],
  [IP_PROTOCOL + 58, 'ICMPv6'],
  [IP_PROTOCOL + 89, 'OSPF'],
  [IP_PROTOCOL + 132, 'SCTP'],
]);

/** Kinds of packets without TCP that are named. */
const MOST_NAMED = 5;

/** Counts what was passed over, by reason. */
export class PassedOver {
  readonly #counts = new Map<number, Count>();
  readonly #foreignLinks = new Map<number, Count>();
  readonly #tunnels = new Map<string, Count>();
  readonly #others = new Map<number, Count>();
  /** The only packet so far of which not a byte was captured; null where there is none, or more than one. */
  #empty: { readonly frame: number } | null = null;
  #empties = 0;

  /**
   * A packet of which not a byte was captured. One in a capture is how an extract shows until when its source was recorded; where
   * there are more, the capture was cut.
   *
   * @param outcome as for {@link packet}
   */
  empty(outcome: number, frame: number): void {
    this.#empties += 1;
    if (this.#empties > 1) {
      if (this.#empty !== null) count(this.#counts, outcome, this.#empty.frame);
      count(this.#counts, outcome, frame);
    }
    this.#empty = this.#empties === 1 ? { frame } : null;
  }

  /** @param outcome why there is no segment: one of the constants of `cursor.ts` */
  packet(outcome: number, frame: number): void {
    count(this.#counts, outcome, frame);
  }

  link(linkType: number, frame: number): void {
    count(this.#foreignLinks, linkType, frame);
  }

  tunnel(name: string, frame: number): void {
    count(this.#tunnels, name, frame);
  }

  /** @param protocol as `Around.protocol` */
  other(protocol: number, frame: number): void {
    count(this.#others, protocol, frame);
  }

  /** One diagnostic a reason; `fragments` were not put together. */
  diagnostics(fragments: Count): Diagnostic[] {
    const diagnostics: Diagnostic[] = [];
    const add = (code: DiagnosticCode, text: string, { frame }: Count): void => {
      diagnostics.push({ code, offset: null, message: `${text} (first: frame ${frame}).` });
    };
    for (const [linkType, seen] of this.#foreignLinks) {
      const packets = seen.count === 1 ? 'packet was' : 'packets were';
      const link = `Link type ${linkTypeName(linkType)} (${linkType}) is not supported`;
      add('link-type-unsupported', `${link}: ${seen.count} ${packets} not looked into`, seen);
    }
    if (fragments.count > 0) {
      const what = fragments.count === 1 ? 'fragment was' : 'fragments were';
      const whole = 'the rest of its datagram is not there, or overlaps';
      add('ip-fragment', `${fragments.count} IP ${what} left out: ${whole}`, fragments);
    }
    for (const { outcome, code, singular, plural } of REASONS) {
      const seen = this.#counts.get(outcome);
      if (seen) add(code, `${seen.count} ${seen.count === 1 ? singular : plural}`, seen);
    }
    for (const [name, seen] of this.#tunnels) {
      const packets = seen.count === 1 ? 'packet carries' : 'packets carry';
      const text = `${seen.count} ${packets} other packets inside (${name}), which were not looked into`;
      add('tunnel-not-opened', text, seen);
    }
    return diagnostics;
  }

  /** Says what the packets are where none of them holds TCP. */
  others(): Diagnostic[] {
    const kinds = [...this.#others].sort(([, a], [, b]) => b.count - a.count || a.frame - b.frame);
    if (kinds.length === 0) return [];
    const named = kinds.slice(0, MOST_NAMED).map(([protocol, seen]) => `${seen.count} ${nameOf(protocol)}`);
    const rest = kinds.slice(MOST_NAMED).reduce((sum, [, seen]) => sum + seen.count, 0);
    if (rest > 0) named.push(`${rest} of other kinds`);
    return [{ code: 'protocol-not-tcp', offset: null, message: `Packets without TCP: ${named.join(', ')}.` }];
  }
}

function nameOf(protocol: number): string {
  const name = NAMES.get(protocol);
  if (name !== undefined) return name;
  return protocol >= IP_PROTOCOL
    ? `of IP protocol ${protocol - IP_PROTOCOL}`
    : `of EtherType 0x${protocol.toString(16).padStart(4, '0')}`;
}

function count<Key>(counts: Map<Key, Count>, key: Key, frame: number): void {
  const seen = counts.get(key);
  if (seen === undefined) counts.set(key, { count: 1, frame });
  else seen.count += 1;
}
