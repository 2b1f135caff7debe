import type { Endpoint } from '../flow/flow.ts';
import type { CloseKind, Closer } from '../machine/close.ts';
import type { ReportedConnection, Timestamp } from '../report/report.ts';
import type { CauseName } from '../rules/causes/cause-names.ts';
import { isTextWithin, type Network } from './network.ts';

/** A moment of a capture. */
export type Moment =
  | { readonly kind: 'offset' /** Since the first packet. */; readonly nanoseconds: number }
  | { readonly kind: 'frame'; readonly frame: number }
  | {
      readonly kind: 'clock';
      /** Nanoseconds since 1970, where the first packet is from `start`, which counts as that. */
      readonly since1970: (start: bigint) => bigint;
    };

/** A service by address and port, or by one of the two. */
export interface NamedService {
  readonly network: Network | null;
  readonly port: number | null;
}

/** Which connections are reported: those that fit one of each list that is not empty, and that were there between two moments. */
export interface Chosen {
  readonly services: readonly NamedService[];
  /** Of either end. */
  readonly ports: readonly number[];
  readonly networks: readonly Network[];
  readonly kinds: readonly CloseKind[];
  readonly closers: readonly Closer[];
  readonly causes: readonly CauseName[];
  readonly rules: readonly string[];
  readonly from: Moment | null;
  readonly to: Moment | null;
}

/** Tells whether a connection is chosen. `epoch`: the first packet of its stretch of time, nanoseconds since 1970. */
export type ChoosesConnection = (connection: ReportedConnection, epoch: bigint) => boolean;

/** Null where everything is chosen. */
export function chooserOf(chosen: Chosen): ChoosesConnection | null {
  const { services, ports, networks, kinds, closers, causes, rules, from, to } = chosen;
  const tests: ChoosesConnection[] = [];
  const ends = ({ client, server }: ReportedConnection): readonly Endpoint[] => [client, server];
  if (services.length > 0) tests.push(({ server }) => services.some((one) => isService(server, one)));
  if (ports.length > 0) tests.push((one) => ends(one).some(({ port }) => ports.includes(port)));
  if (networks.length > 0) {
    tests.push((one) =>
      ends(one).some((end) => networks.some((network) => isTextWithin(end.address, network))),
    );
  }
  if (kinds.length > 0) tests.push(({ close }) => kinds.includes(close.kind));
  if (closers.length > 0) tests.push(({ close }) => closers.includes(close.closer));
  if (causes.length > 0) tests.push(({ cause }) => cause !== null && causes.includes(cause.name));
  if (rules.length > 0) tests.push(({ findings }) => findings.some(({ rule }) => rules.includes(rule)));
  if (from) tests.push(({ frames, end }, epoch) => isAt(from, frames.last, end, epoch) >= 0);
  if (to) tests.push(({ frames, start }, epoch) => isAt(to, frames.first, start, epoch) <= 0);
  if (tests.length === 0) return null;
  return (connection, epoch) => tests.every((test) => test(connection, epoch));
}

function isService(server: Endpoint, { network, port }: NamedService): boolean {
  return (
    (port === null || port === server.port) && (network === null || isTextWithin(server.address, network))
  );
}

/** Nanoseconds. */
const HALF_A_DAY = 43_200_000_000_000n;

/** Below 0 where a packet came before the moment, above it where it came later. */
function isAt(moment: Moment, frame: number, time: Timestamp, epoch: bigint): number {
  if (moment.kind === 'frame') return frame - moment.frame;
  // A time of day is the one next to the first packet: what is a little earlier is not that of the next day.
  const asked =
    moment.kind === 'offset' ? epoch + BigInt(moment.nanoseconds) : moment.since1970(epoch - HALF_A_DAY);
  const at = BigInt(time.replace('.', ''));
  return at < asked ? -1 : at > asked ? 1 : 0;
}
