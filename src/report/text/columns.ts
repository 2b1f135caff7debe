import { getBorderCharacters, table } from 'table';

export interface ColumnOptions {
  /** Columns, by index, that are aligned to the right. */
  readonly right?: readonly number[];
  /** Spaces before every line. */
  readonly indent?: number;
}

/** Aligns rows in columns two spaces apart, without borders. Cells may be coloured, and hold several lines. */
export function columns(rows: readonly (readonly string[])[], options: ColumnOptions = {}): string[] {
  if (rows.length === 0) return [];
  const indent = ' '.repeat(options.indent ?? 0);
  const right = new Set(options.right);
  const drawn = table(
    rows.map((row) => [...row]),
    {
      border: getBorderCharacters('void'),
      drawHorizontalLine: () => false,
      columnDefault: { paddingLeft: 0, paddingRight: 2 },
      columns: (rows[0] ?? []).map((_, index) => ({ alignment: right.has(index) ? 'right' : 'left' })),
    },
  );
  return drawn
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => (indent + line).trimEnd());
}
