import type { SocketState } from '../diagram/theme.ts';
import type { SeriesGroup } from './page-data.ts';

/** A layer of a stack: from one line up to another, at each step. */
export interface Area {
  readonly state: SocketState;
  readonly isProven: boolean;
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The states of a host on top of one another, of each the proven sockets below the assumed ones. */
export function areasOf({ states }: SeriesGroup, steps: number): { areas: Area[]; most: number } {
  let below = Array.from({ length: steps }, () => 0);
  const areas = states.flatMap(({ state, sockets, proven }): Area[] => {
    const from = below;
    const middle = from.map((value, step) => value + (proven[step] ?? 0));
    const to = from.map((value, step) => value + (sockets[step] ?? 0));
    below = to;
    const layers = [
      { state, isProven: true, from, to: middle },
      { state, isProven: false, from: middle, to },
    ];
    return layers.filter((area) => area.to.some((value, step) => value > (area.from[step] ?? 0)));
  });
  return { areas, most: Math.max(0, ...below) };
}
