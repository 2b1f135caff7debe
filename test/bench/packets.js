// Writes TCP segments as Ethernet frames into a capture with nanoseconds.
import { closeSync, openSync, writeSync } from 'node:fs';

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;

/** A pcap file that is written in large blocks. */
export class Output {
  #file;
  #block = Buffer.alloc(1 << 22);
  #used = 24;
  #bytes = 0;
  #packets = 0;
  #snaplen;

  constructor(path, snaplen) {
    this.#file = openSync(path, 'w');
    this.#snaplen = snaplen;
    this.#block.writeUInt32LE(0xa1b23c4d, 0);
    this.#block.writeUInt16LE(2, 4);
    this.#block.writeUInt16LE(4, 6);
    this.#block.writeUInt32LE(snaplen, 16);
    this.#block.writeUInt32LE(1, 20);
  }

  packet(connection, from, flags, length, time) {
    if (this.#used + 2048 > this.#block.length) this.#flush();
    this.#used += writePacket(this.#block, this.#used, connection, from, flags, length, time, this.#snaplen);
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

/** One Ethernet frame with its record header; returns its bytes in the file. */
function writePacket(block, at, { tuple, ipv6, sent, id }, from, flags, length, time, snaplen) {
  const ipHeader = ipv6 ? 40 : 20;
  const original = 14 + ipHeader + 20 + length;
  const captured = Math.min(original, snaplen);
  block.writeUInt32LE(1_750_000_000 + Math.floor(time / 1e9), at);
  block.writeUInt32LE(time % 1e9, at + 4);
  block.writeUInt32LE(captured, at + 8);
  block.writeUInt32LE(original, at + 12);
  const frame = at + 16;
  block.fill(0, frame, frame + original);
  block.writeUInt16BE(ipv6 ? 0x86dd : 0x0800, frame + 12);
  const ip = frame + 14;
  // 40,000 ports a client address, so that each number has a 4-tuple of its own.
  const host = 1 + Math.floor(tuple / 40_000);
  const port = 20_000 + (tuple % 40_000);
  const ends = [host, 65_000 + (tuple % 16)];
  if (ipv6) {
    block[ip] = 0x60;
    block.writeUInt16BE(20 + length, ip + 4);
    block[ip + 6] = 6;
    block[ip + 7] = 64;
    block.writeUInt32BE(0xfd000000, ip + 8);
    block.writeUInt32BE(ends[from], ip + 20);
    block.writeUInt32BE(0xfd000000, ip + 24);
    block.writeUInt32BE(ends[1 - from], ip + 36);
  } else {
    block[ip] = 0x45;
    block.writeUInt16BE(40 + length, ip + 2);
    block.writeUInt16BE(++id[from] & 0xffff, ip + 4);
    block[ip + 8] = 64;
    block[ip + 9] = 6;
    block.writeUInt32BE(0x0a000000 + ends[from], ip + 12);
    block.writeUInt32BE(0x0a000000 + ends[1 - from], ip + 16);
  }
  const tcp = ip + ipHeader;
  block.writeUInt16BE(from === 0 ? port : 443, tcp);
  block.writeUInt16BE(from === 0 ? 443 : port, tcp + 2);
  block.writeUInt32BE(sent[from] >>> 0, tcp + 4);
  if (flags & ACK) block.writeUInt32BE(sent[1 - from] >>> 0, tcp + 8);
  block[tcp + 12] = 0x50;
  block[tcp + 13] = flags;
  block.writeUInt16BE(60_000, tcp + 14);
  return 16 + captured;
}
