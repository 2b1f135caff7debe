import { Argument, Command, CommanderError, Option } from 'commander';
import { nearest } from '../report/nearest.ts';
import { visible } from '../report/visible.ts';
import { TIERS } from '../rules/finding.ts';
import type { BaselineAction, BaselineFlags } from './baseline.ts';
import type { CheckFlags } from './check-flags.ts';
import { choosingOptions, withRule } from './choosing.ts';
import { COMMANDS } from './commands.ts';
import type { Shell } from './completion.ts';
import type { DiffFlags } from './diff.ts';
import type { ExplainFlags } from './explain.ts';
import type { ExtractFlags } from './extract.ts';
import { Failure, type FailureCode } from './failure.ts';
import { formatOptions } from './format-options.ts';
import type { InitFlags } from './init.ts';
import { interval, moment } from './moments.ts';
import { Output } from './output.ts';
import type { RulesFlags } from './rules.ts';
import {
  COLOUR,
  DEBUG,
  EXAMPLES,
  engineOptions,
  portsOption,
  withColour,
  withZone,
} from './shared-options.ts';
import type { ShowFlags } from './show.ts';
import type { SocketFlags } from './sockets.ts';
import { outputWidth } from './terminal.ts';
import { connectionId, factor, percent, probability, repeated, threadCount, wholeNumber } from './values.ts';
import type { ViewFlags } from './view.ts';
import type { WatchFlags } from './watch.ts';

/** Parses the command line and runs its command. Throws {@link Failure} where that cannot be done. */
export async function runProgram(args: readonly string[], version: string): Promise<void> {
  if (args[0] === 'help') refuseUnknown(args[1]);
  try {
    await program(version).parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version were printed.
    if (error.exitCode !== 0) throw fromCommander(error);
  }
}

/** Help of what is no command. */
function refuseUnknown(command: string | undefined): void {
  if (command === undefined || COMMANDS.some((name) => name === command)) return;
  const [near] = nearest(command, COMMANDS, 1);
  const hint = near === undefined ? `The commands are ${COMMANDS.join(', ')}.` : `Did you mean ${near}?`;
  throw new Failure('unknown-command', `There is no command ${visible(command)}. ${hint}`);
}

