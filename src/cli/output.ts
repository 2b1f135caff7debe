import { writeSync } from 'node:fs';
import { unwritable } from './unwritable.ts';

const STANDARD_OUTPUT = 1;
const BLOCK = 65_536;
/** Milliseconds between attempts where standard output is a pipe that somebody set to non-blocking. */
const PAUSE = 5;

/**
 * Standard output, or another open file, written without the stream of Node: that one keeps in memory whatever is
 * written before the event loop turns, and a capture is checked without a turn. When the reader goes away (`| head`),
 * {@link BrokenPipe} is thrown, which is no failure.
 */
export class Output {
  /** What waits to be written, as UTF-8. */
  private readonly block = Buffer.allocUnsafe(BLOCK);
  private length = 0;
  private readonly descriptor: number;
  private readonly name: string;

  constructor(descriptor: number = STANDARD_OUTPUT, name = 'Standard output') {
    this.descriptor = descriptor;
    this.name = name;
  }

  /** Queues text, and writes in blocks. */
  line(text: string): void {
    // No character takes more than three bytes for each of its UTF-16 units.
    if (this.length + 3 * text.length > this.block.length) this.flush();
    if (3 * text.length > this.block.length) this.bytes(Buffer.from(text));
    else this.length += this.block.write(text, this.length);
  }

  /** Queues a line that is UTF-8 already. */
  append(line: Uint8Array): void {
    if (this.length + line.length > this.block.length) this.flush();
    if (line.length > this.block.length) {
      this.bytes(line);
    } else {
      this.block.set(line, this.length);
      this.length += line.length;
    }
  }

  write(pieces: Iterable<string>): void {
    for (const piece of pieces) this.line(piece);
    this.flush();
  }

  /** Writes bytes as they are. */
  bytes(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += this.writeSome(bytes.subarray(at));
  }

  /** Writes what waits. */
  flush(): void {
    const { length } = this;
    this.length = 0;
    if (length > 0) this.bytes(this.block.subarray(0, length));
  }

  private writeSome(bytes: Uint8Array): number {
    try {
      return writeSync(this.descriptor, bytes);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new BrokenPipe();
      if (code !== 'EAGAIN') throw unwritable(this.name, error);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE);
      return 0;
    }
  }
}

/** Nobody reads the output any more. */
export class BrokenPipe extends Error {
  override readonly name = 'BrokenPipe';
}
