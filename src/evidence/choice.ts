import type { ReportedConnection } from '../report/report.ts';
import type { LeftOut } from './comments.ts';
import { differences, invented } from './compare.ts';
import type { FrameMap } from './frame-map.ts';
import { framesOfPart, type KeptPart, largerPart, neighboursOf, placeOf, smallestPart } from './kept-part.ts';
import { type Difference, findingsOf, type ManifestConnection } from './manifest.ts';
import { nameOf, type TracedConnection, type TracedTuple } from './traced.ts';

interface Place {
  readonly tuple: TracedTuple;
  readonly connection: TracedConnection;
}

/** What an extract says otherwise than its source; `place` is null for packets that are no connection there. */
interface Differing {
  readonly place: Place | null;
  readonly parts: Difference['parts'];
}

/**
 * How much of each connection is kept: at first the selected ones and their neighbours on the same addresses
 * and ports, each as little as possible; more if a check of the extract differs from a check of the source.
 */
export class Choice {
  private readonly selected: ReadonlySet<number>;
  private readonly tuples: readonly TracedTuple[];
  private readonly places = new Map<number, Place>();
  private readonly shares = new Map<number, KeptPart>();

  /** @param selected numbers of connections */
  constructor(selected: ReadonlySet<number>, tuples: readonly TracedTuple[]) {
    this.selected = selected;
    this.tuples = tuples;
    for (const tuple of tuples) {
      for (const connection of tuple.connections) this.places.set(nameOf(connection), { tuple, connection });
    }
    for (const place of this.places.values()) if (this.isSelected(place)) this.add(place);
    for (const place of this.places.values()) if (this.isSelected(place)) this.addNeighbours(place);
  }

  /** Source frames to be kept. */
  frames(): Set<number> {
    return new Set(this.chosen().flatMap((place) => this.framesOf(place)));
  }

  /** The connection of the source that begins with the same packet; null where none does. */
  sourceOf(extract: ReportedConnection, map: FrameMap): ReportedConnection | null {
    return this.places.get(map.toSource(extract.frames.first))?.connection.reported ?? null;
  }

  /** How a check of the extract differs: of selected connections in anything, of all others in findings that are new. */
  compare(extracts: readonly ReportedConnection[], map: FrameMap): Differing[] {
    const toSource = (frame: number): number => map.toSource(frame);
    const differing: Differing[] = [];
    const seen = new Set<Place>();
    for (const extract of extracts) {
      const place = this.places.get(toSource(extract.frames.first)) ?? null;
      if (place) seen.add(place);
      const parts =
        place && this.isSelected(place)
          ? differences(place.connection.reported, extract, toSource)
          : invented(place?.connection.reported.findings ?? [], extract, toSource).length > 0
            ? (['findings'] as const)
            : [];
      if (parts.length > 0)
        differing.push({ place: place ?? this.around(toSource(extract.frames.first)), parts });
    }
    const missing = this.chosen().filter((place) => this.isSelected(place) && !seen.has(place));
    return [...differing, ...missing.map((place) => ({ place, parts: ['missing'] as const }))];
  }

  /**
   * Keeps more of what differs: the next larger share, then the neighbours. `everything`: all of its 4-tuple at once.
   * False where all of it was kept already.
   */
  enlarge(differing: readonly Differing[], everything: boolean): boolean {
    const before = this.state();
    for (const { place } of differing) {
      if (place === null) continue;
      const larger = largerPart(this.shares.get(nameOf(place.connection)) ?? 'all');
      if (everything) for (const each of place.tuple.connections) this.shares.set(nameOf(each), 'all');
      else if (larger) this.shares.set(nameOf(place.connection), larger);
      else this.addNeighbours(place);
    }
    return this.state() !== before;
  }

  /** Where packets of a chosen connection were left out between others. */
  gaps(map: FrameMap): LeftOut['gaps'] {
    return this.chosen().flatMap(({ tuple, connection }) => {
      const { first, last } = connection.reported.frames;
      const gaps: { frame: number; count: number }[] = [];
      let count = 0;
      const range = tuple.frames.slice(placeOf(tuple.frames, first), placeOf(tuple.frames, last + 1));
      for (const source of range) {
        const frame = map.toExtract(source);
        if (frame === null) count += 1;
        else if (count > 0) gaps.push({ frame, count });
        if (frame !== null) count = 0;
      }
      return gaps;
    });
  }

  /** The chosen connections as the manifest lists them. */
  described(extracts: readonly ReportedConnection[], map: FrameMap): ManifestConnection[] {
    const ids = new Map(extracts.map((extract) => [map.toSource(extract.frames.first), extract.id]));
    return this.chosen().map((place) => {
      const { reported } = place.connection;
      const kept = this.framesOf(place).filter((frame) => map.toExtract(frame) !== null);
      return {
        source: reported.id,
        extract: ids.get(nameOf(place.connection)) ?? null,
        why: this.isSelected(place) ? 'selected' : 'neighbour',
        share: this.shares.get(nameOf(place.connection)) ?? 'all',
        segments: { source: reported.frames.count, kept: kept.length },
        findings: findingsOf(reported, map),
      };
    });
  }

  private isSelected({ connection }: Place): boolean {
    return this.selected.has(connection.reported.id);
  }

  private chosen(): Place[] {
    return [...this.places.values()]
      .filter(({ connection }) => this.shares.has(nameOf(connection)))
      .sort((a, b) => nameOf(a.connection) - nameOf(b.connection));
  }

  private framesOf({ tuple, connection }: Place): number[] {
    return framesOfPart(connection, tuple, this.shares.get(nameOf(connection)) ?? 'all');
  }

  private add({ connection }: Pick<Place, 'connection'>): void {
    const name = nameOf(connection);
    if (!this.shares.has(name)) this.shares.set(name, smallestPart(connection));
  }

  private addNeighbours({ tuple, connection }: Place): void {
    for (const neighbour of neighboursOf(connection, tuple)) this.add({ connection: neighbour });
  }

  /** A connection of the 4-tuple that a frame belongs to, for a frame that begins none. */
  private around(frame: number): Place | null {
    const tuple = this.tuples.find(({ frames }) => frames[placeOf(frames, frame)] === frame);
    const connection = tuple?.connections.findLast((each) => nameOf(each) <= frame) ?? tuple?.connections[0];
    return tuple && connection ? { tuple, connection } : null;
  }

  private state(): string {
    return JSON.stringify([...this.shares]);
  }
}
