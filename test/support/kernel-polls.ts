import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { openFile } from '../../src/capture/sources.ts';
import { type AskedMoment, sockets } from '../../src/engine/sockets.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { SS_NAMES } from '../../src/report/sockets/format-sockets.ts';
import type { ListedSocket } from '../../src/report/sockets/socket-report.ts';
import { endpoint } from '../../src/report/wording.ts';

/** What `ss -tan` said of one host, as `captures/record_sockets.py` writes it. */
interface Poll {
  /** Seconds since 1970, just before and just after. */
  readonly before: number;
  readonly after: number;
  readonly host: 'client' | 'server';
  /** `STATE LOCAL PEER` */
  readonly sockets: readonly string[];
}

export interface Comparison {
  readonly polls: number;
  /** Sockets of all polls that both have in the same state. */
  readonly same: number;
  /** Sockets that changed within the instants around a poll: either state is right. */
  readonly changing: number;
  /** Sockets that differ where the capture only assumes: the packet that would have told got lost, or there is none. Their ends. */
  readonly assumed: readonly string[];
  /** All other sockets that differ, in words. */
  readonly different: readonly string[];
}

/**
 * Milliseconds before and after a poll within which a socket may change: a packet is captured a little before or after the
 * kernel changes the state, and `ss` reads the sockets one after another.
 */
const AROUND = 5;
/** Seconds: the timers of a minute, TIME_WAIT and tcp_fin_timeout, may be so late (the kernel's timer wheel is coarse). */
const LATE = 4.2;

/** Holds each poll to what the capture says of the same moment, socket by socket. */
export async function compareWithPolls(capture: string, polls: string): Promise<Comparison> {
  const lines = gunzipSync(readFileSync(polls)).toString().trimEnd().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Poll);
  const at = all.flatMap(({ before, after }, index) => [
    clock(`${index} late`, before - LATE),
    clock(`${index} before`, before - AROUND / 1000),
    clock(`${index} after`, after + AROUND / 1000),
  ]);
  const { periods } = await sockets([{ path: capture, source: openFile(capture) }], {
    profile: PROFILES.linux,
    linger: 60,
    reader: 'lastack',
    toolVersion: '0.0.0-test',
    at,
    list: true,
  });
  const moments = new Map(
    periods.flatMap((period) => period.at.map((moment) => [moment.asked, moment.sockets])),
  );
  let same = 0;
  let changing = 0;
  const assumed: string[] = [];
  const different: string[] = [];
  for (const [index, poll] of all.entries()) {
    const listed = (when: string): readonly ListedSocket[] => moments.get(`${index} ${when}`) ?? [];
    const of = (when: string): Map<string, string> => statesOf(poll, listed(when));
    const [late, before, after] = [of('late'), of('before'), of('after')];
    const sinceBefore = new Map(listed('before').map((socket) => [nameOf(socket), socket.since]));
    const moved = new Set(
      listed('after').flatMap((socket) =>
        sinceBefore.get(nameOf(socket)) === socket.since ? [] : [nameOf(socket)],
      ),
    );
    const doubtful = new Set(
      listed('before')
        .filter(({ status }) => status === 'assumed')
        .map(nameOf),
    );
    const real = new Map(poll.sockets.map((line) => [line.slice(line.indexOf(' ') + 1), line.split(' ')[0]]));
    for (const name of new Set([...real.keys(), ...before.keys(), ...after.keys()])) {
      const kernel = real.get(name);
      if (before.get(name) === kernel && after.get(name) === kernel) same += 1;
      else if (before.get(name) !== after.get(name) || moved.has(name)) changing += 1;
      // It should be over, but its timer is late.
      else if (isTimed(kernel) && before.get(name) === undefined && late.get(name) === kernel) changing += 1;
      else if (doubtful.has(name)) assumed.push(name);
      else
        different.push(
          `poll ${index} at ${poll.before.toFixed(3)}, ${poll.host}: ${name} is ${kernel ?? 'not there'}, and not ${before.get(name) ?? 'gone'}`,
        );
    }
  }
  return { polls: all.length, same, changing, assumed, different };
}

function isTimed(state: string | undefined): boolean {
  return state === 'TIME-WAIT' || state === 'FIN-WAIT-2';
}

function clock(asked: string, seconds: number): AskedMoment {
  return { asked, kind: 'clock', since1970: () => BigInt(Math.round(seconds * 1e6)) * 1000n };
}

function statesOf({ host }: Poll, listed: readonly ListedSocket[]): Map<string, string> {
  return new Map(
    listed.filter(({ side }) => side === host).map((socket) => [nameOf(socket), SS_NAMES[socket.state]]),
  );
}

function nameOf({ local, peer }: ListedSocket): string {
  return `${endpoint(local)} ${endpoint(peer)}`;
}
