/** How the line of a regular ending looks: what stands around its values, taken from how every line is written. */
import { createCompactSegments } from '../flow/compact-segments.ts';
import { createRegularClose } from '../flow/regular-close.ts';
import { displayFilter } from './build-connection.ts';
import { connectionLine, transitionJson } from './format-ndjson.ts';
import { Piece } from './line-bytes.ts';
import { findingsOf, type Note } from './regular-findings.ts';
import { STEPS, type Step } from './regular-outline.ts';
import { reportRegular } from './regular-report.ts';
import { RegularTally } from './regular-tally.ts';
import type { ReportedConnection, ReportedTransition } from './report.ts';
import type { Tally } from './tally.ts';

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
  const close = createRegularClose();
  const place = { capture: 0, epoch: 0n, twoMsl: 0 };
  const segments = { ...createCompactSegments(), count: 4 };
  const reported = reportRegular(close, segments, new RegularTally(0).of(close, 0n), place);
  const end = { address: VALUE, port: VALUE };
  const sides = { client: VALUE, server: VALUE };
  return {
    ...reported,
    id: VALUE,
    client: end,
    server: end,
    capture: VALUE,
    frames: { first: VALUE, last: VALUE, count: VALUE },
    start: VALUE,
    end: VALUE,
    bytes: sides,
    close: { kind: VALUE, closer: VALUE, start: NULLABLE, duration: VALUE, idle: VALUE },
    cause: NULLABLE,
    final: sides,
    health: { ...reported.health, vantage: NULLABLE },
    history: VALUE,
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

/** A transition in pieces, by the value that follows; each but the first step has one before it. */
function transitionPieces(step: Step, status: ReportedTransition['status']): TransitionPieces {
  const values = { frame: VALUE, time: VALUE, after: NULLABLE, by: NULLABLE, status };
  const text = transitionJson({ ...step, ...values } as unknown as ReportedTransition);
  return piecesOf(TRANSITION_VALUES, step === STEPS[0] ? text : `,${text}`);
}

/** By step. */
export const PROVEN: readonly TransitionPieces[] = STEPS.map((step) => transitionPieces(step, 'proven'));
export const ASSUMED: readonly TransitionPieces[] = STEPS.map((step) => transitionPieces(step, 'assumed'));

/** Services whose notes are kept at hand. */
const MOST_SERVICES = 4096;

/** What rules say of the endings of a service, where it is the same for all of a kind but for the frames. */
export class NotePieces {
  private readonly services = new Map<string, (Pieces<'frames' | 'end'> | undefined)[]>();

  of(
    service: string,
    which: number,
    { rule, fact }: Note,
    server: Tally['server'],
  ): Pieces<'frames' | 'end'> {
    let known = this.services.get(service);
    if (known === undefined) {
      if (this.services.size >= MOST_SERVICES) this.services.clear();
      known = [];
      this.services.set(service, known);
    }
    let pieces = known[which];
    if (pieces === undefined) {
      const text = JSON.stringify(findingsOf({ rule, fact: { ...fact, frames: [] } }, server));
      pieces = piecesOf(['frames', 'end'], text.replace('"frames":[', `$&${VALUE}`));
      known[which] = pieces;
    }
    return pieces;
  }
}
