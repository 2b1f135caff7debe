// The ways in which a capture can be checked, all of which have to say the same.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { check, PROFILES } from '../../dist/index.js';
import { captureOf, packetsOf } from './packets.js';

/** Milliseconds after which a check that does not end is ended; a hundred times what the slowest one takes. */
const HANGS = 60_000;

/** Ways that every input takes, and those that cost a hundred times as much. */
export const QUICK = ['plain', 'chunks', 'counted', 'resumed'];
export const SLOW = ['two threads', 'three threads'];

/** What a capture did not stand: the way, and what it said. */
export class Difference extends Error {
  constructor(way, message) {
    super(`${way}: ${message}`);
    this.way = way;
  }
}

export class Ways {
  #plain = null;

  /**
   * What the check says of a capture, as an object, where all ways agree.
   *
   * @throws {Difference} where one does not, or fails
   */
  async check(bytes, draw, ways) {
    const options = { profile: PROFILES[draw.of(Object.keys(PROFILES))], linger: draw.of([0, 1, 60]) };
    if (draw.once(4)) options.verifyChecksums = true;
    const whole = await attempt('whole', () => check(bytes, options));
    const expected = JSON.stringify(whole);
    const compare = (way, text) => {
      if (text !== expected)
        throw new Difference(way, firstDifference(JSON.parse(expected), JSON.parse(text)));
    };
    for (const way of ways) {
      await attempt(way, async () => {
        if (way === 'plain') compare(way, await this.#checkPlain(bytes, options));
        else if (way === 'chunks') {
          const source = chunks(bytes, 1 + draw.below(draw.of([16, 200, 5000])));
          compare(way, JSON.stringify(await check({ path: '<bytes>', source }, options)));
        } else if (way === 'counted')
          compareSummaries(way, whole, await check(bytes, { ...options, connections: 'none' }));
        else if (way === 'resumed') await this.#compareResumed(bytes, draw, options);
        else {
          const threads = way === 'two threads' ? 2 : 3;
          compare(way, JSON.stringify(await check(bytes, { ...options, threads })));
          const counted = await check(bytes, { ...options, threads, connections: 'none' });
          compareSummaries(way, whole, counted);
        }
      });
    }
    return whole;
  }

  async close() {
    await this.#plain?.terminate();
  }

  async #checkPlain(bytes, options) {
    this.#plain ??= new Worker(new URL('./plain-worker.js', import.meta.url));
    this.#plain.postMessage({ bytes, options });
    const [{ text, failure }] = await once(this.#plain, 'message');
    if (failure) throw new Difference('plain', failure);
    return text;
  }

  /** In parts, each with what the one before it kept, against the whole; both as classic captures. */
  async #compareResumed(bytes, draw, options) {
    const { linkType, list } = await packetsOf(bytes);
    if (list.length < 2) return;
    const whole = await check(captureOf(linkType, list), options);
    const at = Array.from({ length: 1 + draw.below(2) }, () => 1 + draw.below(list.length - 1));
    const bounds = [0, ...[...new Set(at)].sort((a, b) => a - b), list.length];
    const connections = [];
    let resume;
    for (let part = 1; part < bounds.length; part++) {
      const isLast = part === bounds.length - 1;
      const own = { ...options, ...(resume && { resume }) };
      if (!isLast) own.onState = (state) => (resume = structuredClone(state));
      const report = await check(captureOf(linkType, list.slice(bounds[part - 1], bounds[part])), own);
      connections.push(...report.connections);
    }
    const inOrder = (all) =>
      JSON.stringify(all.map((one) => ({ ...one, capture: 0 })).sort((a, b) => a.id - b.id));
    const [expected, said] = [inOrder(whole.connections), inOrder(connections)];
    if (said !== expected)
      throw new Difference('resumed', firstDifference(JSON.parse(expected), JSON.parse(said)));
  }
}

/** What a way does; any failure of it is a {@link Difference}. */
async function attempt(way, does) {
  let timer;
  const hangs = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Difference(way, `does not end within ${HANGS / 1000} s`)), HANGS);
  });
  try {
    return await Promise.race([does(), hangs]);
  } catch (error) {
    throw error instanceof Difference ? error : new Difference(way, String(error?.stack ?? error));
  } finally {
    clearTimeout(timer);
  }
}

async function* chunks(bytes, size) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

function compareSummaries(way, { summary }, counted) {
  if (JSON.stringify(counted.summary) === JSON.stringify(summary)) return;
  throw new Difference(way, `summary: ${firstDifference(summary, counted.summary)}`);
}

/** The first place at which two reports differ, with both. */
function firstDifference(one, other, path = '') {
  const isDeep = (value) => typeof value === 'object' && value !== null;
  if (!isDeep(one) || !isDeep(other)) return `${path}: ${JSON.stringify(one)} or ${JSON.stringify(other)}`;
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    if (JSON.stringify(one[key]) !== JSON.stringify(other[key]))
      return firstDifference(one[key], other[key], `${path}/${key}`);
  }
  return `${path}: the same in another order`;
}
