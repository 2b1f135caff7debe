/** The part of pcap-parser 0.2.1 that is used; the package has no types of its own. */
declare module 'pcap-parser' {
  /** What the package needs of a readable stream. */
  interface PcapStream {
    pause(): unknown;
    resume(): unknown;
    on(event: string, listener: (...values: never[]) => void): unknown;
  }

  interface PcapPacket {
    header: {
      timestampSeconds: number;
      timestampMicroseconds: number;
      capturedLength: number;
      originalLength: number;
    };
    data: Uint8Array;
  }

  interface PcapParser {
    on(event: 'packet', listener: (packet: PcapPacket) => void): this;
    on(event: 'end', listener: () => void): this;
    on(event: 'error', listener: (error: Error) => void): this;
  }

  const pcapParser: { parse(source: string | PcapStream): PcapParser };
  export default pcapParser;
}
