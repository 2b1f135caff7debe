import { type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { type BlockSource, isBlockSource } from '../capture/byte-source.ts';
import { decompress } from '../capture/decompress.ts';
import { wholeShare } from '../flow/share.ts';
import type { ReportedCapture } from '../report/report.ts';
import {
  BEGIN,
  BYTES,
  createRing,
  END_OF_CAPTURE,
  END_OF_RUN,
  RingFeeder,
  type RingMemory,
} from './block-ring.ts';
import { type CaptureEnd, describeCapture } from './capture-end.ts';
import type { CheckOptions } from './check.ts';
import { type Collector, handlingOf } from './collector.ts';
import type { Run } from './run.ts';
import type { CaptureInput } from './run-capture.ts';
import { ShareMerger } from './share-merger.ts';
import type { CaptureBegin, ShareMessage, ShareWorkerData } from './share-worker.ts';

/**
 * A run that spreads its work over threads: this one reads, every other walks all bytes and keeps the connections of its
 * share (DESIGN section 5). What they make final is put in the order in which one thread would, so that the report is
 * the same to the byte.
 */
export class SharedRun implements Run {
  private readonly options: CheckOptions;
  private readonly workers: readonly Worker[];
  private readonly ports: readonly MessagePort[];
  private readonly feeder: RingFeeder;
  private readonly merger: ShareMerger;
  private captureEnd: CaptureEnd | null = null;
  /** Why it cannot go on: a thread gave up, or nobody takes what is written any more. */
  private failure: { readonly error: unknown } | null = null;

  private constructor(
    options: CheckOptions,
    ring: RingMemory,
    workers: readonly Worker[],
    ports: readonly MessagePort[],
    collector: Collector,
  ) {
    this.options = options;
    this.workers = workers;
    this.ports = ports;
    this.feeder = new RingFeeder(ring, () => this.collect());
    this.merger = new ShareMerger(workers.length, collector);
    // While the source lets this thread wait, what the others say comes as events.
    ports.forEach((port, index) => {
      port.on('message', (message: ShareMessage) => this.take(index, message));
    });
  }

  /** Starts the threads, as many as `options.threads` says. */
  static async start(options: CheckOptions, collector: Collector): Promise<SharedRun> {
    const threads = options.threads ?? 1;
    const ring = createRing(threads);
    const { keys } = wholeShare();
    const channels = Array.from({ length: threads }, () => new MessageChannel());
    const { profile, linger, policy = null, verifyChecksums = false } = options;
    const workers = channels.map(({ port2 }, index) => {
      const data: ShareWorkerData = {
        ring,
        share: { index, of: threads, keys },
        profile,
        linger,
        policy,
        verifyChecksums,
        handling: handlingOf(options),
        port: port2 as unknown as MessagePort,
      };
      // From here, and from the bundle of the command, which stands in a folder beside this one.
      return new Worker(new URL('../engine/share-worker.js', import.meta.url), {
        workerData: data,
        transferList: [port2 as unknown as MessagePort],
      });
    });
    const run = new SharedRun(
      options,
      ring,
      workers,
      channels.map(({ port1 }) => port1 as unknown as MessagePort),
      collector,
    );
    try {
      await Promise.all(workers.map(ready));
    } catch (error) {
      run.close();
      throw error;
    }
    return run;
  }

  async read({ path, source }: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture> {
    const { feeder } = this;
    const begin = new TextEncoder().encode(JSON.stringify({ index, mayJoin } satisfies CaptureBegin));
    feeder.acquire().set(begin);
    feeder.publish(BEGIN, begin.byteLength);
    const sink = new RingSink(feeder);
    const chunks = isBlockSource(source) ? sink.through(source) : source;
    const around = await decompress(chunks, sink, (bytes) => this.options.onProgress?.(path, bytes));
    feeder.acquire();
    feeder.publish(END_OF_CAPTURE, 0);
    this.finish();
    if (!this.captureEnd) throw new Error('a thread ended a capture without saying so');
    return describeCapture(path, this.captureEnd, around);
  }

  async end(): Promise<void> {
    this.feeder.acquire();
    this.feeder.publish(END_OF_RUN, 0);
    this.finish();
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

  /** Waits until everything that was published is walked and merged. */
  private finish(): void {
    this.feeder.drain();
    this.collect();
  }

  /** Takes what the threads have said by now. */
  private collect(): void {
    this.ports.forEach((port, index) => {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) {
        this.take(index, next.message as ShareMessage);
      }
    });
    if (this.failure) throw this.failure.error;
  }

  private take(share: number, message: ShareMessage): void {
    try {
      this.feeder.took(share);
      if (message.kind === 'failed') throw message.error;
      if (message.captureEnd) this.captureEnd = message.captureEnd;
      this.merger.add(share, message.batch);
    } catch (error) {
      this.failure ??= { error };
    }
  }
}

async function ready(worker: Worker): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
  });
}

/** Puts unpacked bytes into the ring; a file is read straight into it. */
class RingSink {
  private readonly feeder: RingFeeder;
  /** Taken for the first block, until it shows whether there is something to unpack. */
  private readonly first = new Uint8Array(1 << 16);
  private direct = false;
  private acquired: Uint8Array | null = null;

  constructor(feeder: RingFeeder) {
    this.feeder = feeder;
  }

  get stopped(): boolean {
    return this.feeder.refused;
  }

  /** The chunks of a source that fills blocks which it is given. */
  through(source: BlockSource): Iterable<Uint8Array> {
    return source.blocks(() => {
      if (!this.direct) return this.first;
      this.acquired = this.feeder.acquire();
      return this.acquired;
    });
  }

  push(chunk: Uint8Array): void {
    if (this.acquired !== null && chunk.buffer === this.acquired.buffer) {
      this.acquired = null;
      this.feeder.publish(BYTES, chunk.byteLength);
      return;
    }
    // What needs no unpacking comes as it was read.
    if (chunk.buffer === this.first.buffer) this.direct = true;
    for (let from = 0; from < chunk.byteLength; ) {
      const block = this.feeder.acquire();
      const length = Math.min(block.byteLength, chunk.byteLength - from);
      block.set(chunk.subarray(from, from + length));
      this.feeder.publish(BYTES, length);
      from += length;
    }
  }
}
