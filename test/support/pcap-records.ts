/** What a capture file may do to the same packets: each takes and returns a nanosecond pcap with Ethernet frames. */
export interface CaptureChange {
  readonly name: string;
  readonly change: (bytes: Uint8Array) => Uint8Array;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const ETHERNET = 14;

/** Every frame twice, 20 microseconds apart: a mirror port, or two devices of `-i any`. */
export const TWICE: CaptureChange = {
  name: 'every frame captured twice',
  change: (bytes) =>
    join(
      bytes,
      recordsOf(bytes).flatMap((record) => [record, delayed(record, 20_000)]),
    ),
};

/** Every frame twice, the second time behind a router. */
export const TWICE_ROUTED: CaptureChange = {
  name: 'every frame captured on both sides of a router',
  change: (bytes) =>
    join(
      bytes,
      recordsOf(bytes).flatMap((record) => [record, hopped(delayed(record, 20_000))]),
    ),
};

/** A snap length that leaves no TCP option. */
export const CUT: CaptureChange = {
  name: 'TCP options cut by the snap length',
  change: (bytes) =>
    join(
      bytes,
      recordsOf(bytes).map((record) => {
        const kept = ETHERNET + (record[RECORD_HEADER + ETHERNET] === 0x45 ? 40 : 60);
        const cut = record.slice(0, RECORD_HEADER + kept);
        view(cut).setUint32(8, cut.length - RECORD_HEADER, true);
        return cut;
      }),
    ),
};

/** One direction only: what came from the higher port, the clients of ladders, or what did not. */
export function oneWay(side: 'client' | 'server'): CaptureChange {
  return {
    name: `only what the ${side} sent was captured`,
    change: (bytes) =>
      join(
        bytes,
        recordsOf(bytes).filter((record) => fromHigherPort(record) === (side === 'client')),
      ),
  };
}

/** Without the pure ACKs and the data: a capture filter on the flags. */
export const CONTROL_ONLY: CaptureChange = {
  name: 'only SYN, FIN and RST were captured',
  change: (bytes) =>
    join(
      bytes,
      recordsOf(bytes).filter((record) => ((record[tcpAt(record) + 13] ?? 0) & 7) !== 0),
    ),
};

export function recordCount(bytes: Uint8Array): number {
  return recordsOf(bytes).length;
}

/** The records from `start` up to `end`, without that one. */
export function between(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return join(bytes, recordsOf(bytes).slice(start, end));
}

export function without(bytes: Uint8Array, at: number): Uint8Array {
  return join(
    bytes,
    recordsOf(bytes).filter((_, index) => index !== at),
  );
}

function recordsOf(bytes: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let at = FILE_HEADER; at < bytes.length; ) {
    const length = RECORD_HEADER + view(bytes).getUint32(at + 8, true);
    records.push(bytes.slice(at, at + length));
    at += length;
  }
  return records;
}

function join(file: Uint8Array, records: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat([file.subarray(0, FILE_HEADER), ...records]));
}

function delayed(record: Uint8Array, nanoseconds: number): Uint8Array {
  const copy = record.slice();
  const total = view(copy).getUint32(4, true) + nanoseconds;
  view(copy).setUint32(0, view(copy).getUint32(0, true) + Math.floor(total / 1e9), true);
  view(copy).setUint32(4, total % 1e9, true);
  return copy;
}

function hopped(record: Uint8Array): Uint8Array {
  const copy = record.slice();
  const at = RECORD_HEADER + ETHERNET + (copy[RECORD_HEADER + ETHERNET] === 0x45 ? 8 : 7);
  copy[at] = (copy[at] ?? 1) - 1;
  return copy;
}

function tcpAt(record: Uint8Array): number {
  return RECORD_HEADER + ETHERNET + (record[RECORD_HEADER + ETHERNET] === 0x45 ? 20 : 40);
}

function fromHigherPort(record: Uint8Array): boolean {
  const at = tcpAt(record);
  return view(record).getUint16(at) > view(record).getUint16(at + 2);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
