import type { IcmpError } from '../decode/network/icmp-error.ts';
import type { Side } from '../machine/state.ts';
import { formatIpv4, formatIpv6 } from './address.ts';
import { CLIENT_IS_B } from './row.ts';

/** An ICMP error about a segment of a connection. */
export interface Unreachable {
  readonly frame: number;
  /** Nanoseconds since the capture's first record. */
  readonly time: number;
  /** 4 for ICMP, 6 for ICMPv6. */
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** Who sent the segment that it quotes, and the number of that. */
  readonly quoted: Side;
  readonly seq: number;
  /** Address of the host or router that sent the error. */
  readonly from: string;
}

/** The same for a row, which has ends and no sides. */
export interface NotedError extends Omit<Unreachable, 'quoted'> {
  readonly direction: 0 | 1;
}

/** Errors that are kept of a connection: the first of them, and the latest. */
const MOST = 4;
const FIRST = 2;

/** The ICMP errors of live connections, by the number of the connection. */
export class IcmpErrors {
  private readonly byId = new Map<number, NotedError[]>();

  add(id: number, direction: 0 | 1, error: IcmpError): void {
    const { frame, time, type, code, ipVersion, quoted } = error;
    const isIpv6 = ipVersion === 6;
    const from = isIpv6
      ? formatIpv6([error.from0, error.from1, error.from2, error.from3])
      : formatIpv4(error.from3);
    const version = isIpv6 ? 6 : 4;
    this.note(id, { frame, time, version, type, code, direction, seq: quoted.seq, from });
  }

  private note(id: number, noted: NotedError): void {
    const errors = this.byId.get(id) ?? [];
    this.byId.set(id, errors);
    if (errors.length === MOST) errors.splice(FIRST, 1);
    errors.push(noted);
  }

  has(id: number): boolean {
    return this.byId.has(id);
  }

  /** Those of a connection as it has them; `bits` of its row. */
  of(id: number, bits: number): readonly Unreachable[] {
    const clientDirection = bits & CLIENT_IS_B ? 1 : 0;
    return (this.byId.get(id) ?? []).map(({ direction, ...error }) => ({
      ...error,
      quoted: direction === clientDirection ? 'client' : 'server',
    }));
  }

  /** The segments of one connection were another one's after all. */
  move(id: number, to: number): void {
    const errors = this.byId.get(id);
    this.byId.delete(id);
    for (const error of errors ?? []) this.note(to, error);
  }

  forget(id: number): void {
    this.byId.delete(id);
  }

  save(): SavedErrors {
    return [...this.byId];
  }

  load(saved: SavedErrors): void {
    for (const [id, errors] of saved) this.byId.set(id, [...errors]);
  }
}

export type SavedErrors = readonly (readonly [number, readonly NotedError[]])[];
