// Fuzzing: mutants of captures through every way of the check, for so many seconds. See README.md.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Draw } from './draw.js';
import { minimise } from './minimise.js';
import { mutateBytes } from './mutate-bytes.js';
import { mutatePackets } from './mutate-packets.js';
import { captureOf, packetsOf } from './packets.js';
import { QUICK, SLOW, Ways } from './ways.js';

const OWN = ['../../captures/', '../violations/', 'found/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const FOUND = fileURLToPath(new URL('found/', import.meta.url));
/** Larger seeds are cut to their first packets, larger mutants are not tried. */
const MOST_PACKETS = 60;
const MOST_BYTES = 200_000;
/** One mutant in so many also goes through several threads, and so do those that show something new. */
const SLOW_EVERY = 40;

const { values, positionals } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    save: { type: 'string', default: FOUND },
  },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('Usage: npm run fuzz -- [--seconds 60] [--seed 1] [--save FOLDER] [FOLDER of captures…]');
  process.exit(2);
}

/** What a report says, without numbers: mutants that say something new are mutated further. */
function behaviourOf({ captures, connections }) {
  const diagnostics = captures.flatMap((capture) => capture.diagnostics.map(({ code }) => code));
  const shown = connections.map(({ close, findings, transitions, health }) => [
    close.kind,
    close.closer,
    findings.map(({ rule, tier, side }) => `${rule} ${tier} ${side}`),
    transitions.map(({ side, to, on, status }) => `${side} ${to} ${on} ${status}`),
    Object.values(health).map(Boolean),
  ]);
  return [...diagnostics, ...shown.map((one) => JSON.stringify(one))];
}

async function seeds() {
  const pool = [];
  for (const folder of [...OWN, ...positionals]) {
    for (const name of readdirSync(folder, { withFileTypes: true })) {
      if (!name.isFile() || !/\.(pcap|pcapng|cap)$/.test(name.name)) continue;
      const bytes = new Uint8Array(readFileSync(join(folder, name.name)));
      if (bytes.length <= MOST_BYTES) pool.push(bytes);
      const { linkType, list } = await packetsOf(bytes);
      if (list.length > 0) pool.push(captureOf(linkType, list.slice(0, MOST_PACKETS)));
    }
  }
  return pool;
}

async function mutantOf(pool, draw) {
  const bytes = draw.of(pool);
  const other = draw.of(pool);
  if (draw.once(4)) return mutateBytes(bytes, draw, other);
  const [{ linkType, list }, guests] = [await packetsOf(bytes), await packetsOf(other)];
  if (list.length === 0) return mutateBytes(bytes, draw, other);
  return captureOf(linkType, mutatePackets(list, draw, guests.linkType === linkType ? guests.list : []));
}

const ways = new Ways();
const pool = await seeds();
const first = pool.length;
const known = new Set();
const findings = new Map();
const until = Date.now() + 1000 * seconds;
const counts = { inputs: 0, executions: 0 };

async function tryOne(bytes, number, which) {
  counts.executions += 1 + which.length;
  return await ways.check(bytes, new Draw(number), which);
}

/** Keeps a finding once, as small as it gets. */
async function keep(bytes, number, difference) {
  const { way, message } = difference;
  const kind = message.replace(/\d+/g, 'N').split('\n').slice(0, 2).join(' ').slice(0, 120);
  if (findings.has(kind)) return;
  findings.set(kind, null);
  const which = way === 'whole' ? [] : [way];
  const smallest = await minimise(bytes, (mutant) =>
    tryOne(mutant, number, which).then(
      () => false,
      (error) => error.way === way,
    ),
  );
  const name = `${way.replace(/ /g, '-')}-${createHash('sha256').update(smallest).digest('hex').slice(0, 8)}-${number}.pcap`;
  mkdirSync(values.save, { recursive: true });
  writeFileSync(join(values.save, name), smallest);
  findings.set(kind, name);
  console.log(`found ${join(values.save, name)}\n  ${message}`);
}

for (let number = seed; Date.now() < until; number++) {
  const draw = new Draw(number);
  const mutant = await mutantOf(pool, draw);
  if (mutant.length > MOST_BYTES) continue;
  counts.inputs += 1;
  try {
    const report = await tryOne(mutant, number, draw.once(SLOW_EVERY) ? [...QUICK, ...SLOW] : QUICK);
    const news = behaviourOf(report).filter((one) => !known.has(one));
    if (news.length === 0) continue;
    for (const one of news) known.add(one);
    pool.push(mutant);
  } catch (error) {
    if (error.way === undefined) throw error;
    await keep(mutant, number, error);
  }
}
await ways.close();
console.log(
  `${counts.inputs} inputs from ${first} captures, ${counts.executions} executions, ${pool.length - first} inputs kept for what they show, ${findings.size} findings (seed ${seed})`,
);
process.exit(findings.size === 0 ? 0 : 1);
