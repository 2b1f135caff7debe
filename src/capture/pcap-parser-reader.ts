import type { ByteSink } from './byte-sink.ts';
import type { ByteSource } from './byte-source.ts';
import { createRecord } from './create-record.ts';
import { decompress } from './decompress.ts';
import { describeForeign, FOREIGN_MAGIC_LENGTH } from './foreign-formats.ts';
import { Ledger } from './ledger.ts';
import type { ReadOptions } from './read-capture.ts';
import { withCompression } from './read-capture.ts';
import type { CaptureInfo, PacketRecord, RecordSink } from './record.ts';
import { PLAIN_TIME } from './time-bounds.ts';
import { MICROSECONDS } from './time-resolution.ts';
import { longestPacket } from './walker.ts';

type PcapParserModule = typeof import('pcap-parser').default;

/** The one format that the package reads, by magic, and the others that the default reader reads too. */
const LITTLE_ENDIAN = 0xd4c3b2a1;
const BIG_ENDIAN = 0xa1b2c3d4;
const DEFAULT_READER_ONLY: ReadonlyMap<number, string> = new Map([
  [0x0a0d0d0a, 'pcapng'],
  [0xa1b23c4d, 'a pcap with nanosecond times'],
  [0x4d3cb2a1, 'a pcap with nanosecond times'],
  [0xa1b2cd34, 'a pcap of the modified kind'],
  [0x34cdb2a1, 'a pcap of the modified kind'],
]);

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * Reads a classic microsecond capture with the `pcap-parser` package, as a second opinion on {@link readCapture}: the
 * same records, the same diagnostics. What the package cannot read is refused with `reader-unsupported`.
 *
 * A guard stands before the package, since that says nothing of a cut last record, waits for ever longer input on a
 * bogus length, and joins chunks by a deprecated constructor that warns on standard error. The guard looks at
 * lengths only and feeds whole records; what the records are, the package says.
 */
export async function readWithPcapParser(
  source: ByteSource,
  sink: RecordSink,
  options: ReadOptions = {},
): Promise<CaptureInfo> {
  const { default: pcapParser } = await import('pcap-parser');
  const guard = new Guard(pcapParser, sink);
  options.onClock?.(guard);
  const unpacked = await decompress(source, guard, options.onProgress);
  return withCompression(guard.end(), unpacked);
}

class Guard implements ByteSink {
  readonly #pcapParser: PcapParserModule;
  readonly #sink: RecordSink;
  readonly #ledger = new Ledger();
  readonly #record: PacketRecord = createRecord();
  /** The file header, which goes in front of every batch. */
  #header: Uint8Array | null = null;
  #littleEndian = true;
  #longest = 0;
  #baseSeconds = 0;
  #baseMicroseconds = 0;
  /** Bytes that have not been fed, as they came, their number, and how many make the next step possible. */
  #parts: Uint8Array[] = [];
  #pending = 0;
  #needed: number = FILE_HEADER;
  /** Offset in the capture of the first pending byte. */
  #offset = 0;

  constructor(pcapParser: PcapParserModule, sink: RecordSink) {
    this.#pcapParser = pcapParser;
    this.#sink = sink;
  }

  get stopped(): boolean {
    return this.#ledger.stopped;
  }

  get epoch(): bigint {
    return this.#ledger.epoch ?? 0n;
  }

  get exact(): bigint {
    return this.#ledger.exact;
  }

  get exactEnd(): bigint {
    return this.#ledger.exactEnd;
  }

