import type { Endpoint } from '../../flow/flow.ts';
import type { Changed, Tier } from '../finding.ts';
import type { RuleMeta } from '../rule.ts';

/** Ports that Linux hands out unless told otherwise: 32768 to 60999 (ip_local_port_range). */
export const EPHEMERAL_PORTS = 28_232;
const LINUX_LOW = 32_768;
/** TIME_WAITs and seconds from which on a rate says something of what comes: a burst is not a rate. */
const RATE_COUNT = 1000;
const RATE_SPAN = 10;

/** So many ports, so tightly used, are all that an address has: a share that was used, and in TIME_WAIT at once. */
const RANGE_LEAST = 1000;
const RANGE_SHARE = 0.95;
const HELD_SHARE = 0.9;
/** Nearly all ports are in TIME_WAIT; few of them were taken again while they were. */
const SPENT_SHARE = 0.95;
const REUSED_SHARE = 0.05;
/** Seconds: stacks that keep TIME_WAIT for less than 2MSL keep it no shorter, most of them. */
const SHORT_TIME_WAIT = 60;

/** Ports from which an address takes those of its connections. */
export interface PortRange {
  readonly low: number;
  readonly high: number;
}

/** TIME_WAITs that one address holds towards one service, counted over the whole run. */
export interface TimeWaitLoad {
  /** The address of the client, which closed first. */
  readonly holder: string;
  readonly service: Endpoint;
  readonly timeWaits: number;
  /** The most that stood at once, as long as the profile says that they last. */
  readonly peak: number;
  /** Seconds from the first to the last time one was entered. */
  readonly span: number;
  /** Ports opened anew out of TIME_WAIT, and the shortest that one had lasted by then, seconds. */
  readonly reused: number;
  readonly fastestReuse: number | null;
  /** The ports that held them: how many different ones, and how often one was far below the one before it. */
  readonly ports: PortRange & { readonly used: number; readonly jumps: number };
}

/** An address whose ephemeral ports run out: what `time-wait-pressure` reports of a whole run. */
export interface Pressure {
  readonly rule: 'time-wait-pressure';
  /** A note; suspect where no port is left; or what a configuration says. */
  readonly tier: Tier;
  readonly holder: string;
  readonly service: Endpoint;
  readonly message: string;
  readonly clause: string;
  readonly evidence: {
    readonly timeWaits: number;
    readonly peak: number;
    /** TIME_WAITs entered a second; null where it was too few or too short to say. */
    readonly rate: number | null;
    /** Rate × 2MSL: how many stand at once if it goes on. */
    readonly projected: number | null;
    /** How many ports there are, from where to where, and how that is known: by --ports, from what was seen, or as Linux has it. */
    readonly ports: number;
    readonly portLow: number;
    readonly portHigh: number;
    readonly portsFrom: 'given' | 'seen' | 'linux';
    /** Different ones that held a TIME_WAIT. */
    readonly portsUsed: number;
    readonly reused: number;
    readonly fastestReuse: number | null;
    /** The side that should close last. */
    readonly closeLast: 'client';
  };
  readonly refutedBy: string;
  readonly policy?: Changed;
}

export const timeWaitPressure: RuleMeta = {
  id: 'time-wait-pressure',
  tiers: ['suspect', 'note'],
  clause: 'RFC 6056 2.1, RFC 9293 3.6.1 (MUST-13)',
  label: 'ports run out in TIME_WAIT',
  summary: 'An address holds so many TIME_WAITs to one service that its ports run out (whole capture)',
  messages: {
    held: '{holder} closes first: {peak} of its ports were in TIME_WAIT to the service at once, of {ports} {whose}.',
    projected:
      '{holder} closes first {rate} times a second: kept for 2MSL, that is {projected} ports in TIME_WAIT, of {ports} {whose}.',
    spent: 'None is left: the next connect() to the service fails with EADDRNOTAVAIL.',
    reused: '{reused} were opened anew out of TIME_WAIT, the fastest after {fastestReuse} s.',
  },
  refutedBy: 'A TIME_WAIT of that host that is shorter than 2MSL of the profile, or a wider range of ports.',
  waits: null,
  docs: {
    what: 'Whoever closes first keeps the 4-tuple in TIME_WAIT for 2MSL. A client that closes first holds one of its ephemeral ports that long for each connection to the same service. The rule counts, over all captures of the run, how many one address holds to one service at once (a lower bound: it looks 64 times in 2MSL, less often in long captures), and how many a steady rate adds up to. It speaks from half of the ports that there are, or when rate × 2MSL (at least 1,000 TIME_WAITs over at least 10 s) is more than all of them. How many there are is given by --ports LOW-HIGH (or the key ports of the configuration). Otherwise it is seen: 1,000 ports or more without gaps, of which 95 % were used and 90 % were in TIME_WAIT at once, are all that the address has; else it is the 28,232 that Linux hands out. A note becomes suspect where 95 % of the ports that are given or seen are in TIME_WAIT at once and hardly any was taken again; ports that only went up, as some stacks hand them out, do not show a range.',
    why: 'When no port is left, connect() fails with EADDRNOTAVAIL, or takes long to find one. With tcp_tw_reuse a port is taken again after 1 s, which hides the shortage until the rate is higher still.',
    legitimate:
      'Load tests, and hosts with more addresses, a wider ip_local_port_range or a shorter TIME_WAIT than the profile has: give --profile and --msl what the host really does.',
    action:
      'Let the server close first, or better, close less: keep connections open and pool them. Several client addresses or service ports multiply the 4-tuples. Do not shorten TIME_WAIT.',
    good: '',
    bad: '',
  },
};

