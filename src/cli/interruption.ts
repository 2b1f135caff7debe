import type { FileSource, OpenFile } from '../capture/byte-source.ts';
import { enumerate, plural } from '../report/wording.ts';
import { Failure, remark } from './failure.ts';
import { discardAll } from './output-file.ts';

/** Milliseconds that a pipe may be silent once it is to end, and may go on at most: a `tcpdump` says goodbye within them. */
const SILENCE = 300;
const LONGEST = 2000;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
type Signal = (typeof SIGNALS)[number];

/** A pipe or a stream, and how to let go of it while it is waited for. */
export interface Waiting {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly letGo: () => void;
}

/**
 * The first SIGINT or SIGTERM ends the reading: a file ends where it is, a pipe where it ends or falls silent, and what was
 * read is reported. The second one ends the process.
 */
class Interruption {
  private signal: Signal | null = null;
  private isListening = false;
  /** Who waits for a pipe. */
  private readonly waiting: Set<() => void> = new Set();
  private readonly pipes: Set<string> = new Set();
  /** Captures of which something was not read. */
  private readonly cut: Set<string> = new Set();

  /** From now on signals end the reading. */
  listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    this.signal = null;
    this.cut.clear();
    for (const signal of SIGNALS) process.on(signal, this.take);
  }

  /** From now on they end the process, as they do by themselves. */
  ignore(): void {
    this.isListening = false;
    this.pipes.clear();
    for (const signal of SIGNALS) process.off(signal, this.take);
  }

  /** Whether a capture is not to be begun any more: of a pipe that has its turn, what has arrived is used. */
  readonly isStopped = (path: string): boolean => this.signal !== null && !this.pipes.has(path);

  /** Whether reading stopped before the end of a capture. */
  readonly isCut = (path: string): boolean => this.cut.has(path);

  /** Why the job is not done; null where no signal came, or all was read that was there. */
  failure(inputs: readonly { readonly path: string }[], read: number): Failure | null {
    const left = inputs.length - read;
    const parts = [
      ...(this.cut.size > 0 ? [`the rest of ${enumerate([...this.cut])}`] : []),
      ...(left > 0 ? [plural(left, 'whole capture')] : []),
    ];
    if (this.signal === null || parts.length === 0) return null;
    return new Failure(
      'interrupted',
      `${this.signal} came before all was read: what is missing is ${enumerate(parts)}.`,
    );
  }

  /** @throws Failure where something is not worth having in part */
  refuseParts(): void {
    const failure = this.failure([], 0);
    if (failure) throw failure;
  }

  /** The same file, which ends where it is when a signal comes. */
  stopping(path: string, source: FileSource): FileSource {
    const isOver = (): boolean => {
      if (this.signal !== null) this.cut.add(path);
      return this.signal !== null;
    };
    return {
      async *[Symbol.asyncIterator]() {
        for await (const chunk of source) {
          if (isOver()) return;
          yield chunk;
        }
      },
      open: () => this.stoppingFile(path, source.open()),
    };
  }

  private stoppingFile(path: string, file: OpenFile | null): OpenFile | null {
    if (file === null) return null;
    const read = (block: Uint8Array, at: number): number => {
      if (this.signal === null) return file.read(block, at);
      if (at < file.size) this.cut.add(path);
      return 0;
    };
    return { ...file, read };
  }

  /** The same pipe, which ends after a signal where it ends, falls silent or does not stop: what has arrived is used. */
  draining(path: string, open: () => Waiting): AsyncIterable<Uint8Array> {
    this.pipes.add(path);
    return { [Symbol.asyncIterator]: () => this.drained(open()) };
  }

  private async *drained({ chunks, letGo }: Waiting): AsyncGenerator<Uint8Array, void, void> {
    const iterator = chunks[Symbol.asyncIterator]();
    let until = Infinity;
    try {
      for (;;) {
        if (this.signal !== null) until = Math.min(until, Date.now() + LONGEST);
        const next = await this.nextOf(iterator, until);
        if (next === null || next.done === true) return;
        yield next.value;
      }
    } finally {
      letGo();
    }
  }

  /** The next chunk; null where a signal has come and nothing more does. */
  private async nextOf(
    iterator: AsyncIterator<Uint8Array, unknown>,
    until: number,
  ): Promise<IteratorResult<Uint8Array, unknown> | null> {
    const next = iterator.next();
    // Who lets go of it makes it fail, when nobody waits any more.
    next.catch(() => {});
    if (this.signal === null) {
      const first = await this.orSignal(next);
      if (first !== null) return first;
    }
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, Math.max(0, Math.min(SILENCE, until - Date.now())), null);
    });
    return await Promise.race([next, silence]).finally(() => clearTimeout(timer));
  }

  private async orSignal<T>(next: Promise<T>): Promise<T | null> {
    let wake: () => void = () => {};
    const signal = new Promise<null>((resolve) => {
      wake = () => resolve(null);
    });
    this.waiting.add(wake);
    return await Promise.race([next, signal]).finally(() => this.waiting.delete(wake));
  }

  private readonly take = (signal: Signal): void => {
    if (this.signal === null) {
      this.signal = signal;
      for (const wake of this.waiting) wake();
      return;
    }
    discardAll();
    this.ignore();
    remark(`stopped at once by a second signal, ${signal}.`);
    process.kill(process.pid, signal);
  };
}

export const interruption: Interruption = new Interruption();