  push(chunk: Uint8Array): void {
    if (this.stopped) return;
    // A copy; Buffer has a `slice` of its own that makes none.
    this.#parts.push(new Uint8Array(chunk));
    this.#pending += chunk.byteLength;
    if (this.#pending < this.#needed) return;
    const bytes = join(this.#parts, this.#pending);
    const fed = this.#feedWhole(bytes);
    this.#parts = [bytes.subarray(fed)];
    this.#pending = bytes.byteLength - fed;
    this.#offset += fed;
  }

  end(): CaptureInfo {
    const ledger = this.#ledger;
    if (!ledger.stopped && this.#header === null) this.#endWithoutHeader(join(this.#parts, this.#pending));
    else if (!ledger.stopped && this.#pending > 0) {
      const missing = this.#needed - this.#pending;
      ledger.note(
        'record-truncated',
        this.#offset,
        `The capture ends inside a packet record: at least ${missing} more bytes should follow. Everything before was read.`,
      );
    }
    return ledger.info();
  }

  #endWithoutHeader(bytes: Uint8Array): void {
    if (bytes.byteLength === 0) this.#ledger.stop('empty', 0, 'The capture is empty: not one byte.');
    else if (bytes.byteLength < 4 || this.#acceptMagic(viewOf(bytes))) {
      const message =
        bytes.byteLength < 4
          ? describeForeign(bytes)
          : `The capture ends inside its file header: ${bytes.byteLength} of ${FILE_HEADER} bytes are there.`;
      this.#ledger.stop('not-a-capture', 0, message);
    }
  }

  /** Feeds the whole records that the bytes begin with, and returns how long they are. */
  #feedWhole(bytes: Uint8Array): number {
    const view = viewOf(bytes);
    let at = 0;
    if (this.#header === null) {
      if (!this.#acceptMagic(view) || !this.#acceptHeader(view)) return 0;
      this.#header = bytes.slice(0, FILE_HEADER);
      at = FILE_HEADER;
    }
    const first = at;
    this.#needed = RECORD_HEADER;
    let corrupt = -1;
    while (bytes.byteLength - at >= RECORD_HEADER) {
      const captured = view.getUint32(at + 8, this.#littleEndian);
      if (captured > this.#longest) {
        corrupt = captured;
        break;
      }
      this.#needed = RECORD_HEADER + captured;
      if (this.#needed > bytes.byteLength - at) break;
      at += this.#needed;
      this.#needed = RECORD_HEADER;
    }
    if (at > first) this.#feed(this.#header, bytes.subarray(first, at));
    if (corrupt >= 0) {
      this.#ledger.stop(
        'record-corrupt',
        this.#offset + at,
        `Frame ${this.#ledger.records + 1} says that ${corrupt} bytes of it were captured, more than any packet has (${this.#longest}); reading stopped there.`,
      );
    }
    return at;
  }

  /** A parser to each batch, since it joins all but the first of its chunks with the deprecated constructor. */
  #feed(header: Uint8Array, records: Uint8Array): void {
    const batch = Buffer.concat([header, records]);
    let hand: (data: Buffer) => void = () => {};
    const parser = this.#pcapParser.parse({
      pause: () => {},
      resume: () => {},
      on: (event: string, listener: (data: never) => void) => {
        if (event === 'data') hand = listener as (data: Buffer) => void;
      },
    });
    let failure: Error | null = null;
    parser.on('error', (error) => {
      failure = error;
    });
    parser.on('packet', ({ header: { timestampSeconds, timestampMicroseconds, originalLength }, data }) => {
      this.#hand(timestampSeconds, timestampMicroseconds, originalLength, data);
    });
    hand(batch);
    if (failure !== null)
      this.#ledger.stop('record-corrupt', this.#offset, `pcap-parser gave up: ${String(failure)}.`);
  }

  #hand(seconds: number, microseconds: number, original: number, data: Uint8Array): void {
    const ledger = this.#ledger;
    const record = this.#record;
    if (ledger.epoch === null) {
      this.#baseSeconds = seconds;
      this.#baseMicroseconds = microseconds;
      ledger.epoch = exactTime(seconds, microseconds);
    }
    const time = (seconds - this.#baseSeconds) * 1e9 + (microseconds - this.#baseMicroseconds) * 1000;
    if (Math.abs(time) > PLAIN_TIME) ledger.noteExact(exactTime(seconds, microseconds));
    ledger.count(time);
    record.frame = ledger.records;
    record.time = time;
    record.bytes = data;
    record.view = viewOf(data);
    record.offset = 0;
    record.captured = data.byteLength;
    record.original = Math.min(original, 0x7fffffff);
    this.#sink.record(record);
  }

  #acceptMagic(view: DataView): boolean {
    const magic = view.getUint32(0);
    if (magic === LITTLE_ENDIAN || magic === BIG_ENDIAN) {
      this.#littleEndian = magic === LITTLE_ENDIAN;
      return true;
    }
    const name = DEFAULT_READER_ONLY.get(magic);
    if (name !== undefined) this.#refuse(name);
    else {
      const head = new Uint8Array(
        view.buffer,
        view.byteOffset,
        Math.min(view.byteLength, FOREIGN_MAGIC_LENGTH),
      );
      this.#ledger.stop('not-a-capture', 0, describeForeign(head));
    }
    return false;
  }

  #acceptHeader(view: DataView): boolean {
    const major = view.getUint16(4, this.#littleEndian);
    const minor = view.getUint16(6, this.#littleEndian);
    if (major !== 2 || minor < 4) {
      this.#refuse(`a pcap of version ${major}.${minor}`);
      return false;
    }
    this.#longest = longestPacket(view.getUint32(16, this.#littleEndian));
    const linkType = view.getUint32(20, this.#littleEndian) & 0xffff;
    this.#record.linkType = linkType;
    this.#ledger.describeInterface(linkType, MICROSECONDS);
    return true;
  }

  #refuse(what: string): void {
    this.#ledger.stop(
      'reader-unsupported',
      0,
      `This is ${what}, and pcap-parser reads classic pcap 2.4 with microsecond times only. Use the default reader.`,
    );
  }
}

function exactTime(seconds: number, microseconds: number): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(microseconds) * 1000n;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function join(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}
