import { createHash } from 'node:crypto';
import { linkTypeName } from '../capture/link-types.ts';
import { jsonText } from '../report/json-text.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import type { Finding } from '../rules/finding.ts';
import { COMPARED, type Compared } from './compare.ts';
import type { Treatment } from './evidence-packet.ts';
import type { FrameMap } from './frame-map.ts';
import type { KeptPart } from './kept-part.ts';

/**
 * What an extract holds, what was left out of its source, and whether a check of the extract says the same. Written as
 * JSON beside the file. Of an anonymised extract it names no address, no path and no time of the source.
 */
export interface Manifest {
  readonly schema: 'lastack/evidence/1';
  readonly tool: Report['tool'];
  readonly profile: Report['profile'];
  readonly linger: number;
  readonly verifyChecksums: boolean;
  readonly file: {
    readonly bytes: number;
    readonly sha256: string;
    readonly packets: number;
    readonly linkTypes: readonly string[];
  };
  readonly captures: readonly ManifestCapture[];
  readonly connections: readonly ManifestConnection[];
  /** Frame of the extract, frame of the source (as `check` counts over the files of a rotation). */
  readonly frames: readonly (readonly [extract: number, source: number])[];
  /**
   * Frame of the extract that holds none of its bytes: the latest packet of the source, which shows how long was
   * recorded. Null where another packet does.
   */
  readonly emptied: number | null;
  readonly removed: Removed;
  readonly anonymization: Anonymization | null;
  readonly verification: Verification;
}

export type ManifestCapture = Pick<
  ReportedCapture,
  'format' | 'linkTypes' | 'records' | 'segments' | 'firstFrame'
> &
  Partial<Pick<ReportedCapture, 'path' | 'start' | 'end'>>;

export interface ManifestConnection {
  /** Its number in a check of the source; in one of the extract, null where that has none. */
  readonly source: number;
  readonly extract: number | null;
  /** Why it is here: it was asked for, or it came before or after one that was, on the same addresses and ports. */
  readonly why: 'selected' | 'neighbour';
  readonly share: KeptPart;
  readonly segments: { readonly source: number; readonly kept: number };
  readonly findings: readonly (Pick<Finding, 'rule' | 'tier' | 'side'> & {
    readonly frames: { readonly source: readonly number[]; readonly extract: readonly number[] };
  })[];
}

export interface Removed {
  /** Packets of the source that are not in the extract. */
  readonly packets: number;
  /** Bytes cut from packets that are in it; their original lengths are kept. */
  readonly payloadBytes: number;
  readonly trailerBytes: number;
  /** Packets that belong here and could not be anonymised, by reason. */
  readonly dropped: Treatment['dropped'];
  readonly interfaceNames: boolean;
  readonly comments: boolean;
}

export interface Anonymization {
  readonly methods: typeof METHODS;
  readonly checksums: Treatment['checksums'];
}

export interface Verification {
  /**
   * Checking the extract gives each selected connection the same result as checking the source, and no finding
   * elsewhere.
   */
  readonly equal: boolean;
  readonly compared: readonly Compared[];
  readonly differences: readonly Difference[];
}

export interface Difference {
  /** The number of the connection in a check of the source; null if the source has no such connection. */
  readonly source: number | null;
  readonly parts: readonly (Compared | 'missing')[];
}

/** What was done to what, for people. */
export const METHODS = {
  addresses: 'Crypto-PAn with AES-128: prefixes that were shared are shared, nothing else is kept',
  hardwareAddresses: 'replaced by locally administered ones; zeros stay',
  vlanTags: 'identifier and priority set to zero',
  times: 'all shifted by one span of whole microseconds',
  ipIdentifications: 'offset for each sending host; zero stays zero',
  flowLabels: 'offset for each sending host; zero stays zero',
  ipOptions: 'content blanked, length kept',
  tcpTimestamps: 'offset for each host',
  tcpOptions: 'MSS, window scale and SACK kept; of all others the kind and the length',
  tcpChecksums:
    'as if the payload were zeros; wrong ones are wrong still, unknown ones (cut in the source) are right',
  ipChecksums: 'recomputed; wrong ones are wrong still',
  kept: 'ports, sequence and acknowledgment numbers, flags, windows, TTLs, lengths, gaps between packets',
} as const;

export interface ManifestFacts {
  readonly tool: Report['tool'];
  readonly profile: Report['profile'];
  readonly linger: number;
  readonly verifyChecksums: boolean;
  readonly bytes: Uint8Array;
  readonly captures: readonly ReportedCapture[];
  readonly connections: readonly ManifestConnection[];
  /** Source frames in the order of the extract's. */
  readonly frames: readonly number[];
  /** LINKTYPE_ values of the extract. */
  readonly linkTypes: ReadonlySet<number>;
  /** In the extract's numbering. */
  readonly emptied: number | null;
  readonly treatment: Treatment;
  readonly keepComments: boolean;
  readonly anonymized: boolean;
  readonly differences: readonly Difference[];
}

export function manifestOf(facts: ManifestFacts): Manifest {
  const { bytes, frames, treatment, anonymized, emptied, differences } = facts;
  const records = facts.captures.reduce((sum, capture) => sum + capture.records, 0);
  const { payloadBytes, trailerBytes, dropped, checksums } = treatment;
  return {
    schema: 'lastack/evidence/1',
    tool: facts.tool,
    profile: facts.profile,
    linger: facts.linger,
    verifyChecksums: facts.verifyChecksums,
    file: {
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      packets: frames.length,
      linkTypes: [...facts.linkTypes].map(linkTypeName),
    },
    captures: facts.captures.map((capture) => captureOf(capture, anonymized)),
    connections: facts.connections,
    frames: frames.map((source, index) => [index + 1, source]),
    emptied,
    removed: {
      packets: records - frames.length,
      payloadBytes,
      trailerBytes,
      dropped,
      interfaceNames: !facts.keepComments,
      comments: !facts.keepComments,
    },
    anonymization: anonymized ? { methods: METHODS, checksums } : null,
    verification: { equal: differences.length === 0, compared: COMPARED, differences },
  };
}

/** The manifest as JSON for people: lists of numbers stand on one line. */
export function formatManifest(manifest: Manifest): string {
  const json = jsonText(manifest, 2);
  const flat = json.replaceAll(/\[[\d\s,]+\]/g, (numbers) => `[${numbers.match(/\d+/g)?.join(', ')}]`);
  return `${flat}\n`;
}

function captureOf(
  { path, format, linkTypes, records, segments, firstFrame, start, end }: ReportedCapture,
  anonymized: boolean,
): ManifestCapture {
  const harmless = { format, linkTypes, records, segments, firstFrame };
  return anonymized ? harmless : { path, start, end, ...harmless };
}

/** A connection's findings, with the frames of both numberings. */
export function findingsOf(source: ReportedConnection, map: FrameMap): ManifestConnection['findings'] {
  return source.findings.map(({ rule, tier, side, frames }) => ({
    rule,
    tier,
    side,
    frames: { source: frames, extract: frames.flatMap((frame) => map.toExtract(frame) ?? []) },
  }));
}
