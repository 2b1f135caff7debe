// Writes captures of many connections with known endings, the same every time.
import { Agenda } from './agenda.js';
import { Damage } from './damage.js';
import { FIN, Output, SYN } from './packets.js';
import { randoms } from './randoms.js';
import { BULK, OPEN, SHAPES } from './shapes.js';

/** Nanoseconds between two segments of a connection, and while it rests, about. */
const STEP = 5e6;
const REST = 20e9;
/** Nanoseconds after which initial sequence numbers are one more (RFC 9293 3.4.1). */
const ISN_CLOCK = 4000;

/**
 * Writes a nanosecond pcap of `connections` connections, `open` of them at a time, every fourth over IPv6.
 *
 * @param {string} path
 * @param {{ connections: number, open: number, snaplen?: number, shapes?: string, ipv6?: boolean, exchanges?: number, every?: number, reuse?: boolean, damage?: number }} options
 *   `shapes`: what they look like, a name in SHAPES; `exchanges`: bulk, so many pairs of full segments each; `every`: the
 *   nanoseconds between the starts of one and of the next in its place; `reuse`: the next one has the same ports; `damage`: the
 *   share of packets that are lost, doubled or swapped
 * @returns {{ packets: number, bytes: number, connections: number, damaged: number, closes: Record<string, number>, closers: Record<string, number> }}
 *   the truth; nobody knows the kinds of those that are `damaged`, which lack packets or have them in another order
 */
export function writeConnections(
  path,
  {
    connections,
    open,
    snaplen = 262_144,
    shapes = 'regular',
    ipv6 = true,
    exchanges = 0,
    every = 0,
    reuse = false,
    damage = 0,
  },
) {
  const out = new Output(path, snaplen);
  const link = damage > 0 ? new Damage(out, damage) : out;
  const truth = {
    connections: 0,
    damaged: 0,
    closes: {},
    closers: { client: 0, server: 0, both: 0, none: 0 },
  };
  const next = randoms(12_345);
  const choice = SHAPES[shapes];
  const start = (number, place, time) => {
    const shape = choice.length > 1 ? choice[next() % choice.length] : choice[0];
    const tuple = reuse ? place : number;
    return {
      tuple,
      place,
      began: time,
      ipv6: ipv6 && tuple % 4 === 3,
      shape,
      step: 0,
      bulk: exchanges * BULK.length,
      sent: every > 0 ? clocked(tuple, time) : [next(), next()],
      id: [next() & 0x7fff, next() & 0x7fff],
    };
  };
  const finish = (item, time) => {
    const { shape } = item;
    const fate = damage > 0 ? link.finish(item, time) : 'whole';
    if (fate === 'unseen') return;
    truth.connections += 1;
    if (fate === 'damaged') {
      truth.damaged += 1;
      return;
    }
    truth.closes[shape.kind] = (truth.closes[shape.kind] ?? 0) + 1;
    truth.closers[shape.closer] += 1;
  };
  const agenda = new Agenda();
  let started = 0;
  // Their first segments spread over the time that one of them takes, so that all phases are there at any moment.
  const spread = every > 0 ? every : exchanges > 0 ? STEP : 2 * REST;
  for (; started < Math.min(open, connections); started++) {
    const time = Math.floor((spread / open) * started);
    agenda.add(time, start(started, started, time));
  }
  while (!agenda.isEmpty) {
    const { time, item } = agenda.take();
    const bulk = item.step === OPEN.length && item.bulk > 0;
    const { segments } = item.shape;
    const { from, flags, length } = bulk ? BULK[--item.bulk % BULK.length] : segments[item.step++];
    link.packet(item, from, flags, length, time);
    item.sent[from] += length + (flags & SYN ? 1 : 0) + (flags & FIN ? 1 : 0);
    const following = segments[item.step];
    if (following) {
      const wait = item.bulk > 0 ? STEP / 100 : following.pause ? REST + (next() % 1000) * 1e6 : STEP;
      agenda.add(time + wait + (next() % 1000), item);
      continue;
    }
    finish(item, time);
    if (started < connections) {
      const then = every > 0 ? item.began + every : time + STEP;
      agenda.add(then, start(started++, item.place, then));
    }
  }
  return { ...truth, ...out.end() };
}

/** Initial sequence numbers as RFC 6528 has them: one more every four microseconds, from where the 4-tuple says. */
function clocked(tuple, time) {
  const clock = Math.floor(time / ISN_CLOCK);
  return [Math.imul(tuple + 1, 0x9e3779b1) + clock, Math.imul(tuple + 1, 0x85ebca6b) + clock];
}
