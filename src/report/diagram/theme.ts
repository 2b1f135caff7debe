import type { State } from '../../machine/state.ts';

/** Colours by what they are for: on light ground, and on dark. Each has a contrast of 4.5 and more to its ground where it is text. */
export const COLOURS = {
  ground: ['#ffffff', '#14171c'],
  raised: ['#f4f6f9', '#1d2128'],
  line: ['#c9d0da', '#3a424e'],
  ink: ['#1b2330', '#e4e9f1'],
  quiet: ['#556172', '#a3afc0'],
  accent: ['#0b5cad', '#7ab8ff'],
  violation: ['#b4192b', '#ff8a93'],
  suspect: ['#8f4a00', '#f7b25f'],
  inconclusive: ['#6b4aa5', '#c7acff'],
  note: ['#2f6272', '#86c9da'],
  conformant: ['#1d6b37', '#7fd69b'],
  'syn-sent': ['#7a8797', '#8a97a8'],
  'syn-rcvd': ['#5d6f86', '#aab6c6'],
  established: ['#2f9e5b', '#4cc07a'],
  'fin-wait-1': ['#e0a100', '#e8b93a'],
  'fin-wait-2': ['#e8722b', '#f58f4f'],
  'close-wait': ['#cf3357', '#f0668a'],
  closing: ['#8b5cc9', '#b08be6'],
  'last-ack': ['#b0579f', '#da86ca'],
  'time-wait': ['#3b7dd8', '#6aa5f5'],
} as const;

export type Colour = keyof typeof COLOURS;

/** States that are a socket, and so have a colour. */
export type SocketState = Exclude<State, 'CLOSED' | 'LISTEN'>;

/** `fin-wait-1`: the colour of a state, and its class. */
export function stateColour(state: SocketState): Colour {
  return STATE_COLOURS[state];
}

const STATE_COLOURS = {
  SYN_SENT: 'syn-sent',
  SYN_RCVD: 'syn-rcvd',
  ESTABLISHED: 'established',
  FIN_WAIT_1: 'fin-wait-1',
  FIN_WAIT_2: 'fin-wait-2',
  CLOSE_WAIT: 'close-wait',
  CLOSING: 'closing',
  LAST_ACK: 'last-ack',
  TIME_WAIT: 'time-wait',
} as const satisfies Record<SocketState, Colour>;

/** In the order of the states. */
export const SOCKET_STATES: readonly SocketState[] = Object.keys(STATE_COLOURS) as SocketState[];

/** How diagrams look: `of` names a colour, as `#fff` or as `var(--ground)`. */
export function diagramRules(of: (colour: Colour) => string): string {
  const states = SOCKET_STATES.map(stateColour);
  return [
    '.lk text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}',
    `.lk text{fill:${of('ink')}}.lk .q{fill:${of('quiet')}}.lk .b{font-weight:700}`,
    `.lk .life{stroke:${of('quiet')};stroke-width:1.5}`,
    `.lk .arrow{stroke:${of('ink')};stroke-width:1.4;fill:none}.lk .head{fill:${of('ink')};stroke:none}`,
    `.lk .again .arrow{stroke-dasharray:5 3}.lk .copy .arrow{stroke-dasharray:1.5 3}`,
    `.lk .lost .arrow,.lk .cross{stroke:${of('violation')};fill:none;stroke-width:1.6}`,
    `.lk .ignored .arrow{stroke:${of('quiet')};stroke-dasharray:8 3 1 3}.lk .ignored .head{fill:${of('quiet')}}`,
    `.lk .hit{fill:${of('accent')};fill-opacity:0}`,
    '.lk .halo{stroke-width:4px;stroke-linejoin:round;paint-order:stroke}',
    `.lk .halo{stroke:${of('ground')}}`,
    `.lk .dots{stroke:${of('line')};stroke-dasharray:2 3}.lk .ruled{stroke:${of('line')}}`,
    `.lk .box{fill:${of('raised')};stroke-width:1}`,
    `.lk .back{fill:${of('ground')}}`,
    ...states.map((state) => `.lk .s-${state}{fill:${of(state)}}`),
    ...states.map((state) => `.lk .h-${state}{stroke:${of(state)};stroke-width:4;fill:none}`),
    ...TIER_COLOURS.map((tier) => `.lk .t-${tier}{fill:${of(tier)}}.lk .o-${tier}{stroke:${of(tier)}}`),
    `.lk .mark{fill:${of('ground')};font-weight:700}`,
  ].join('\n');
}

const TIER_COLOURS = ['violation', 'suspect', 'inconclusive', 'note'] as const satisfies readonly Colour[];

/** The rules with colours in them, for a file that stands alone: light, and dark where that is asked for. */
export function standaloneRules(): string {
  const light = diagramRules((colour) => COLOURS[colour][0]);
  const dark = diagramRules((colour) => COLOURS[colour][1]);
  return `${light}\n@media (prefers-color-scheme:dark){\n${dark}\n}`;
}
