import { Failure } from './failure.ts';

const BLOCK = 65_536;

/** Standard output. When its reader goes away (`| head`), writing stops, and that is no failure. */
export class Output {
  private failed: NodeJS.ErrnoException | null = null;
  private pending = '';

  constructor() {
    // Without a listener an EPIPE would end the process with a stack trace.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      this.failed ??= error;
    });
  }

  /** Queues text. Throws {@link BrokenPipe} once nobody reads any more. */
  line(text: string): void {
    this.throwIfFailed();
    this.pending += text;
    if (this.pending.length >= BLOCK) process.stdout.write(this.take());
  }

  /** Writes piece by piece, no faster than they are read, and waits until all is out. */
  async write(pieces: Iterable<string>): Promise<void> {
    for (const piece of pieces) {
      this.pending += piece;
      if (this.pending.length >= BLOCK) await this.flush();
    }
    await this.flush();
  }

  private async flush(): Promise<void> {
    this.throwIfFailed();
    const text = this.take();
    await new Promise<void>((resolve) => {
      process.stdout.write(text, (error) => {
        this.failed ??= error ?? null;
        resolve();
      });
    });
    this.throwIfFailed();
  }

  private take(): string {
    const text = this.pending;
    this.pending = '';
    return text;
  }

  private throwIfFailed(): void {
    // Set at once, while the event waits until a capture that is read without a pause is over.
    this.failed ??= process.stdout.errored;
    if (this.failed === null) return;
    if (this.failed.code === 'EPIPE') throw new BrokenPipe();
    throw new Failure('unwritable', `Standard output cannot be written: ${this.failed.message}.`);
  }
}

/** Nobody reads the output any more. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}
