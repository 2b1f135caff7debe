import type { Worker } from 'node:worker_threads';

/** A thread that was started before it was known what it will have to do: starting takes as long as reading 50 MB does. */
let spare: Worker | null = null;

export function keepSpare(worker: Worker): void {
  spare = worker;
}

export function takeSpare(): Worker | null {
  const worker = spare;
  spare = null;
  return worker;
}

/** Nobody will ask for it. */
export function dropSpare(): void {
  void takeSpare()?.terminate();
}
