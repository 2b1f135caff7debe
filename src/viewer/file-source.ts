import type { FileSource, OpenFile } from '../capture/byte-source.ts';

/** Bytes that are asked of the browser at once: each question takes a while. */
const CHUNK = 4 << 20;
const HEAD = 16;

/** A file that was dropped, read where it lies; in a worker only, since it waits for the bytes. */
export function fromFile(file: Blob): FileSource {
  return { open: () => openBlob(file), [Symbol.asyncIterator]: () => chunksOf(file) };
}

function openBlob(file: Blob): OpenFile {
  const reader = new FileReaderSync();
  const bytes = (from: number, length: number): Uint8Array =>
    new Uint8Array(reader.readAsArrayBuffer(file.slice(from, from + length)));
  let chunk = new Uint8Array(0);
  let begin = 0;
  return {
    size: file.size,
    head: bytes(0, HEAD),
    read(block, at) {
      if (at < begin || at >= begin + chunk.byteLength) {
        begin = at;
        chunk = new Uint8Array(bytes(at, CHUNK));
      }
      const part = chunk.subarray(at - begin, at - begin + block.byteLength);
      block.set(part);
      return part.byteLength;
    },
    close() {},
  };
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array, void, void> {
  for (let at = 0; at < file.size; at += CHUNK) {
    yield new Uint8Array(await file.slice(at, at + CHUNK).arrayBuffer());
  }
}
