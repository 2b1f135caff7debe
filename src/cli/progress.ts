import { shownPath } from '../report/visible.ts';

const PATIENCE = 1000;
const INTERVAL = 100;
const MEGABYTE = 1_000_000;

/** `312 MB of 500 MB` on standard error: only on a terminal, only after a second, and gone at the end. */
export class Progress {
  private readonly enabled: boolean;
  private readonly started = Date.now();
  private shown = 0;

  constructor(enabled: boolean) {
    this.enabled = enabled && process.stderr.isTTY === true;
  }

  /** @param total bytes of the file; null where nobody knows */
  update(path: string, bytes: number, total: number | null): void {
    if (!this.enabled) return;
    const now = Date.now();
    if (now - this.started < PATIENCE || now - this.shown < INTERVAL) return;
    this.shown = now;
    const of = total === null ? '' : ` of ${megabytes(total)}`;
    const room = Math.max(10, (process.stderr.columns ?? 80) - 24);
    const shown = shownPath(path);
    const name = shown.length > room ? `…${shown.slice(1 - room)}` : shown;
    process.stderr.write(`\r\u001b[K${megabytes(bytes)}${of}  ${name}`);
  }

  end(): void {
    if (this.shown > 0) process.stderr.write('\r\u001b[K');
    this.shown = 0;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE)} MB`;
}
