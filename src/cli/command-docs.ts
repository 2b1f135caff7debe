import type { Command } from 'commander';
import { CLOSE_KINDS, CLOSERS } from '../machine/close.ts';
import { STATES } from '../machine/state.ts';
import { WORD_NAMES } from '../report/text/format-explain.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { CAUSES } from '../rules/causes/cause-names.ts';
import { FORMAT_NAMES } from './format-options.ts';

/** What a completion and a manual page have to know of an option. */
export interface OptionDocs {
  /** `--format`. */
  readonly long: string;
  /** `-o`; null where there is none. */
  readonly short: string | null;
  /** `<format>`; null where it takes no value. */
  readonly value: string | null;
  readonly description: string;
  /** Words that it may have; empty where it takes anything. */
  readonly choices: readonly string[];
  /** The value is a file. */
  readonly isFile: boolean;
}

export interface CommandDocs {
  /** `check`, `baseline write`. */
  readonly name: string;
  readonly description: string;
  /** `[capture...]`. */
  readonly operands: readonly string[];
  /** Words that an operand may be; empty where it is a file, or where there is none. */
  readonly words: readonly string[];
  readonly options: readonly OptionDocs[];
}

/** All commands with their options, as the parser has them. */
export function commandDocs(program: Command): CommandDocs[] {
  return program.commands.flatMap((command) => {
    const inner = command.commands.map((one) => docsOf(one, `${command.name()} ${one.name()}`));
    return inner.length > 0 ? inner : [docsOf(command, command.name())];
  });
}

function docsOf(command: Command, name: string): CommandDocs {
  return {
    name,
    description: command.description(),
    operands: command.registeredArguments.map((argument) => {
      const operand = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${operand}>` : `[${operand}]`;
    }),
    words: WORDS[name] ?? command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    options: command.options.map(({ long, short, flags, description, argChoices, required, optional }) => {
      const value = required || optional ? (/[<[].+[>\]]/.exec(flags)?.[0] ?? null) : null;
      return {
        long: long ?? '',
        short: short ?? null,
        value,
        description,
        choices: argChoices ?? (value === null ? [] : (CHOICES[long ?? ''] ?? [])),
        isFile: value === '<file>',
      };
    }),
  };
}

const RULES = ALL_RULES.map(({ id }) => id);

/** What options take whose values are parsed by functions of their own. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  '--format': FORMAT_NAMES,
  '--kind': CLOSE_KINDS,
  '--closer': CLOSERS,
  '--cause': CAUSES,
  '--rule': RULES,
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  explain: [
    ...new Set([
      ...RULES,
      ...STATES.map((state) => state.toLowerCase().replaceAll('_', '-')),
      ...CAUSES,
      ...WORD_NAMES,
    ]),
  ],
};
