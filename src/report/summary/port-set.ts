/** Ports of a page, and pages of all. */
const PAGE = 1024;
const PAGES = 65_536 / PAGE;
/** So far back goes no row of ports that are handed out in order, with some connections that end before others. */
const JUMP = 256;

/** The ports that an address was seen to use, in a few hundred bytes for each thousand of them. */
export class PortSet {
  /** How many different ones. */
  used = 0;
  low = 65_536;
  high = -1;
  /** How often a port was far below the one before it: ports that are handed out in order never are, until all are used. */
  jumps = 0;
  private last = 0;
  private readonly pages: (Uint32Array | undefined)[] = Array.from({ length: PAGES });

  add(port: number): void {
    if (this.last - port > JUMP) this.jumps += 1;
    this.last = port;
    const index = Math.floor(port / PAGE);
    const page = this.pages[index] ?? this.newPage(index);
    const word = (port % PAGE) >>> 5;
    const bits = page[word] ?? 0;
    const bit = 1 << (port & 31);
    if ((bits & bit) !== 0) return;
    page[word] = bits | bit;
    this.used += 1;
    if (port < this.low) this.low = port;
    if (port > this.high) this.high = port;
  }

  private newPage(index: number): Uint32Array {
    const page = new Uint32Array(PAGE / 32);
    this.pages[index] = page;
    return page;
  }
}
