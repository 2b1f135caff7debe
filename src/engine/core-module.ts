import { useParts } from '../fast/compact-core.ts';

/** Gives the fast path its WebAssembly where there is no file system to load it from: in a browser. */
export function useCoreModule(bytes: Uint8Array): void {
  useParts({ module: new WebAssembly.Module(new Uint8Array(bytes)), place: null });
}