/** What is to be said of one address and service under TIME_WAITs of `twoMsl` seconds; null where there is room. */
export function pressureOf(
  load: TimeWaitLoad,
  twoMsl: number,
  given: PortRange | null = null,
): Pressure | null {
  const { holder, service, timeWaits, peak, span, reused, fastestReuse } = load;
  const rate = rateOf(load);
  const projected = rate === null ? null : Math.round(rate * twoMsl);
  const { portsFrom, portLow, portHigh } = portsOf(load, given);
  const ports = portHigh - portLow + 1;
  const held = peak * 2 >= ports;
  if (!held && (projected === null || projected <= ports)) return null;
  const isSpent =
    portsFrom !== 'linux' &&
    (portsFrom === 'given' || load.ports.jumps > 0) &&
    peak >= SPENT_SHARE * ports &&
    reused <= REUSED_SHARE * timeWaits &&
    (twoMsl <= SHORT_TIME_WAIT || span <= SHORT_TIME_WAIT);
  const evidence = {
    timeWaits,
    peak,
    rate,
    projected,
    ports,
    portLow,
    portHigh,
    portsFrom,
    portsUsed: load.ports.used,
    reused,
    fastestReuse,
    closeLast: 'client',
  } as const;
  const sentences = [
    held ? 'held' : 'projected',
    ...(isSpent ? ['spent'] : []),
    ...(reused > 0 ? ['reused'] : []),
  ];
  const whose = {
    given: `that it has (${portLow}–${portHigh})`,
    seen: `that it has as far as was seen (${portLow}–${portHigh})`,
    linux: 'that Linux hands out',
  }[portsFrom];
  const facts: Readonly<Record<string, unknown>> = { holder, whose, ...evidence };
  const message = sentences
    .map((id) =>
      (timeWaitPressure.messages[id] ?? id).replaceAll(/\{(\w+)\}/g, (_, name: string) => told(facts[name])),
    )
    .join(' ');
  const { clause, refutedBy } = timeWaitPressure;
  const tier = isSpent ? 'suspect' : 'note';
  return { rule: 'time-wait-pressure', tier, holder, service, message, clause, evidence, refutedBy };
}

/** TIME_WAITs entered a second; null where they are too few or too short to say. */
export function rateOf({ timeWaits, span }: Pick<TimeWaitLoad, 'timeWaits' | 'span'>): number | null {
  const isSteady = timeWaits >= RATE_COUNT && span >= RATE_SPAN;
  return isSteady ? round((timeWaits - 1) / span) : null;
}

function portsOf(
  { peak, ports: { low, high, used } }: TimeWaitLoad,
  given: PortRange | null,
): Pick<Pressure['evidence'], 'portsFrom' | 'portLow' | 'portHigh'> {
  if (given) return { portsFrom: 'given', portLow: given.low, portHigh: given.high };
  const isRange = used >= RANGE_LEAST && used >= RANGE_SHARE * (high - low + 1) && peak >= HELD_SHARE * used;
  if (isRange) return { portsFrom: 'seen', portLow: low, portHigh: high };
  return { portsFrom: 'linux', portLow: LINUX_LOW, portHigh: LINUX_LOW + EPHEMERAL_PORTS - 1 };
}

/** A fact in a sentence: `28,232`, `226.5`. */
function told(fact: unknown): string {
  return typeof fact === 'number' ? fact.toLocaleString('en-US', { maximumFractionDigits: 6 }) : String(fact);
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
