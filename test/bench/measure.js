/** Milliseconds that `work` takes, and what it returns. */
export async function timed(work) {
  globalThis.gc?.();
  const start = process.hrtime.bigint();
  const result = await work();
  return { milliseconds: Number(process.hrtime.bigint() - start) / 1e6, result };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs the contestants in turn, `rounds` times over, so that a slow spell of the machine meets all of them.
 * Returns the median milliseconds by name.
 */
export async function alternate(contestants, rounds) {
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of Object.entries(contestants)) {
      const { milliseconds } = await timed(work);
      times[name].push(milliseconds);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
