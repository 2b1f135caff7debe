export interface Written {
  readonly packets: number;
  readonly bytes: number;
  readonly connections: number;
  readonly damaged: number;
  readonly closes: Readonly<Record<string, number>>;
  readonly closers: Readonly<Record<string, number>>;
}

export function writeConnections(
  path: string,
  options: {
    readonly connections: number;
    readonly open: number;
    readonly snaplen?: number;
    readonly shapes?: string;
    readonly ipv6?: boolean;
    readonly exchanges?: number;
    readonly every?: number;
    readonly reuse?: boolean;
    readonly damage?: number;
  },
): Written;
