import { readFileSync } from 'node:fs';
import type { State } from '../../src/machine/state.ts';

/** One line of `states.jsonl`: the kernel's own states of one endpoint. */
export interface KernelEndpoint {
  readonly host: string;
  readonly laddr: string;
  readonly lport: number;
  readonly raddr: string;
  readonly rport: number;
  readonly states: readonly KernelState[];
}

export interface KernelState {
  readonly state: State;
  /** Seconds since 1970: the endpoint entered the state between the two. */
  readonly t_min: number;
  readonly t_max: number;
  readonly src: string;
}

export interface Recording {
  readonly name: string;
  readonly expect: readonly string[];
  readonly fault_side: string | null;
  readonly who_closes_first: string;
  readonly vantage: string;
  readonly one_way_delay_ms: number | null;
}

export function readRecording(folder: string): { meta: Recording; endpoints: KernelEndpoint[] } {
  const meta = JSON.parse(readFileSync(`${folder}/meta.json`, 'utf8')) as Recording;
  const lines = readFileSync(`${folder}/states.jsonl`, 'utf8').split('\n').filter(Boolean);
  return { meta, endpoints: lines.map((line) => JSON.parse(line) as KernelEndpoint) };
}

/** A history from ESTABLISHED on, which is what a closing begins with. */
export function fromEstablished(states: readonly State[]): State[] {
  const at = states.indexOf('ESTABLISHED');
  return at < 0 ? [] : states.slice(at);
}

/**
 * The same history, but for what the wire cannot show: the FIN_WAIT_2 of microseconds inside a three-way close, and a last CLOSED
 * that no packet shows (a silent give-up, a timer).
 */
export function sameOnTheWire(ours: readonly State[], kernels: readonly State[]): boolean {
  const visible = kernels.filter((state, n) => !(state === 'FIN_WAIT_2' && kernels[n + 1] === 'TIME_WAIT'));
  const candidates = [kernels, visible].flatMap((states) =>
    states.at(-1) === 'CLOSED' ? [states, states.slice(0, -1)] : [states],
  );
  return candidates.some((states) => states.join() === ours.join());
}
