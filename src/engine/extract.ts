import { fromBytes } from '../capture/sources.ts';
import { Choice } from '../evidence/choice.ts';
import { commentsOf } from '../evidence/comments.ts';
import { FrameMap } from '../evidence/frame-map.ts';
import { type Manifest, manifestOf } from '../evidence/manifest.ts';
import { Pseudonyms } from '../evidence/pseudonyms.ts';
import { writeEvidence } from '../evidence/write-evidence.ts';
import type { Report, ReportedCapture, ReportedConnection } from '../report/report.ts';
import { check } from './check.ts';
import { copyPackets } from './copy-packets.ts';
import type { CaptureInput, RunOptions } from './run-capture.ts';
import { type SelectedStretch, type Selection, selectConnections } from './select-connections.ts';
import { traceConnections } from './trace-connections.ts';

export type { Selection } from './select-connections.ts';

export interface ExtractOptions extends RunOptions {
  readonly toolVersion: string;
  /** Keep payload; not together with a key. */
  readonly payload: boolean;
  /** Keep the source's comments and its names of interfaces. */
  readonly keepComments: boolean;
  /** 32 bytes: makes the extract anonymous under that key. Null: it stays as it is. */
  readonly key: Uint8Array | null;
}

export interface Evidence {
  /** A pcapng file. */
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
}

export interface Extraction {
  readonly captures: readonly ReportedCapture[];
  /** Numbers of the connections that were selected. */
  readonly ids: ReadonlySet<number>;
  /**
   * The captures of the selected connections, if they are not one stretch of time: one file cannot hold them.
   */
  readonly apart: readonly string[];
  /** Null where nothing was selected, or too much. */
  readonly evidence: Evidence | null;
}

/** How often more is kept because a check of the extract says something else than one of the source. */
const MOST_ATTEMPTS = 8;
/** From this attempt on, everything of a 4-tuple is kept that still differs. */
const PATIENCE = 4;

/**
 * Extracts the packets of connections into a pcapng file that a check judges as it judges the source. What is kept
 * starts small; the extract is checked, and where its judgement differs more is kept, in the end all of the 4-tuple.
 *
 * @param inputs their sources are read several times, so they have to be such as can be
 */
export async function extract(
  inputs: readonly CaptureInput[],
  selection: Selection,
  options: ExtractOptions,
): Promise<Extraction> {
  const { captures, stretches } = await selectConnections(inputs, selection, options);
  const ids = new Set(stretches.flatMap((stretch) => [...stretch.ids]));
  const [stretch] = stretches;
  const apart = stretches.length > 1 ? stretches.flatMap((each) => each.captures[0]?.path ?? []) : [];
  const evidence = stretch && apart.length === 0 ? await extractStretch(stretch, options) : null;
  return { captures, ids, apart, evidence };
}

async function extractStretch(stretch: SelectedStretch, options: ExtractOptions): Promise<Evidence> {
  const traced = await traceConnections(stretch, options);
  const choice = new Choice(stretch.ids, [...traced.values()]);
  const pseudonyms = options.key && new Pseudonyms(options.key);
  const treatOptions = { payload: options.payload, pseudonyms };
  for (let attempt = 1; ; attempt++) {
    const copied = await copyPackets(stretch, choice.frames(), treatOptions, options);
    const map = new FrameMap(copied.packets.map(({ frame }) => frame));
    const report = await checkAgain(writeEvidence(copied.packets, new Map(), options.toolVersion), options);
    const differing = choice.compare(report.connections, map);
    const mayGoOn = differing.length > 0 && attempt < MOST_ATTEMPTS;
    if (mayGoOn && choice.enlarge(differing, attempt >= PATIENCE)) continue;
    const idOf = (connection: ReportedConnection): number | null =>
      choice.sourceOf(connection, map)?.id ?? null;
    const emptied = copied.emptied === null ? null : map.toExtract(copied.emptied);
    const comments = commentsOf(report.connections, idOf, { gaps: choice.gaps(map), emptied });
    const bytes = writeEvidence(copied.packets, comments, options.toolVersion);
    const manifest = manifestOf({
      tool: report.tool,
      profile: report.profile,
      linger: options.linger,
      verifyChecksums: options.verifyChecksums === true,
      bytes,
      captures: stretch.captures,
      connections: choice.described(report.connections, map),
      frames: copied.packets.map(({ frame }) => frame),
      linkTypes: new Set(copied.packets.map(({ linkType }) => linkType)),
      emptied,
      treatment: copied.treatment,
      keepComments: options.keepComments,
      anonymized: options.key !== null,
      differences: differing.map(({ place, parts }) => ({
        source: place?.connection.reported.id ?? null,
        parts,
      })),
    });
    return { bytes, manifest };
  }
}

/** A check of the extract under the options of the source's. */
async function checkAgain(bytes: Uint8Array, options: ExtractOptions): Promise<Report> {
  return await check([{ path: 'evidence', source: fromBytes(bytes) }], {
    ...options,
    reader: 'lastack',
    connections: 'all',
    onProgress: () => {},
  });
}
