import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Captures to measure with. They are the same bytes every time, made once and kept in the folder for temporary
 * files, as classic microsecond pcap, the one format that every reader knows.
 */

/** Change it when the bytes change, so that no stale file is measured. */
const GENERATION = 2;

/** Payload lengths and how often they come, in percent: about what a link with web traffic shows. */
export const MIXES = {
  mixed: [
    [0, 42],
    [120, 8],
    [576, 10],
    [1448, 40],
  ],
  small: [
    [0, 60],
    [32, 25],
    [90, 15],
  ],
};

/** Path of a capture of about `bytes` bytes, made if it is not there yet. */
export function traffic(mix, bytes) {
  const path = join(tmpdir(), `lastack-bench-${mix}-${Math.round(bytes / 1e6)}-${GENERATION}.pcap`);
  if (existsSync(path) && statSync(path).size >= bytes) return path;
  const partial = `${path}.${process.pid}`;
  const file = openSync(partial, 'w');
  try {
    for (const block of blocks(MIXES[mix], bytes)) writeSync(file, block);
  } finally {
    closeSync(file);
  }
  renameSync(partial, path);
  return path;
}

const OPTIONS = 12;
const HEADERS = 14 + 20 + 20 + OPTIONS;
const CONNECTIONS = 4096;

function* blocks(mix, total) {
  const random = generator(20_260_101);
  const lengths = mix.flatMap(([length, percent]) => new Array(percent).fill(length));
  const sequence = Array.from({ length: CONNECTIONS * 2 }, () => random());
  let written = 0;
  let microseconds = 0;
  let block = Buffer.alloc(4 << 20);
  let at = fileHeader(block);
  while (written + at < total) {
    if (at + 2048 > block.length) {
      yield block.subarray(0, at);
      written += at;
      block = Buffer.alloc(4 << 20);
      at = 0;
    }
    const connection = random() % CONNECTIONS;
    const side = random() & 1;
    const payload = lengths[random() % lengths.length];
    microseconds += random() % 20;
    const length = HEADERS + payload;
    block.writeUInt32LE(1_750_000_000 + Math.floor(microseconds / 1e6), at);
    block.writeUInt32LE(microseconds % 1e6, at + 4);
    block.writeUInt32LE(length, at + 8);
    block.writeUInt32LE(length, at + 12);
    at = packet(block, at + 16, connection, side, payload, sequence, microseconds);
  }
  yield block.subarray(0, at);
}

function fileHeader(block) {
  block.writeUInt32LE(0xa1b2c3d4, 0);
  block.writeUInt16LE(2, 4);
  block.writeUInt16LE(4, 6);
  block.writeUInt32LE(262_144, 16);
  block.writeUInt32LE(1, 20);
  return 24;
}

function packet(block, at, connection, side, payload, sequence, microseconds) {
  block.writeUInt16BE(0x0800, at + 12);
  const ip = at + 14;
  block.writeUInt8(0x45, ip);
  block.writeUInt16BE(20 + 20 + OPTIONS + payload, ip + 2);
  block.writeUInt16BE(0x4000, ip + 6);
  block.writeUInt8(64, ip + 8);
  block.writeUInt8(6, ip + 9);
  const client = 0x0a000000 + (connection >> 4);
  const server = 0xc0a80001;
  block.writeUInt32BE(side === 0 ? client : server, ip + 12);
  block.writeUInt32BE(side === 0 ? server : client, ip + 16);
  const tcp = ip + 20;
  const port = 32_768 + connection;
  block.writeUInt16BE(side === 0 ? port : 443, tcp);
  block.writeUInt16BE(side === 0 ? 443 : port, tcp + 2);
  const own = connection * 2 + side;
  block.writeUInt32BE(sequence[own], tcp + 4);
  block.writeUInt32BE(sequence[own ^ 1], tcp + 8);
  block.writeUInt8(0x80, tcp + 12);
  block.writeUInt8(payload === 0 ? 0x10 : 0x18, tcp + 13);
  block.writeUInt16BE(501, tcp + 14);
  block.writeUInt32BE(0x0101080a, tcp + 20);
  block.writeUInt32BE(microseconds >>> 10, tcp + 24);
  block.writeUInt32BE(microseconds >>> 11, tcp + 28);
  sequence[own] = (sequence[own] + payload) >>> 0;
  return tcp + 20 + OPTIONS + payload;
}

/** xorshift32: the same numbers on every machine. */
function generator(seed) {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
