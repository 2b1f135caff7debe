import { type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { isFileSource } from '../capture/byte-source.ts';
import { decompress } from '../capture/decompress.ts';
import { openPlain } from '../capture/plain-file.ts';
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
 * A run that spreads its work over threads: every other one walks all bytes and keeps the connections of its share, this one
 * counts and lists them (DESIGN section 5). A file is read by each by itself; whatever else comes is read, and unpacked, here.
 * What they make final is put in the order in which one thread would, so that the report is the same to the byte.
 */
export class SharedRun implements Run {
  private readonly options: CheckOptions;
  private readonly workers: readonly Worker[];
  private readonly ports: readonly MessagePort[];
  private readonly feeder: RingFeeder;
  private readonly merger: ShareMerger;
  private captureEnd: CaptureEnd | null = null;
  private onRead: (bytes: number) => void = () => {};
  /** Why it cannot go on: a thread gave up, or nobody takes what is written any more. */
  private failure: { readonly error: unknown } | null = null;

  /** Threads that have not walked all that was published, and what is to be done when there are none, or one failed. */
  private missing = 0;
  private goOn: () => void = () => {};

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
    for (const worker of workers) {
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', () => this.fail(tooEarly()));
    }
  }

  /** Starts the other threads: as many as `options.threads` says, with this one. */
  static async start(options: CheckOptions, collector: Collector): Promise<SharedRun> {
    const threads = Math.max(1, (options.threads ?? 1) - 1);
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
      // In the folder of the bundles, which stands beside this one: a module is loaded faster than fifty.
      return new Worker(new URL('../command/share-worker.js', import.meta.url), {
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

  async read(input: CaptureInput, index: number, mayJoin: boolean): Promise<ReportedCapture> {
    const { path, source } = input;
    const file = openPlain(source);
    try {
      this.say(BEGIN, { index, mayJoin, file: file && { descriptor: file.descriptor, size: file.size } });
      const onProgress = (bytes: number): void => this.options.onProgress?.(path, bytes);
      this.onRead = onProgress;
      const around =
        file === null ? await decompress(source, new RingSink(this.feeder), onProgress) : undefined;
      this.say(END_OF_CAPTURE);
      await this.finish();
      if (!this.captureEnd) throw new Error('a thread ended a capture without saying so');
      return describeCapture(path, this.captureEnd, around);
    } catch (error) {
      throw isFileSource(source) && source.failure ? source.failure(error) : error;
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
    const block = this.feeder.acquire();
    const text = about === undefined ? [] : new TextEncoder().encode(JSON.stringify(about));
    block.set(text);
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

  private take(share: number, message: ShareMessage): void {
    try {
      // What was half handed on lies in memory that is filled again.
      if (this.failure) return;
      if (message.kind === 'failed') {
        const { error, fault } = message;
        throw fault === null ? error : Object.assign(error as Error, fault);
      }
      if (message.captureEnd) this.captureEnd = message.captureEnd;
      const { batch } = message;
      const numbers = this.feeder.numbersOf(share).subarray(0, batch.regular);
      // What has to wait for another share is copied out of the memory that is filled again.
      const regular = this.workers.length === 1 ? numbers : numbers.slice();
      this.merger.add(share, { ...batch, regular });
      if (message.captureEnd || batch.until.tick === Infinity) this.missing -= 1;
      const { read } = this.feeder;
      if (read > 0) this.onRead(read);
    } catch (error) {
      this.failure ??= { error };
    } finally {
      this.feeder.took(share);
      this.goOn();
    }
  }
}

async function ready(worker: Worker): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('error', reject);
    worker.once('exit', () => reject(tooEarly()));
  });
}

function tooEarly(): Error {
  return new Error('a thread ended before its time');
}

/** Puts unpacked bytes into the ring. */
class RingSink {
  private readonly feeder: RingFeeder;

  constructor(feeder: RingFeeder) {
    this.feeder = feeder;
  }

  get stopped(): boolean {
    return this.feeder.refused;
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.byteLength; ) {
      const block = this.feeder.acquire();
      const length = Math.min(block.byteLength, chunk.byteLength - from);
      block.set(chunk.subarray(from, from + length));
      this.feeder.publish(BYTES, length);
      from += length;
    }
  }
}
