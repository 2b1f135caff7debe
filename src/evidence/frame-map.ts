/** Which frame of an extract is which of its source. */
export class FrameMap {
  private readonly sources: readonly number[];
  private readonly extracts: ReadonlyMap<number, number>;

  /** @param sources source frames in the order of the extract's */
  constructor(sources: readonly number[]) {
    this.sources = sources;
    this.extracts = new Map(sources.map((source, index) => [source, index + 1]));
  }

  /** 0, which is no frame, where the extract has none with that number. */
  toSource(extract: number): number {
    return this.sources[extract - 1] ?? 0;
  }

  /** Null where the frame was left out. */
  toExtract(source: number): number | null {
    return this.extracts.get(source) ?? null;
  }
}
