import { createReadStream, statSync } from 'node:fs';
import { alternate, timed } from './measure.js';
import { traffic } from './traffic.js';

const BYTES = 500e6;
const ROUNDS = 3;

/**
 * The reader and the decoder, every segment decoded, against a bare walk of the same file with the `pcap-parser`
 * package. The aim is ten times its speed.
 */
export async function run() {
  const { readCapture } = await import('../../dist/capture/read-capture.js');
  const { openFile } = await import('../../dist/capture/sources.js');
  const { Decoder } = await import('../../dist/decode/decoder.js');

  const ours = async (path) => {
    let segments = 0;
    let payload = 0;
    const decoder = new Decoder({
      segment(segment) {
        segments += 1;
        payload += segment.length;
      },
    });
    await readCapture(openFile(path), decoder);
    return { packets: segments, payload };
  };

  for (const mix of ['mixed', 'small']) {
    const path = traffic(mix, BYTES);
    const bytes = statSync(path).size;
    const { result } = await timed(() => ours(path));
    const other = await walk(path);
    if (other !== result.packets)
      throw new Error(`pcap-parser counts ${other} packets, lastack ${result.packets}`);
    const medians = await alternate({ lastack: () => ours(path), 'pcap-parser': () => walk(path) }, ROUNDS);
    console.log(
      `reader, ${mix} packets: ${(bytes / 1e6).toFixed(0)} MB, ${result.packets} packets, median of ${ROUNDS}`,
    );
    for (const [name, milliseconds] of Object.entries(medians)) {
      const rate = result.packets / milliseconds / 1e3;
      console.log(
        `  ${name.padEnd(12)} ${milliseconds.toFixed(0).padStart(6)} ms ${rate.toFixed(1).padStart(6)} M packets/s ${(bytes / milliseconds / 1e3).toFixed(0).padStart(6)} MB/s`,
      );
    }
    console.log(`  ratio        ${(medians['pcap-parser'] / medians.lastack).toFixed(1)}`);
  }
}

/** The package with nothing around it. It still calls `new Buffer`, of which Node warns once. */
async function walk(path) {
  const { default: pcap } = await import('pcap-parser');
  return new Promise((resolve, reject) => {
    let packets = 0;
    const parser = pcap.parse(createReadStream(path));
    parser.on('packet', () => {
      packets += 1;
    });
    parser.on('end', () => resolve(packets));
    parser.on('error', reject);
  });
}
