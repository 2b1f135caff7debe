import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { OpenFile } from '../capture/byte-source.ts';
import { CaptureReader } from '../capture/capture-reader.ts';
import { decompress } from '../capture/decompress.ts';
import { type BlockSink, openPlain } from '../capture/plain-file.ts';
import { partsOf } from '../fast/compact-core.ts';
import { PacketReader } from '../fast/packet-reader.ts';
import type { BlockMemory } from '../fast/prepared-packets.ts';
import { together } from '../flow/memory-bound.ts';
import { wholePartition } from '../flow/partition.ts';
import type { ReportedCapture } from '../report/report.ts';
import {
  BEGIN,
  BYTES,
  createRing,
  END_OF_CAPTURE,
  END_OF_RUN,
  plainBlocks,
  RingFeeder,
  type RingMemory,
} from './block-ring.ts';
import { type CaptureEnd, describeCapture } from './capture-end.ts';
import type { CheckOptions } from './check-options.ts';
import { type Collector, handlingOf, wantedOf } from './collector.ts';
import type { Run } from './run.ts';
import { type CaptureInput, DEFAULT_MEMORY } from './run-capture.ts';
import { ShareMerger } from './share-merger.ts';
import { takeSpare } from './share-spare.ts';
import { startWorker } from './share-start.ts';
import type { CaptureBegin, ShareMessage, ShareWorkerData } from './share-worker.ts';

/**
 * Blocks under way: enough that no side waits for the other's hiccups, few enough to stay in the cache; and where connections are
 * listed, several times what a message tells of.
 */
const BLOCKS_TO_COUNT = 16;
const BLOCKS_TO_LIST = 64;
/** Blocks that are read before others have their turn in this thread. */
const AT_ONCE = 16;

/**
 * A run that spreads its work over threads: this one reads the bytes and the packets in them, and counts and lists connections;
 * every other one takes all packets and keeps the connections of its partition. What they make final is put in
 * the order in which one thread would, so that the report is the same to the byte.
 */
export class SharedRun implements Run {
  private readonly options: CheckOptions;
  private readonly workers: readonly Worker[];
  private readonly ports: readonly MessagePort[];
  private readonly feeder: RingFeeder;
  private readonly merger: ShareMerger;
  /** Null where the other threads read the packets themselves. */
  private readonly packets: PacketReader | null;
  private captureEnd: CaptureEnd | null = null;
  /** Why the run cannot go on: a thread failed, or the reader of the output is gone. */
  private failure: { readonly error: unknown } | null = null;

  /** Threads that have not walked all that was published, and what is to be done when there are none, or one failed. */
  private missing = 0;
  private goOn: () => void = () => {};
  /** Reads on, as far as there is room. */
  private fillUp: () => void = () => {};

  private constructor(
    options: CheckOptions,
    ring: RingMemory,
    workers: readonly Worker[],
    ports: readonly MessagePort[],
    collector: Collector,
    packets: PacketReader | null,
  ) {
    this.options = options;
    this.workers = workers;
    this.ports = ports;
    this.feeder = new RingFeeder(ring, () => this.collect());
    this.packets = packets;
    this.merger = new ShareMerger(workers.length, collector, () => this.fillUp());
    // While the source lets this thread wait, what the others say comes as events.
    ports.forEach((port, index) => {
      port.on('message', (message: ShareMessage) => this.take(index, message));
    });
    for (const worker of workers) {
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', () => this.fail(tooEarly()));
    }
  }

  /** Starts the other threads: as many as `options.threads` says, with this one. */
  static start(options: CheckOptions, collector: Collector): SharedRun {
    const threads = Math.max(1, (options.threads ?? 1) - 1);
    const { keys } = wholePartition();
    const handling = handlingOf(options);
    // Who lists has enough to do.
    const reads = handling === 'counted' && !options.verifyChecksums;
    const packets = reads ? PacketReader.of(BLOCKS_TO_COUNT, keys) : null;
    const ring = createRing(threads, packets?.blocks ?? plainBlocks(BLOCKS_TO_LIST));
    const channels = Array.from({ length: threads }, () => new MessageChannel());
    const { profile, linger, policy = null, verifyChecksums = false, maxMemory = DEFAULT_MEMORY } = options;
    const workers = channels.map(({ port2 }, index) => {
      const port = port2 as unknown as MessagePort;
      const data: ShareWorkerData = {
        ring,
        partition: { index, of: threads, keys },
        profile,
        linger,
        policy,
        verifyChecksums,
        maxMemory,
        handling,
        wanted: wantedOf(options),
        // One of them may have its table in the memory of the packets.
        core: partsOf(index === 0 ? (packets?.core ?? null) : null),
        port,
      };
      const worker = takeSpare() ?? startWorker();
      worker.ref();
      worker.postMessage(data, [port]);
      return worker;
    });
    const ports = channels.map(({ port1 }) => port1 as unknown as MessagePort);
    return new SharedRun(options, ring, workers, ports, collector, packets);
  }

