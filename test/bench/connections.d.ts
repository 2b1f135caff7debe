export interface Written {
  readonly packets: number;
  readonly bytes: number;
  readonly closes: Readonly<Record<string, number>>;
  readonly closers: Readonly<Record<string, number>>;
}

export function writeConnections(
  path: string,
  options: {
    readonly connections: number;
    readonly open: number;
    readonly snaplen?: number;
    readonly unfinished?: boolean;
    readonly ipv6?: boolean;
    readonly exchanges?: number;
  },
): Written;
