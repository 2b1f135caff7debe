import { jsonText } from '../report/json-text.ts';
import { columns } from '../report/text/columns.ts';
import { type Palette, PLAIN } from '../report/text/palette.ts';
import { visibleIn } from '../report/visible.ts';
import { cut, duration, plural, thousands, wrap } from '../report/wording.ts';
import type { Change, Compared, Comparison, Direction, Thresholds } from './change.ts';
import type { Share } from './proportions.ts';

/** One side of a comparison, and how it was named. */
export interface Named extends Compared {
  readonly path: string;
}

export interface CompareOptions {
  readonly palette?: Palette;
  /** Columns; 80 unless said. */
  readonly width?: number;
}

const MOST = 40;
/** Everything of a row but the service. */
const ROOM_FOR_OTHERS = 58;

const HEADS: Readonly<Record<Direction, string>> = {
  worse: 'Worse',
  changed: 'Different',
  better: 'Better',
  unclear: 'Perhaps, but chance explains it',
};

/** A comparison for people. */
export function formatCompare(
  given: Comparison,
  old: Named,
  now: Named,
  thresholds: Thresholds,
  { palette = PLAIN, width = 80 }: CompareOptions = {},
): string {
  // A report that was read back may say anything.
  const [comparison, before, after] = [visibleIn(given), headOf(old), headOf(now)];
  const sections = (Object.keys(HEADS) as Direction[]).flatMap((direction) => {
    const changes = comparison.changes.filter((change) => change.direction === direction);
    if (changes.length === 0) return [];
    const rows = changes.slice(0, MOST).map((change) => row(change, width, palette));
    const rest = changes.length - rows.length;
    const more = rest > 0 ? [`  … and ${plural(rest, 'more')}`] : [];
    return [
      [paint(direction, palette)(HEADS[direction]), ...columns(rows, { indent: 2, right: [2, 4] }), ...more],
    ];
  });
  const head = [
    ...wrap(`before: ${sideText(before)}`, width),
    ...wrap(`after: ${sideText(after)}`, width),
    ...warnings(before, after, comparison).flatMap((text) =>
      wrap(`! ${text}`, width).map(palette.verdict.inconclusive),
    ),
  ];
  const text = [head, ...sections, wrap(conclusion(comparison, thresholds), width)];
  return `${text.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

type Head = Pick<Named, 'path' | 'profile' | 'captures'> & {
  readonly connections: number;
  readonly config: string | null;
};

function headOf({ path, profile, captures, summary, policy }: Named): Head {
  const { connections } = summary;
  return visibleIn({ path, profile, captures, connections, config: policy?.config ?? null });
}

function sideText({ path, connections, captures, config }: Head): string {
  const where = captures.length === 1 ? '' : ` in ${plural(captures.length, 'capture')}`;
  const by = config === null ? '' : `, by ${config}`;
  return `${path}: ${plural(connections, 'connection')}${where}${by}`;
}

function warnings(before: Head, after: Head, { unlisted }: Comparison): string[] {
  const [old, now] = [before.profile, after.profile];
  return [
    ...(old.name === now.name && old.msl === now.msl
      ? []
      : [
          `Checked by different profiles, ${old.name} (msl ${old.msl} s) and ${now.name} (msl ${now.msl} s).`,
        ]),
    ...(unlisted === 0
      ? []
      : [
          `Not compared: ${thousands(unlisted)} services and kinds of findings beyond those that a report lists.`,
        ]),
  ];
}

function row(change: Change, width: number, palette: Palette): string[] {
  const service = cut(change.service, Math.max(21, width - ROOM_FOR_OTHERS));
  const strong = palette.strong;
  if (change.what === 'service') {
    return [
      service,
      strong(change.name === 'gone' ? 'is gone' : 'is new'),
      '',
      '',
      '',
      plural(change.connections, 'connection'),
    ];
  }
  if (change.what === 'duration') {
    const { before, after, side, name } = change;
    const what = `${name}${side === null ? '' : ` ${side}`}`;
    return [service, strong(what), duration(before.median), '→', duration(after.median), 'median'];
  }
  if (change.what === 'total') {
    const { name, side, before, after } = change;
    const [count = '', ...of] = name.split(/ (?=a second|at)/);
    const label = `${count}${side === null ? '' : ` ${side}`}`;
    return [service, strong(label), thousandsOf(before), '→', thousandsOf(after), of.join(' ')];
  }
  if (change.what === 'time-wait') {
    const { from, to } = change;
    const costs = to === 'client' ? 'it closes first: costs ports' : 'it closes first';
    return [service, strong('TIME_WAIT moves'), from, '→', to, costs];
  }
  const { what, name, tier, before, after } = change;
  const label = what === 'closer' ? `${name} first` : name;
  return [
    service,
    strong(label),
    shareText(before),
    '→',
    shareText(after),
    tier ?? `of ${thousands(after.of)}`,
  ];
}

/** `1,234`, `0.25`. */
function thousandsOf(value: number): string {
  return Number.isInteger(value) ? thousands(value) : String(value);
}

/** `12 %`; few are counted. */
function shareText({ count, of }: Share): string {
  if (of === 0) return '-';
  if (of < 100) return `${count}/${of}`;
  const percent = (100 * count) / of;
  return `${percent === 0 || percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}

function paint(direction: Direction, palette: Palette): (text: string) => string {
  if (direction === 'worse') return palette.verdict.violation;
  return direction === 'better' ? palette.verdict.conformant : palette.strong;
}

function conclusion(
  { changes, compared, tests }: Comparison,
  { minShare, minFactor, chance }: Thresholds,
): string {
  const count = (wanted: Direction): number => changes.filter(({ direction }) => direction === wanted).length;
  const told = (['worse', 'changed', 'better', 'unclear'] as const)
    .filter((direction) => count(direction) > 0)
    .map((direction) => `${thousands(count(direction))} ${WORDS[direction]}`);
  const statistics =
    chance >= 1
      ? 'every difference counts'
      : `of the changes in shares at most ${Number((chance * 100).toPrecision(3))} % are expected to be chance`;
  const hint =
    count('unclear') > 0
      ? ' What is unclear takes more connections to tell, or --chance 1 to let every difference count.'
      : '';
  const found = told.length === 0 ? 'nothing changed' : told.join(', ');
  return `${plural(compared, 'service')} in both, ${plural(tests, 'share')} compared: ${found}. A change is ${plural(minShare, 'percentage point')} or a factor of ${minFactor} between medians; ${statistics}.${hint}`;
}

const WORDS: Readonly<Record<Direction, string>> = {
  worse: 'worse',
  changed: 'different',
  better: 'better',
  unclear: 'unclear',
};

/** A comparison for programs. */
export function formatCompareJson(
  comparison: Comparison,
  before: Named,
  after: Named,
  thresholds: Thresholds,
  version: string,
): string {
  const side = ({ path, profile, summary, captures }: Named): object => {
    return {
      path,
      profile,
      captures: captures.map((capture) => capture.path),
      connections: summary.connections,
    };
  };
  const document = {
    schema: 'lastack/diff/1',
    tool: { name: 'lastack', version },
    before: side(before),
    after: side(after),
    thresholds,
    ...comparison,
  };
  return `${jsonText(document, 2)}\n`;
}
