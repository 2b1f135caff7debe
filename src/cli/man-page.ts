import type { CommandDocs, OptionDocs } from './command-docs.ts';

export interface ManPageOptions {
  readonly version: string;
  /** What stands below the help of all commands. */
  readonly examples: string;
}

/** The manual page `lastack(1)`, in the macros of man(7). */
export function manPage(commands: readonly CommandDocs[], { version, examples }: ManPageOptions): string {
  return [
    `.TH LASTACK 1 "" "lastack ${version}" "User Commands"`,
    '.SH NAME',
    'lastack \\- checks how TCP connections close',
    '.SH SYNOPSIS',
    ...commands.flatMap(({ name, operands }) => [
      `.B lastack ${roff(name)}`,
      `[options] ${roff(operands.join(' '))}`.trimEnd(),
      '.br',
    ]),
    '.SH DESCRIPTION',
    'lastack reads captures of TCP traffic, replays every connection through the state machine of RFC 9293, labels the state of both sides,',
    'and reports how each connection ended, who closed first, whether that conforms, and which packets prove it.',
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      `.SS ${roff(command.name)}`,
      `${roff(capital(command.description))}.`,
      ...command.options.flatMap(optionLines),
    ]),
    '.SH EXAMPLES',
    '.nf',
    ...examples
      .trim()
      .split('\n')
      .map((line) => roff(line)),
    '.fi',
    '.SH ENVIRONMENT',
    'NO_COLOR, FORCE_COLOR, COLUMNS, LASTACK_CONFIG, LASTACK_PROFILE, LASTACK_MSL, LASTACK_LINGER, LASTACK_FAIL_ON, LASTACK_MAX_FINDINGS.',
    '.SH EXIT STATUS',
    '0: nothing at or above \\-\\-fail\\-on. 1: findings. 2: the job could not be done.',
    '.SH SEE ALSO',
    '.BR tcpdump (8),',
    '.BR tshark (1),',
    '.BR ss (8)',
    '',
  ].join('\n');
}

function optionLines({ long, short, value, description, choices }: OptionDocs): string[] {
  const names = short === null ? long : `${short}, ${long}`;
  const isListed = choices.length > 0 && choices.length <= MOST && !description.includes(choices.join(', '));
  const words = isListed ? [`One of ${roff(choices.join(', '))}.`] : [];
  return [
    '.TP',
    `.B ${roff(names)}${value === null ? '' : ` ${roff(value)}`}`,
    `${roff(capital(description))}.`,
    ...words,
  ];
}

/** Words that an option may have and that are listed; explain and rules list longer ones. */
const MOST = 12;

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Text as troff takes it: a minus that can be copied, no escapes, no line that would be a request. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
  return escaped.replaceAll(/[^\n -~]/gu, (letter) => `\\[u${codeOf(letter)}]`);
}

function codeOf(letter: string): string {
  return (letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}
