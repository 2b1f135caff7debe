export class Draw {
  constructor(seed: number);
  below(bound: number): number;
  of<T>(list: readonly T[]): T;
  once(times: number): boolean;
}