// Each command's module is imported when it runs: start-up is felt.
function program(version: string): Command {
  const lastack = new Command('lastack')
    .description('Checks how TCP connections close: replays captures through RFC 9293.')
    .configureOutput({
      outputError: () => {},
      // Help that nobody asked for: the error says enough.
      writeErr: () => {},
      writeOut: (text) => new Output().write([text]),
      getOutHelpWidth: outputWidth,
    })
    .exitOverride()
    .showSuggestionAfterError()
    .helpCommand('help [command]', 'print the help of a command')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES);

  const { formatOption, outputOption } = formatOptions();
  const check = lastack
    .command('check', { isDefault: true })
    .description('check captures (the default command)')
    .argument('[capture...]', 'files, folders, or - for standard input')
    .addOption(formatOption)
    .addOption(outputOption)
    .addOption(portsOption())
    .addOption(
      new Option('--connections <which>', 'which text, json, ndjson and csv list').choices([
        'all',
        'findings',
        'none',
      ]),
    )
    .addOption(
      new Option('--fail-on <tier>', 'exit with 1 from this tier on (default: violation)').choices([
        ...TIERS,
        'never',
      ]),
    )
    .addOption(
      new Option('--max-findings <number>', 'how many of those are tolerated (default: 0)').argParser(
        wholeNumber,
      ),
    )
    .addOption(
      new Option(
        '--html-connections <number>',
        'how many html draws, the worst first (default: 100)',
      ).argParser(wholeNumber),
    )
    .option('--baseline <file>', 'let only findings fail that this file does not have')
    .option('--print-config', 'print what the run would go by, and where it comes from')
    .addOption(
      new Option('--threads <number>', 'how many share the work (default: two for what is large)').argParser(
        threadCount,
      ),
    )
    .option('--save-state <file>', 'keep what is still open for the next capture')
    .option('--resume <file>', 'go on with what an earlier check kept')
    .option('--list', 'one line per connection, for grep and awk: the same as --format list')
    .option('--strict-input', 'exit with 2 when a capture is damaged')
    .option('-q, --quiet', 'print nothing; the exit status and --output tell');
  withRule(choosingOptions(withZone(withColour(engineOptions(check))))).action(
    async (captures: string[], flags: CheckFlags) => {
      const { runCheck } = await import('./check.ts');
      await runCheck(captures, flags, version);
    },
  );

  const show = lastack
    .command('show')
    .description("draw one connection, with both sides' states and what proves each finding")
    .argument('<capture>', 'a file, or - for standard input')
    .addOption(new Option('--connection <number>', 'which, as check numbers it').argParser(connectionId))
    .option(
      '--filter <address:port>',
      'which, by the address and port of either end, or one of the two (:port)',
    )
    .option('--full', 'every segment with all its options')
    .addOption(
      new Option('--format <format>', 'output; svg is a picture')
        .choices(['text', 'json', 'svg'])
        .default('text'),
    );
  withRule(choosingOptions(withZone(withColour(engineOptions(show))))).action(
    async (capture: string, flags: ShowFlags) => {
      const { runShow } = await import('./show.ts');
      await runShow(capture, flags, version);
    },
  );

  const sockets = lastack
    .command('sockets')
    .description('how many sockets of each host were in which state, when, and why')
    .argument('<capture...>', 'files, folders, or - for standard input')
    .addOption(
      new Option('--at <moment>', 'clock time, offset (+12.5s) or frame (#123) (repeatable)').argParser(
        repeated(moment),
      ),
    )
    .addOption(new Option('--every <span>', 'a table over time, in steps as 1s or 5m').argParser(interval))
    .addOption(portsOption())
    .option('--list', 'the sockets themselves, in the columns of ss -tan')
    .addOption(
      new Option('--format <format>', 'output').choices(['text', 'json', 'ndjson', 'csv']).default('text'),
    );
  withRule(choosingOptions(withZone(withColour(engineOptions(sockets))))).action(
    async (captures: string[], flags: SocketFlags) => {
      const { runSockets } = await import('./sockets.ts');
      await runSockets(captures, flags, version);
    },
  );

  const watch = lastack
    .command('watch')
    .description('watch a capture while it is made: sockets by state, rates, and what is found')
    .argument('<capture>', '- for standard input (tcpdump -w - … | lastack watch -), or a file that grows')
    .addOption(
      new Option(
        '--every <span>',
        'how often, as 500ms or 5s (default: 1s on the screen, 10s of the capture as ndjson)',
      ).argParser(interval),
    )
    .addOption(
      new Option('--idle <span>', 'a connection that is silent for so long is over (default: 2h)').argParser(
        interval,
      ),
    )
    .addOption(
      new Option(
        '--format <format>',
        'output (default: screen where a terminal listens, else ndjson)',
      ).choices(['screen', 'ndjson']),
    );
  withRule(choosingOptions(withZone(withColour(engineOptions(watch))))).action(
    async (capture: string, flags: WatchFlags) => {
      const { runWatch } = await import('./watch.ts');
      await runWatch(capture, flags, version);
    },
  );
  lastack
    .command('view')
    .description(
      'look at a capture in the browser: a page of this machine alone, in which one drops captures',
    )
    .argument('[capture]', 'a file that it begins with')
    .option('--no-open', 'print the address, and open no browser')
    .option('--debug', DEBUG)
    .action(async (capture: string | undefined, flags: ViewFlags) => {
      const { runView } = await import('./view.ts');
      await runView(capture, flags);
    });

  const extract = lastack
    .command('extract')
    .description('write the packets of chosen connections, with comments, as evidence')
    .argument('<capture...>', 'files, folders, or - for standard input')
    .requiredOption('-o, --output <file>', 'the pcapng file to write')
    .addOption(
      new Option('--connection <number>', 'one that check numbers so (repeatable)').argParser(
        repeated(connectionId),
      ),
    )
    .addOption(
      new Option('--rule <rule>', 'those with a finding of this rule (repeatable)').argParser(
        repeated(String),
      ),
    )
    .option('--findings', 'those with any finding above a note')
    .option('--payload', 'keep payload; it is cut, and its length kept, otherwise')
    .option('--anonymize', 'replace addresses, clocks and whatever else tells of hosts')
    .option('--key-file <file>', 'key of the pseudonyms, made where missing: the same in every run')
    .option('--keep-comments', "keep the source's comments and names of interfaces")
    .option('--manifest <file>', 'what was kept and removed (default: OUTPUT.manifest.json)');
  choosingOptions(engineOptions(extract)).action(async (captures: string[], flags: ExtractFlags) => {
    const { runExtract } = await import('./extract.ts');
    await runExtract(captures, flags, version);
  });

  const baseline = lastack
    .command('baseline')
    .description('keep a file of known findings, for check --baseline')
    .helpCommand(false);
  for (const [action, description] of BASELINE_ACTIONS) {
    const command = baseline
      .command(action)
      .description(description)
      .argument('<file>', 'the baseline')
      .argument('<capture...>', 'files, folders, or - for standard input')
      .addOption(
        new Option('--fail-on <tier>', 'note: take in what is legal as well').choices([...TIERS, 'never']),
      );
    withRule(choosingOptions(engineOptions(command))).action(
      async (file: string, captures: string[], flags: BaselineFlags) => {
        const { runBaseline } = await import('./baseline.ts');
        await runBaseline(action, file, captures, flags, version);
      },
    );
  }

  const diff = lastack
    .command('diff')
    .description('what changed in how services close')
    .argument('<before>', 'a capture, a folder, - for standard input, or a report (json, ndjson)')
    .argument('<after>', 'the same, later')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .addOption(
      new Option('--fail-on <changes>', 'exit with 1 on which changes')
        .choices(['worse', 'any', 'never'])
        .default('worse'),
    )
    .addOption(
      new Option('--by <what>', 'port: where addresses differ from run to run (default: service)').choices([
        'service',
        'port',
      ]),
    )
    .addOption(
      new Option('--min-share <points>', 'percentage points that are a change (default: 1)').argParser(
        percent,
      ),
    )
    .addOption(
      new Option('--min-factor <factor>', 'factor between medians that is a change (default: 1.5)').argParser(
        factor,
      ),
    )
    .addOption(
      new Option(
        '--chance <share>',
        'share of the changes that may be by chance; 1: every difference counts (default: 0.05)',
      ).argParser(probability),
    );
  withRule(choosingOptions(withColour(engineOptions(diff)))).action(
    async (before: string, after: string, flags: DiffFlags) => {
      const { runDiff } = await import('./diff.ts');
      await runDiff(before, after, flags, version);
    },
  );

  const init = lastack
    .command('init')
    .description('write a configuration from captures that are good')
    .argument('<capture...>', 'files, folders, or - for standard input')
    .addOption(
      new Option('-o, --output <file>', 'the configuration to write, or - for standard output').default(
        'lastack.config.json',
      ),
    )
    .addOption(
      new Option('--by <what>', 'port: where addresses differ from run to run (default: service)').choices([
        'service',
        'port',
      ]),
    );
  withRule(choosingOptions(engineOptions(init))).action(async (captures: string[], flags: InitFlags) => {
    const { runInit } = await import('./init.ts');
    await runInit(captures, flags, version);
  });

  lastack
    .command('explain')
    .description('what a word of a report means, and what to do')
    .argument(
      '<name>',
      'a rule (data-after-fin), state (close-wait), cause, kind (abort) or verdict (suspect)',
    )
    .option('--color', COLOUR[0])
    .option('--no-color', COLOUR[1])
    .option('--debug', DEBUG)
    .action(async (name: string, flags: ExplainFlags) => {
      const { runExplain } = await import('./explain.ts');
      await runExplain(name, flags);
    });

  lastack
    .command('rules')
    .description('list the rules')
    .addOption(new Option('--format <format>', 'output').choices(['text', 'json']).default('text'))
    .option('--color', COLOUR[0])
    .option('--no-color', COLOUR[1])
    .option('--debug', DEBUG)
    .action(async (flags: RulesFlags) => {
      const { runRules } = await import('./rules.ts');
      await runRules(flags);
    });

  lastack
    .command('completion')
    .description('print what a shell needs to complete commands, options and values')
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { commandDocs } = await import('./command-docs.ts');
      const { completionFor } = await import('./completion.ts');
      new Output().write([completionFor(shell, commandDocs(lastack))]);
    });

  lastack
    .command('man')
    .description('print the manual page: lastack man | man -l -')
    .action(async () => {
      const { commandDocs } = await import('./command-docs.ts');
      const { manPage } = await import('./man-page.ts');
      new Output().write([manPage(commandDocs(lastack), { version, examples: EXAMPLES })]);
    });
  return lastack;
}

const SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

const BASELINE_ACTIONS = [
  ['write', 'what is found becomes the baseline'],
  ['update', 'add what is new, and what there is more of'],
  ['prune', 'remove what has vanished, and what there is less of'],
] as const satisfies readonly (readonly [BaselineAction, string])[];

const CODES: Readonly<Record<string, FailureCode>> = {
  'commander.unknownOption': 'unknown-option',
  'commander.unknownCommand': 'unknown-command',
  'commander.invalidArgument': 'invalid-value',
  'commander.optionMissingArgument': 'missing-value',
  'commander.missingArgument': 'missing-argument',
  'commander.excessArguments': 'excess-argument',
};

/** An error of the command line in the shape of all others: one sentence, with a code. */
function fromCommander({ code, message }: CommanderError): Failure {
  if (code === 'commander.help') {
    const actions = BASELINE_ACTIONS.map(([action]) => action).join(', ');
    return new Failure('missing-argument', `Say what to do with the baseline: ${actions}.`);
  }
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const sentence = what.charAt(0).toUpperCase() + what.slice(1).replace(/\.$/, '');
  return new Failure(
    CODES[code] ?? 'usage',
    `${sentence}${sentence.endsWith('?') ? '' : '.'}${suggestion ? ` ${suggestion.replace(/^\(|\)$/g, '')}` : ''}`,
  );
}
