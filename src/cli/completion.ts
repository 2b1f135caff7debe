import type { CommandDocs, OptionDocs } from './command-docs.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What a shell has to source to complete `lastack`: commands, options and their values. */
export function completionFor(shell: Shell, commands: readonly CommandDocs[]): string {
  return { bash, zsh, fish }[shell](commands);
}

/** `baseline write` and the others of it as one name with its inner ones. */
function namesOf(commands: readonly CommandDocs[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
}

function spellings({ long, short }: OptionDocs): string[] {
  return short === null ? [long] : [short, long];
}

function bash(commands: readonly CommandDocs[]): string {
  const cases = commands.map(({ name, options, words, operands }) => {
    const values = options.flatMap((option) => {
      if (option.value === null) return [];
      const reply =
        option.choices.length > 0
          ? `COMPREPLY=($(compgen -W ${quoted(option.choices.join(' '))} -- "$word"))`
          : option.isFile
            ? 'COMPREPLY=($(compgen -f -- "$word"))'
            : 'COMPREPLY=()';
      return [`        ${spellings(option).join('|')}) ${reply}; return ;;`];
    });
    const all = options.flatMap(spellings).join(' ');
    const rest =
      words.length > 0
        ? `COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$word"))`
        : operands.length > 0
          ? 'COMPREPLY=($(compgen -f -- "$word"))'
          : 'COMPREPLY=()';
    return [
      `    ${quoted(name)})`,
      '      case "$before" in',
      ...values,
      '      esac',
      `      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W ${quoted(all)} -- "$word")); else ${rest}; fi ;;`,
    ].join('\n');
  });
  const inner = commands.filter(({ name }) => name.includes(' ')).map(({ name }) => name.split(' ')[1] ?? '');
  return `# bash completion of lastack: source <(lastack completion bash)
_lastack() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  local commands=${quoted([...namesOf(commands), 'help'].join(' '))}
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 && $word != -* ]]; then
    COMPREPLY=($(compgen -W "$commands" -- "$word") $(compgen -f -- "$word"))
    return
  fi
  if [[ $command == help ]]; then COMPREPLY=($(compgen -W "$commands" -- "$word")); return; fi
  if [[ $command == baseline ]]; then
    if [[ $COMP_CWORD -eq 2 ]]; then COMPREPLY=($(compgen -W ${quoted(inner.join(' '))} -- "$word")); return; fi
    command="baseline \${COMP_WORDS[2]}"
  elif [[ " $commands " != *" $command "* ]]; then
    command=check
  fi
  case "$command" in
${cases.join('\n')}
  esac
}
complete -o filenames -F _lastack lastack
`;
}

function zsh(commands: readonly CommandDocs[]): string {
  const outer = namesOf(commands).map((name) => {
    const own = commands.find((command) => command.name === name);
    return `    ${quoted(`${name}:${zshText(own?.description ?? 'a file of known findings')}`)}`;
  });
  const cases = commands.map(({ name, options, words, operands }) => {
    const own = options.flatMap((option) => {
      const value = option.value?.replaceAll(/[<>[\]]/g, '').replaceAll(':', ' or ') ?? '';
      const action =
        option.choices.length > 0 ? `(${option.choices.join(' ')})` : option.isFile ? '_files' : ' ';
      const takes = option.value === null ? '' : `:${value}:${action}`;
      return spellings(option).map(
        (spelling) => `      ${quoted(`*${spelling}[${zshText(option.description)}]${takes}`)} \\`,
      );
    });
    const rest = words.length > 0 ? `(${words.join(' ')})` : operands.length > 0 ? '_files' : ' ';
    return [`  (${quoted(name)}) _arguments -s \\`, ...own, `      ${quoted(`*:operand:${rest}`)} ;;`].join(
      '\n',
    );
  });
  const inner = commands.flatMap(({ name, description }) => {
    const [, action] = name.split(' ');
    return action === undefined ? [] : [`      ${quoted(`${action}:${zshText(description)}`)}`];
  });
  return `#compdef lastack
# zsh completion of lastack: lastack completion zsh > "\${fpath[1]}/_lastack"
_lastack() {
  local command=\${words[2]}
  local -a commands=(
${outer.join('\n')}
    'help:the help of a command'
  )
  local -a actions=(
${inner.join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $PREFIX != -* ]]; then
    _describe command commands
    _files
    return
  fi
  if [[ $command == help ]]; then _describe command commands; return; fi
  if [[ $command == baseline ]]; then
    if (( CURRENT == 3 )); then _describe action actions; return; fi
    command="baseline \${words[3]}"
  elif (( ! \${commands[(I)$command:*]} )); then
    command=check
  fi
  case $command in
${cases.join('\n')}
  esac
}
if [[ $funcstack[1] == _lastack ]]; then _lastack "$@"; else compdef _lastack lastack; fi
`;
}

function fish(commands: readonly CommandDocs[]): string {
  const names = namesOf(commands);
  const lines = names.map((name) => {
    const own = commands.find((command) => command.name === name);
    const description = own?.description ?? 'a file of known findings';
    return `complete -c lastack -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`;
  });
  for (const { name, options, words, operands } of commands) {
    const [outer = '', action] = name.split(' ');
    // Without a command it is check.
    const others = names.filter((one) => one !== 'check').join(' ');
    const where =
      action !== undefined
        ? `__fish_seen_subcommand_from ${outer}; and __fish_seen_subcommand_from ${action}`
        : outer === 'check'
          ? `not __fish_seen_subcommand_from ${others}`
          : `__fish_seen_subcommand_from ${outer}`;
    const at = `complete -c lastack -n ${quoted(where)}`;
    for (const { long, short, value, description, choices, isFile } of options) {
      const brief = short === null ? '' : ` -s ${short.slice(1)}`;
      const takes =
        value === null
          ? ''
          : choices.length > 0
            ? ` -x -a ${quoted(choices.join(' '))}`
            : isFile
              ? ' -r -F'
              : ' -x';
      lines.push(`${at} -l ${long.slice(2)}${brief}${takes} -d ${quoted(description)}`);
    }
    if (words.length > 0) lines.push(`${at} -f -a ${quoted(words.join(' '))}`);
    else if (operands.length === 0) lines.push(`${at} -f`);
  }
  const actions = commands.flatMap(({ name, description }) => {
    const [outer = '', action] = name.split(' ');
    const where = `__fish_seen_subcommand_from ${outer}`;
    return action === undefined
      ? []
      : [`complete -c lastack -n ${quoted(where)} -a ${action} -d ${quoted(description)}`];
  });
  return `# fish completion of lastack: lastack completion fish > ~/.config/fish/completions/lastack.fish
${[...lines, ...actions].join('\n')}
`;
}

/** One word of a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Brackets and colons mean something to `_arguments`. */
function zshText(text: string): string {
  return text.replaceAll(/[[\]:\\]/g, '\\$&');
}
