/**
 * One packet of a capture, as the reader hands it out. There is one such object per reader and it is
 * overwritten for every packet, so that reading allocates nothing per packet: a sink that wants to keep
 * something copies it.
 */
export interface PacketRecord {
  /** Frame number within the capture, from 1, as Wireshark counts. */
  frame: number;
  /** Nanoseconds since the capture's first record ({@link CaptureInfo.epoch}); may go back. */
  time: number;
  /** LINKTYPE_ value of the interface, from the pcap-linktype registry. */
  linkType: number;
  /** The block of bytes that holds the packet; valid during the call only. */
  bytes: Uint8Array;
  /** A view of the same bytes as {@link bytes}, with the same origin. */
  view: DataView;
  /** Where the packet begins in {@link bytes}. */
  offset: number;
  /** Bytes captured; `offset + captured` never passes the end of {@link bytes}. */
  captured: number;
  /** Bytes that the packet had on the wire. */
  original: number;
}

/**
 * Records of a classic capture, or Enhanced Packet Blocks of one interface of a pcapng capture, in a block of bytes,
 * little-endian, offered at once. Who takes some moves it on; it ends where others begin.
 */
export interface RecordBatch {
  bytes: Uint8Array;
  /** The bytes are others than those of the run before. */
  isNew: boolean;
  /** Where the next record's header begins, and where the bytes end; the last record may be cut. */
  from: number;
  end: number;
  linkType: number;
  /** The longest packet to believe in, bytes. */
  longest: number;
  /** Number of the interface in its section; -1 where records are classic. */
  interface: number;
  /**
   * Of the two numbers of a record's time, `high` and `low`: its time is
   * `((high - baseHigh) * highUnit + (low - baseLow) * lowUnit) * unit + baseTime` nanoseconds.
   */
  baseHigh: number;
  baseLow: number;
  highUnit: number;
  lowUnit: number;
  unit: number;
  baseTime: number;
  /** Number and time of the last record before, nanoseconds since the capture's first. */
  frame: number;
  previous: number;
  /**
   * The sink has already taken some records beyond the next one. Deliver that one singly, then offer the batch
   * again.
   */
  isAhead: boolean;
}

/** Takes every record of a capture in file order, synchronously. */
export interface RecordSink {
  record(record: PacketRecord): void;
  /**
   * Where there is one, it may take records from the beginning of a run, each as {@link record} would; what it leaves goes
   * there.
   */
  records?(run: RecordBatch): void;
  /** If set, readers place the bytes of the capture there, since bytes elsewhere are copied. */
  readonly block?: Uint8Array | null;
  /** Where there is one, it gets what a pcapng capture says besides of each packet, right before its record. */
  annotation?(annotation: Annotation): void;
}

/** What people and tools wrote beside a packet (draft-ietf-opsawg-pcapng 3.5, 4.2). */
export interface Annotation {
  readonly interface: InterfaceNote;
  readonly comments: readonly string[];
}

export interface InterfaceNote {
  readonly name: string | null;
  readonly description: string | null;
  readonly comments: readonly string[];
}

export type CaptureFormat = 'pcap' | 'pcapng' | 'snoop' | 'erf';
export type Compression = 'gzip' | 'zstd' | 'xz';

/** What a reader knows of a capture once it has read it. */
export interface CaptureInfo {
  format: CaptureFormat;
  compression: Compression | null;
  /** Finest resolution among the interfaces: `s`, `ms`, `us`, `ns`, or `10^-N s` / `2^-N s` where there is no name. */
  timestampResolution: string;
  /** Names of the link types seen, in order of first appearance (`EN10MB`, as libpcap's DLT names). */
  linkTypes: string[];
  records: number;
  /** Time of the first record, nanoseconds since 1970-01-01 UTC; 0n when there is no record. */
  epoch: bigint;
  /** Earliest and latest record time, nanoseconds since {@link epoch}. */
  start: number;
  end: number;
  diagnostics: Diagnostic[];
  /** Reading stopped at a fault behind which nothing can be trusted. */
  isStopped: boolean;
}

/** What could not be read, and where. The reader never throws on input bytes. */
export interface Diagnostic {
  code: DiagnosticCode;
  /** Byte offset in the (uncompressed) capture; null where the fault has no single place. */
  offset: number | null;
  message: string;
}

export type DiagnosticCode =
  /** Not one record could be read: nothing in the bytes is a capture. */
  | 'not-a-capture'
  | 'empty'
  /** The last record or block ends before its length says. */
  | 'record-truncated'
  /** A length that cannot be true; reading stopped there. */
  | 'record-corrupt'
  | 'block-corrupt'
  /** A packet of an interface that no block described. */
  | 'interface-unknown'
  /** There are more interfaces than are kept. */
  | 'interfaces-not-kept'
  | 'link-type-unsupported'
  /** Reading was stopped there, by whoever asked for it. */
  | 'interrupted'
  /** The compressed stream ends early or is damaged. */
  | 'compression-corrupt'
  /** It unpacks to far more than a capture can have been packed from. */
  | 'compression-ratio'
  /** Packets that were not looked into, counted by reason. */
  | 'ip-fragment'
  | 'tcp-header-cut'
  | 'header-corrupt'
  | 'checksum-wrong'
  | 'tunnel-not-opened'
  /** There is no TCP, and this is what the packets are. */
  | 'protocol-not-tcp'
  | 'time-backwards'
  /** The capture says itself that it lacks packets. */
  | 'packets-dropped'
  /** Times that cannot be: a packet that has one takes that of the packet before. */
  | 'time-impossible'
  /** The capture spans more than a double holds in nanoseconds: times are rounded. */
  | 'time-rounded'
  /** Connections that were open at once needed more memory than they may have. */
  | 'memory-exceeded'
  /** A capture that the chosen reader cannot read, though the default one can. */
  | 'reader-unsupported';
