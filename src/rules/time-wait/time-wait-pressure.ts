import type { Endpoint } from '../../flow/flow.ts';
import type { Changed, Tier } from '../finding.ts';
import type { RuleMeta } from '../rule.ts';

/** Ports that Linux hands out unless told otherwise: 32768 to 60999 (ip_local_port_range). */
export const EPHEMERAL_PORTS = 28_232;
/** TIME_WAITs and seconds from which on a rate says something of what comes: a burst is not a rate. */
const RATE_COUNT = 1000;
const RATE_SPAN = 10;

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
}

/** An address whose ephemeral ports run out: what `time-wait-pressure` reports of a whole run. */
export interface Pressure {
  readonly rule: 'time-wait-pressure';
  /** A note, unless a configuration says otherwise. */
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
    readonly ports: number;
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
  tiers: ['note'],
  clause: 'RFC 6056 2.1, RFC 9293 3.6.1 (MUST-13)',
  label: 'ports run out in TIME_WAIT',
  summary: 'An address holds so many TIME_WAITs to one service that its ports run out (whole capture)',
  messages: {
    held: '{holder} closes first: {peak} of its ports were in TIME_WAIT to the service at once, of {ports} that Linux hands out.',
    projected:
      '{holder} closes first {rate} times a second: kept for 2MSL, that is {projected} ports in TIME_WAIT, of {ports} that Linux hands out.',
    reused: '{reused} were opened anew out of TIME_WAIT, the fastest after {fastestReuse} s.',
  },
  refutedBy: 'A TIME_WAIT of that host that is shorter than 2MSL of the profile, or a wider range of ports.',
  waits: null,
  docs: {
    what: 'Whoever closes first keeps the 4-tuple in TIME_WAIT for 2MSL. A client that closes first holds one of its ephemeral ports that long for each connection to the same service. The rule counts, over all captures of the run, how many one address holds to one service at once (a lower bound: it looks 64 times in 2MSL, less often in long captures), and how many a steady rate adds up to. It speaks from half of the 28,232 ports that Linux hands out, or when rate × 2MSL (at least 1,000 TIME_WAITs over at least 10 s) is more than all of them.',
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
export function pressureOf(load: TimeWaitLoad, twoMsl: number): Pressure | null {
  const { holder, service, timeWaits, peak, span, reused, fastestReuse } = load;
  const steady = timeWaits >= RATE_COUNT && span >= RATE_SPAN;
  const rate = steady ? round((timeWaits - 1) / span) : null;
  const projected = rate === null ? null : Math.round(rate * twoMsl);
  const held = peak * 2 >= EPHEMERAL_PORTS;
  if (!held && (projected === null || projected <= EPHEMERAL_PORTS)) return null;
  const ports = EPHEMERAL_PORTS;
  const evidence = {
    timeWaits,
    peak,
    rate,
    projected,
    ports,
    reused,
    fastestReuse,
    closeLast: 'client',
  } as const;
  const sentences = [held ? 'held' : 'projected', ...(reused > 0 ? ['reused'] : [])];
  const facts: Readonly<Record<string, unknown>> = { holder, ...evidence };
  const message = sentences
    .map((id) =>
      (timeWaitPressure.messages[id] ?? id).replaceAll(/\{(\w+)\}/g, (_, name: string) =>
        String(facts[name]),
      ),
    )
    .join(' ');
  const { clause, refutedBy } = timeWaitPressure;
  return { rule: 'time-wait-pressure', tier: 'note', holder, service, message, clause, evidence, refutedBy };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
