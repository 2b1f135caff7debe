/** How the line of a regular ending looks: what stands around its values, taken from how every line is written. */
import { displayFilter } from '../../report/build-connection.ts';
import { connectionLine, transitionJson } from '../../report/formats/format-ndjson.ts';
import type { ReportedConnection, ReportedTransition } from '../../report/report.ts';
import type { Tally } from '../../report/summary/tally.ts';
import { toFinding } from '../../rules/run-rules.ts';
import type { Note, Step } from '../template.ts';
import { Piece } from './line-bytes.ts';

/** Stands for a value; for one that has quotes unless it is null; for an address. */
const VALUE = '<>';
const NULLABLE = '<?>';
const IPV6 = '<:>';

type Pieces<Name extends string> = Readonly<Record<Name, Piece>>;

/** What stands before each value of a text, and behind the last, by the names of the values in their order. */
function piecesOf<Name extends string>(names: readonly Name[], text: string): Pieces<Name> {
  const parts = text.split(/<:?>|"<\?>"/);
  return Object.fromEntries(names.map((name, index) => [name, new Piece(parts[index] ?? '')])) as Record<
    Name,
    Piece
  >;
}

/** The values of a line, and the line in pieces, by the value that follows. */
const LINE_VALUES = [
  'id',
  'clientAddress',
  'clientPort',
  'serverAddress',
  'serverPort',
  'capture',
  'firstFrame',
  'lastFrame',
  'frames',
  'start',
  'end',
  'clientBytes',
  'serverBytes',
  'kind',
  'closer',
  'closeStart',
  'duration',
  'idle',
  'cause',
  'clientState',
  'serverState',
  'vantage',
  'history',
  'verdict',
  'transitions',
  'findings',
  'filter',
  'lineEnd',
] as const;
export const BEFORE: Pieces<(typeof LINE_VALUES)[number]> = piecesOf(
  LINE_VALUES,
  connectionLine(sample()).replace('"transitions":[', `$&${VALUE}`),
);

function sample(): ReportedConnection {
  const end = { address: VALUE, port: VALUE };
  const sides = { client: VALUE, server: VALUE };
  return {
    id: VALUE,
    incarnation: 1,
    client: end,
    server: end,
    roles: 'observed',
    capture: VALUE,
    frames: { first: VALUE, last: VALUE, count: VALUE },
    start: VALUE,
    end: VALUE,
    bytes: sides,
    close: { kind: VALUE, closer: VALUE, start: NULLABLE, duration: VALUE, idle: VALUE },
    cause: NULLABLE,
    final: sides,
    health: {
      midstream: false,
      oneSided: false,
      holes: { client: 0, server: 0 },
      cutHeaders: false,
      duplicates: 0,
      vantage: NULLABLE,
      ttlChanged: { client: false, server: false },
      unexamined: 0,
    },
    history: VALUE,
    verdict: VALUE,
    transitions: [],
    findings: NULLABLE,
    filter: VALUE,
  } as unknown as ReportedConnection;
}

const FILTER_VALUES = ['clientAddress', 'serverAddress', 'clientPort', 'serverPort', 'end'] as const;
type FilterPieces = Pieces<(typeof FILTER_VALUES)[number]>;
export const FILTER_IPV4: FilterPieces = filterPieces(VALUE);
export const FILTER_IPV6: FilterPieces = filterPieces(IPV6);

/** @param address stands for one */
function filterPieces(address: string): FilterPieces {
  const end = { address, port: VALUE as unknown as number };
  return piecesOf(FILTER_VALUES, displayFilter(end, end, null));
}

const TRANSITION_VALUES = ['frame', 'time', 'after', 'by', 'status'] as const;
type TransitionPieces = Pieces<(typeof TRANSITION_VALUES)[number]>;

/** Transitions in pieces, by the value that follows. */
export class StepPieces {
  private readonly steps = new WeakMap<Step, TransitionPieces>();

  of(step: Step): TransitionPieces {
    let pieces = this.steps.get(step);
    if (pieces === undefined) {
      const { side, from, to, on, status } = step.transition;
      const values = { side, from, to, on, frame: VALUE, time: VALUE, after: NULLABLE, by: NULLABLE, status };
      const text = transitionJson(values as unknown as ReportedTransition);
      pieces = piecesOf(TRANSITION_VALUES, text);
      this.steps.set(step, pieces);
    }
    return pieces;
  }
}

/** Services whose notes are kept at hand. */
const MOST_SERVICES = 4096;

/** What rules say of the endings of a service, where it is the same for all of a shape but for the frames. */
export class NotePieces {
  private readonly services = new Map<string, Map<string, Pieces<'frames' | 'end'>>>();

  of(service: string, { key, rule, fact }: Note, server: Tally['server']): Pieces<'frames' | 'end'> {
    let known = this.services.get(service);
    if (known === undefined) {
      if (this.services.size >= MOST_SERVICES) this.services.clear();
      known = new Map();
      this.services.set(service, known);
    }
    let pieces = known.get(key);
    if (pieces === undefined) {
      const text = JSON.stringify([toFinding(server, rule.meta, { ...fact, frames: [] })]);
      pieces = piecesOf(['frames', 'end'], text.replace('"frames":[', `$&${VALUE}`));
      known.set(key, pieces);
    }
    return pieces;
  }
}
