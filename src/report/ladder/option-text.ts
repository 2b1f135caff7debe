import type { TcpOptions } from '../../decode/tcp-options.ts';

/** TCP options as the ladder spells them, in a fixed order; `peerIsn` is what the SACK edges are relative to. */
export function optionTexts(options: TcpOptions, peerIsn: number): string[] {
  const edges = Array.from(
    options.sackEdges.subarray(0, options.sackBlocks * 2),
    (edge) => (edge - peerIsn) >>> 0,
  );
  const blocks = Array.from({ length: options.sackBlocks }, (_, n) => `${edges[n * 2]}:${edges[n * 2 + 1]}`);
  const texts: readonly (readonly [boolean, string])[] = [
    [options.hasMss, `mss ${options.mss}`],
    [options.sackPermitted, 'sackOK'],
    [options.hasTimestamps, `TS val ${options.timestampValue >>> 0} ecr ${options.timestampEcho >>> 0}`],
    [options.hasWindowScale, `wscale ${options.windowScale}`],
    [options.sackBlocks > 0, `sack ${blocks.join(' ')}`],
    [options.hasFastOpen, 'fastopen'],
    [options.hasMultipath, `mptcp ${Math.max(0, options.multipathSubtype)}`],
    [options.hasAuthentication, 'md5'],
  ];
  return texts.filter(([present]) => present).map(([, text]) => text);
}
