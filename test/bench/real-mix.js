// Makes one large capture of a folder of small ones: node test/bench/real-mix.js OUT.pcap COPIES FOLDER…
import { closeSync, openSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Agenda } from './agenda.js';
import { randoms } from './randoms.js';

/** Larger files would outweigh all others. */
const LARGEST = 6_000_000;
/** A file with fewer packets is left out, and so is what follows a jump back in time or comes too late (microseconds). */
const FEWEST = 4;
const LATEST = 600_000_000;
/** Microseconds between the starts of two files, so that many of them are under way at once. */
const APART = 50_000;
const LARGEST_PACKET = 262_144;
const ETHERNET = 1;

/** Of a thousand packets, so many are lost, swapped with the next one, or doubled. */
const DAMAGE = { lost: 3, swapped: 2, doubled: 1 };
/** One random number in so many. */
const RANGE = 2 ** 23;

/**
 * Writes every Ethernet capture in the folders `copies` times, interleaved. No two copies are alike: each has IPv4 addresses
 * and a pace of its own, and lacks, doubles and swaps other packets. (The first one is as it was recorded.) What is not plain
 * IPv4 keeps its addresses, so that its copies run into each other. Checksums are not mended. The same folders give the
 * same bytes. It takes little-endian pcap with microseconds and leaves out everything else.
 *
 * @param {string} path
 * @param {{ copies: number, folders: readonly string[] }} options
 * @returns {{ files: number, packets: number, bytes: number }}
 */
export function writeRealMix(path, { copies, folders }) {
  const files = folders.flatMap(filesIn).map(readRecords).filter(isLongEnough);
  const out = new RecordFile(path);
  const agenda = new Agenda();
  const schedule = ({ due, packets }) => {
    const { value } = packets.next();
    if (value) agenda.add(value.time, { due, packets, record: value });
  };
  const starts = Array.from({ length: copies }, (_, copy) =>
    files.map((records, index) => {
      const due = (copy * files.length + index) * APART;
      return { due, packets: vary(records, { copy, index, due }) };
    }),
  ).flat();
  let started = 0;
  while (started < starts.length || !agenda.isEmpty) {
    // A file is opened only once its start has come.
    if (started < starts.length && starts[started].due <= agenda.next) {
      schedule(starts[started++]);
      continue;
    }
    const { time, item } = agenda.take();
    out.record(time, item.record);
    schedule(item);
  }
  return { files: files.length, ...out.end() };
}

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile() && statSync(path).size <= LARGEST);
}

const isLongEnough = (records) => records.length >= FEWEST;

/** The packets of a capture, with microseconds since its first one; none of a capture of another kind. */
function readRecords(path) {
  const bytes = readFileSync(path);
  const records = [];
  if (bytes.length < 64 || bytes.readUInt32LE(0) !== 0xa1b2c3d4) return records;
  if ((bytes.readUInt32LE(20) & 0xffff) !== ETHERNET) return records;
  let first = null;
  for (let at = 24; at + 16 <= bytes.length; ) {
    const captured = bytes.readUInt32LE(at + 8);
    if (captured > LARGEST_PACKET || at + 16 + captured > bytes.length) break;
    const time = bytes.readUInt32LE(at) * 1_000_000 + bytes.readUInt32LE(at + 4);
    first ??= time;
    if (time < first || time > first + LATEST) break;
    records.push({
      time: time - first,
      original: bytes.readUInt32LE(at + 12),
      packet: bytes.subarray(at + 16, at + 16 + captured),
    });
    at += 16 + captured;
  }
  return records;
}

/** The packets of one copy of a file, with their times in the whole. */
function* vary(records, { copy, index, due }) {
  const random = randoms(copy * 1_000_003 + index * 7919 + 1);
  const chance = () => (copy === 0 ? 1 : random() / RANGE);
  // The first numbers of neighbouring seeds are alike.
  for (let turn = 0; turn < 8; turn++) random();
  const pace = copy === 0 ? 1 : 0.8 + 0.45 * chance();
  const { lost, swapped, doubled } = DAMAGE;
  let last = 0;
  let held = null;
  for (const { time, original, packet } of records) {
    last = Math.max(Math.floor(time * pace), last);
    const kind = chance() * 1000;
    if (kind < lost) continue;
    const record = { time: due + last, original, packet: readdress(packet, copy) };
    if (held) {
      yield record;
      yield { ...held, time: record.time };
      held = null;
    } else if (kind < lost + swapped) {
      held = record;
    } else {
      yield record;
      if (kind < lost + swapped + doubled) yield record;
    }
  }
  if (held) yield held;
}

/** The packet with the second octets of both IPv4 addresses moved by the number of the copy. */
function readdress(packet, copy) {
  if (copy === 0 || packet.length <= 34 || packet.readUInt16BE(12) !== 0x0800) return packet;
  const changed = Buffer.from(packet);
  changed[27] = (packet[27] + copy) & 255;
  changed[31] = (packet[31] + copy) & 255;
  return changed;
}

/** A classic capture with microseconds, written in large blocks. */
class RecordFile {
  #file;
  #block = Buffer.alloc(4 << 20);
  #used = 24;
  #packets = 0;
  #bytes = 0;

  constructor(path) {
    this.#file = openSync(path, 'w');
    this.#block.writeUInt32LE(0xa1b2c3d4, 0);
    this.#block.writeUInt16LE(2, 4);
    this.#block.writeUInt16LE(4, 6);
    this.#block.writeUInt32LE(LARGEST_PACKET, 16);
    this.#block.writeUInt32LE(ETHERNET, 20);
  }

  record(time, { original, packet }) {
    if (this.#used + 16 + packet.length > this.#block.length) this.#flush();
    const block = this.#block;
    block.writeUInt32LE(1_750_000_000 + Math.floor(time / 1_000_000), this.#used);
    block.writeUInt32LE(time % 1_000_000, this.#used + 4);
    block.writeUInt32LE(packet.length, this.#used + 8);
    block.writeUInt32LE(original, this.#used + 12);
    packet.copy(block, this.#used + 16);
    this.#used += 16 + packet.length;
    this.#packets += 1;
  }

  /** Returns what the file has in it. */
  end() {
    this.#flush();
    closeSync(this.#file);
    return { packets: this.#packets, bytes: this.#bytes };
  }

  #flush() {
    writeSync(this.#file, this.#block, 0, this.#used);
    this.#bytes += this.#used;
    this.#used = 0;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, copies, ...folders] = process.argv.slice(2);
  if (!path || !(Number(copies) > 0) || folders.length === 0) {
    console.error('usage: node test/bench/real-mix.js OUT.pcap COPIES FOLDER…');
    process.exitCode = 2;
  } else {
    const { files, packets, bytes } = writeRealMix(path, { copies: Number(copies), folders });
    console.log(`${files} files × ${copies}: ${packets} packets, ${(bytes / 1e6).toFixed(0)} MB`);
  }
}
