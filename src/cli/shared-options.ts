import { type Command, Option } from 'commander';
import { PROFILE_NAMES } from '../machine/profile.ts';
import { DEFAULT_LINGER } from './engine-flags.ts';
import { memorySize, portRange, positiveSeconds } from './values.ts';

/** What --debug does. */
export const DEBUG = 'show where in the code it happened when something goes wrong inside lastack';

/** What --color and --no-color do. */
export const COLOUR = ['colour even where no terminal listens', 'no colour'] as const;

/** What `check`, `show` and `extract` have in common. */
export function engineOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--profile <name>', 'timers of which stack (default: rfc9293)').choices(PROFILE_NAMES),
    )
    .addOption(
      new Option('--msl <seconds>', "maximum segment lifetime instead of the profile's").argParser(
        positiveSeconds,
      ),
    )
    .addOption(
      new Option(
        '--linger <seconds>',
        `how long a side may take to close (default: ${DEFAULT_LINGER})`,
      ).argParser(positiveSeconds),
    )
    .addOption(
      new Option('--reader <package>', 'what reads the file')
        .choices(['lastack', 'pcap-parser'])
        .default('lastack'),
    )
    .addOption(
      new Option(
        '--max-memory <size>',
        'how much what is open may take, as 512M or 8G (default: 4G)',
      ).argParser(memorySize),
    )
    .option('--verify-checksums', 'leave out segments with a wrong TCP checksum, as receivers do')
    .option('--debug', DEBUG)
    .option('--config <file>', 'the configuration, instead of the nearest lastack.config.json')
    .option('--no-config', 'go by no configuration')
    .option('--allow-config-code', 'run a lastack.config.mjs that was found and not named');
}

/** For what counts the ports of clients. */
export function portsOption(): Option {
  return new Option('--ports <low-high>', 'ports that clients have (default: as they are seen)').argParser(
    portRange,
  );
}

export function withColour(command: Command): Command {
  return command.option('--color', COLOUR[0]).option('--no-color', COLOUR[1]);
}

export function withZone(command: Command): Command {
  return command.option('--utc', 'times of day in UTC, and not in the zone of this machine');
}

/** What stands below the help of all commands. */
export const EXAMPLES: string = `
Examples:
  lastack capture.pcap                      check a capture
  tcpdump -w - -i eth0 tcp | lastack -      check what is captured right now
  lastack captures --format junit -o close.xml --format text
                                            a report for CI, and one to read
  lastack show capture.pcap --connection 3  see a connection packet by packet
  lastack extract capture.pcap --findings -o evidence.pcapng
                                            packets for a bug report
  lastack baseline write known.json captures
                                            what is known need not fail
  lastack init good.pcap                    a configuration for CI
  lastack diff before.pcap after.pcap       did a change break closing?
  lastack sockets capture.pcap              who had how many sockets, and why
  tcpdump -w - -U -i eth0 tcp | lastack watch -
                                            the same, live
  lastack explain close-wait                what a state or a rule means

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 job not done.
The first Ctrl-C ends the reading and reports; the second one stops at once.`;
