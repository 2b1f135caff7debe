import { type Command, InvalidArgumentError, Option } from 'commander';
import { CLOSE_KINDS, CLOSERS, type CloseKind, type Closer } from '../machine/close.ts';
import { type ChoosesConnection, chooserOf, type NamedService } from '../policy/chosen.ts';
import { type Network, parseAddress, parseNetwork } from '../policy/network.ts';
import { nearest } from '../report/nearest.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { CAUSE_DOCS, type CauseName } from '../rules/causes/cause-names.ts';
import { moment, momentOf } from './moments.ts';
import { zoneFor } from './terminal.ts';
import { repeated } from './values.ts';

/** Which connections are reported. Each option that can be given several times takes what fits one of them. */
export interface ChoosingFlags {
  readonly service?: readonly NamedService[];
  readonly port?: readonly number[];
  readonly address?: readonly Network[];
  readonly kind?: readonly CloseKind[];
  readonly closer?: readonly Closer[];
  readonly cause?: readonly CauseName[];
  readonly rule?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  /** Clock times that name no zone are in UTC, and not in that of the machine. */
  readonly utc?: boolean;
}

/** What the flags choose; null where they choose everything. */
export function chooserFrom(flags: ChoosingFlags): ChoosesConnection | null {
  const { service, port, address, kind, closer, cause, rule, from, to, utc } = flags;
  const zone = zoneFor(utc);
  return chooserOf({
    services: service ?? [],
    ports: port ?? [],
    networks: address ?? [],
    kinds: kind ?? [],
    closers: closer ?? [],
    causes: cause ?? [],
    rules: rule ?? [],
    from: from === undefined ? null : momentOf(from, zone),
    to: to === undefined ? null : momentOf(to, zone),
  });
}

const GROUP = 'Choosing connections (the clock and the health are those of the whole capture):';

const CAUSES = Object.keys(CAUSE_DOCS) as CauseName[];

/** Adds the options that choose connections, but for `--rule`, which is not alike everywhere. */
export function choosingOptions(command: Command): Command {
  const option = <T>(flags: string, text: string, parse: (value: string) => T): Option =>
    new Option(flags, text).argParser(repeated(parse));
  return command
    .optionsGroup(GROUP)
    .addOption(option('--service <address:port>', 'those of this server, or :port (repeatable)', service))
    .addOption(option('--port <number>', 'with this port at either end (repeatable)', port))
    .addOption(
      option('--address <address>', 'with this address or network at either end (repeatable)', network),
    )
    .addOption(
      option('--kind <kind>', 'closed so: four-way, abort, open, … (repeatable)', oneOf(CLOSE_KINDS)),
    )
    .addOption(
      option('--closer <who>', `first closed by: ${CLOSERS.join(', ')} (repeatable)`, oneOf(CLOSERS)),
    )
    .addOption(option('--cause <cause>', 'for this cause (repeatable)', oneOf(CAUSES)))
    .addOption(
      new Option('--from <moment>', 'there at or after it: 12:00:01, +12.5s or #123').argParser(moment),
    )
    .addOption(new Option('--to <moment>', 'there before or at it').argParser(moment))
    .optionsGroup('Options:');
}

/** Adds `--rule` to those. */
export function withRule(command: Command): Command {
  const rule = oneOf(ALL_RULES.map(({ id }) => id));
  return command.addOption(
    new Option('--rule <rule>', 'with a finding of this rule (repeatable)')
      .argParser(repeated(rule))
      .helpGroup(GROUP),
  );
}

function oneOf<T extends string>(known: readonly T[]): (text: string) => T {
  return (text) => {
    const found = known.find((name) => name === text);
    if (found !== undefined) return found;
    const [near] = nearest(text, known, 1);
    throw new InvalidArgumentError(
      near === undefined ? `Allowed choices are ${known.join(', ')}.` : `Did you mean ${near}?`,
    );
  };
}

function port(text: string): number {
  const number = Number(text.replace(/^:/, ''));
  if (!/^:?\d{1,5}$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError('It must be a port, from 0 to 65535.');
  }
  return number;
}

function network(text: string): Network {
  const found = parseAddress(text) ?? parseNetwork(text);
  if (found === null) throw new InvalidArgumentError('It must be an address or a network, as 10.0.0.0/8.');
  return found;
}

/** `10.0.0.2:80`, `[fd00::2]:80`, `10.0.0.2`, `fd00::2`, `:80`. */
function service(text: string): NamedService {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const address = digits === undefined ? text : (bracketed ?? plain ?? '');
  const found = address === '' ? null : parseAddress(address);
  if (
    (address !== '' && found === null) ||
    (address === '' && digits === undefined) ||
    Number(digits) > 65_535
  ) {
    throw new InvalidArgumentError('It must be a server, as 10.0.0.2:80, [fd00::2]:80, 10.0.0.2 or :80.');
  }
  return { network: found, port: digits === undefined ? null : Number(digits) };
}
