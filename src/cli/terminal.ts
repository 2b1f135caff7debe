import { isatty } from 'node:tty';
import picocolors from 'picocolors';
import { UTC, type Zone } from '../report/text/clock.ts';
import { type Palette, PLAIN } from '../report/text/palette.ts';

const NARROWEST = 60;
const USUAL = 80;
const WIDEST = 200;

/** Columns for people: those of the terminal, within reason; where there is none what COLUMNS says, or 80. */
export function outputWidth(): number {
  // A shell keeps COLUMNS to itself: where it is exported, somebody means it.
  const columns = isTerminal() ? process.stdout.columns : Number(process.env['COLUMNS']);
  return Math.min(WIDEST, Math.max(NARROWEST, columns || USUAL));
}

/** Lines of the terminal; 24 where it does not say. */
export function outputHeight(): number {
  return (isTerminal() && process.stdout.rows) || 24;
}

/** A terminal listens that can be drawn on. */
export function wantsScreen(): boolean {
  return isTerminal() && process.env['TERM'] !== 'dumb';
}

/** Asked without touching `process.stdout`, which would make a pipe non-blocking. */
function isTerminal(): boolean {
  return isatty(1);
}

/** The zone in which times of day are told: UTC where `--utc` asks for it, else that of the machine. */
export function zoneFor(utc: boolean | undefined): Zone {
  return utc === true ? UTC : (seconds) => -new Date(1000 * seconds).getTimezoneOffset();
}

/** What decides on colour: the option, then NO_COLOR, then FORCE_COLOR, then whether a terminal listens. */
export function wantsColour(
  option: boolean | undefined,
  environment: NodeJS.ProcessEnv,
  isTerminal: boolean,
): boolean {
  if (option !== undefined) return option;
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return isTerminal && TERM !== 'dumb';
}

export function palette(option: boolean | undefined): Palette {
  if (!wantsColour(option, process.env, isTerminal())) return PLAIN;
  const { bold, dim, red, yellow, magenta, cyan, green } = picocolors.createColors(true);
  return {
    strong: bold,
    dim,
    state: cyan,
    verdict: {
      violation: (text) => bold(red(text)),
      suspect: yellow,
      inconclusive: magenta,
      note: cyan,
      conformant: green,
    },
  };
}