  async read(input: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture> {
    const { path, source } = input;
    const file = openPlain(source);
    try {
      this.captureEnd = null;
      this.say(BEGIN, { index, mayJoin });
      const sink = new RingSink(this.feeder, this.packets, () => this.room());
      const onProgress = (bytes: number): void => this.options.onProgress?.(path, bytes);
      const around = file === null ? await decompress(source, sink, onProgress) : undefined;
      if (file !== null) await this.feed(file, sink, onProgress);
      this.say(END_OF_CAPTURE);
      await this.finish();
      if (!this.captureEnd) throw new Error('a thread ended a capture without saying so');
      return describeCapture(path, this.captureEnd, around);
    } finally {
      file?.close();
    }
  }

  async end(): Promise<void> {
    this.say(END_OF_RUN);
    await this.finish();
  }

  save(): never {
    throw new Error('what is open lies in several threads: run with one to save it');
  }

  close(): void {
    for (const port of this.ports) port.close();
    for (const worker of this.workers) {
      worker.unref();
      void worker.terminate();
    }
  }

  private say(kind: number, about?: CaptureBegin): void {
    const { bytes } = this.feeder.acquire();
    const text = about === undefined ? [] : new TextEncoder().encode(JSON.stringify(about));
    bytes.set(text);
    this.feeder.publish(kind, text.length);
  }

  /** Waits until everything that was published is walked and merged. */
  private async finish(): Promise<void> {
    this.missing += this.workers.length;
    await new Promise<void>((resolve) => {
      this.goOn = () => {
        if (this.missing === 0 || this.failure) resolve();
      };
      this.goOn();
    });
    if (this.failure) throw this.failure.error;
  }

  /**
   * Reads a file into the ring. Whenever there is something else to be done, the ring is filled up before, so that the others have
   * something to do meanwhile.
   */
  private async feed(file: OpenFile, sink: RingSink, onProgress: (bytes: number) => void): Promise<void> {
    let at = 0;
    let isOver = false;
    this.fillUp = () => {
      for (let left = AT_ONCE; left > 0 && !isOver && !sink.stopped && this.feeder.hasRoom; left--) {
        const { block } = sink;
        const length = file.read(block, at);
        isOver = length === 0;
        if (!isOver) sink.push(block.subarray(0, length));
        at += length;
      }
    };
    try {
      for (;;) {
        this.fillUp();
        onProgress(at);
        if (isOver || sink.stopped) return;
        await (this.room() ?? new Promise((resolve) => setImmediate(resolve)));
      }
    } finally {
      this.fillUp = () => {};
    }
  }

  /** Waits until half of the blocks are free, where none is; null where one is. */
  private room(): Promise<void> | null {
    if (this.failure) return Promise.reject(this.failure.error);
    if (this.feeder.hasRoom) return null;
    return new Promise<void>((resolve, reject) => {
      this.goOn = () => {
        if (this.failure) reject(this.failure.error);
        else if (this.feeder.wantsRoom()) resolve();
        else return;
        this.goOn = () => {};
      };
      this.goOn();
    });
  }

  private fail(error: unknown): void {
    this.failure ??= { error };
    this.goOn();
  }

  /** Takes what the threads have said by now, while this one waits for them. */
  private collect(): void {
    this.ports.forEach((port, index) => {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        this.take(index, next.message as ShareMessage);
      }
    });
    if (this.failure) throw this.failure.error;
  }

  private take(partition: number, message: ShareMessage): void {
    if (message.kind === 'room') {
      this.goOn();
      return;
    }
    try {
      // What was half handed on lies in memory that is filled again.
      if (this.failure) return;
      if (message.kind === 'failed') throw message.error;
      if (message.captureEnd) {
        const unkept = together(message.captureEnd.unkept, this.captureEnd?.unkept ?? null);
        this.captureEnd = { ...message.captureEnd, unkept };
      }
      const { batch } = message;
      const endings = this.feeder.endingsOf(partition);
      endings.length = batch.regular;
      // What has to wait for another partition is copied out of the memory that is filled again.
      const regular = this.workers.length === 1 ? endings : endings.copy();
      this.merger.add(partition, { ...batch, regular });
      if (message.captureEnd || batch.until.tick === Infinity) this.missing -= 1;
    } catch (error) {
      this.failure ??= { error };
    } finally {
      this.feeder.took(partition);
      this.goOn();
    }
  }
}

function tooEarly(): Error {
  return new Error('a thread ended before its time');
}

/** Puts the bytes of a capture into the ring, and reads the packets in them. */
class RingSink implements BlockSink {
  readonly room: () => Promise<void> | null;
  private readonly feeder: RingFeeder;
  private readonly packets: PacketReader | null;
  private readonly reader: CaptureReader | null;
  private acquired: BlockMemory | null = null;

  constructor(feeder: RingFeeder, packets: PacketReader | null, room: () => Promise<void> | null) {
    this.feeder = feeder;
    this.packets = packets;
    this.reader = packets && new CaptureReader(packets);
    this.room = room;
  }

  get stopped(): boolean {
    return this.feeder.refused;
  }

  get block(): Uint8Array {
    this.acquired ??= this.feeder.acquire();
    return this.acquired.bytes;
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.byteLength; ) {
      const { block } = this;
      const length = Math.min(block.byteLength, chunk.byteLength - from);
      if (chunk.buffer !== block.buffer) block.set(chunk.subarray(from, from + length));
      this.publish(length);
      from += length;
    }
  }

  private publish(length: number): void {
    const { acquired, packets, reader } = this;
    this.acquired = null;
    if (acquired !== null && packets !== null) {
      packets.begin(acquired);
      reader?.push(acquired.bytes.subarray(0, length));
    }
    this.feeder.publish(BYTES, length, packets?.finish());
  }
}
