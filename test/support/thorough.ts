/** How much is left out of `npm test`, which is to be quick; `npm run test:thorough` leaves out nothing. */
const SHARE = 15;

export const isThorough: boolean = process.env['LASTACK_THOROUGH'] === '1';

/** How often a property runs, or how much then comes of it: a fifteenth in `npm test`. */
export function runs(all: number): number {
  return isThorough ? all : Math.ceil(all / SHARE);
}

/** Every fifteenth of them in `npm test`, or every `every`th, beginning at another one. */
export function sampled<T>(all: Iterable<T>, every: number = SHARE, from = 0): T[] {
  const list = [...all];
  return isThorough ? list : list.filter((_, at) => at % every === from % every);
}
