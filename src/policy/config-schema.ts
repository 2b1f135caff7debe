import { CLOSE_KINDS } from '../machine/close.ts';
import { PROFILE_NAMES } from '../machine/profile.ts';
import { SIDES } from '../machine/state.ts';
import { ALL_RULES } from '../rules/all-rules.ts';
import { TIERS } from '../rules/finding.ts';
import { PRESET_NAMES, ROLES, RULE_TIERS } from './config.ts';

export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'null';

/** As much of JSON Schema as a configuration needs. The branches of `anyOf` differ in their `type`. */
export interface Schema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: SchemaType;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly pattern?: string;
}

/** `LOW-HIGH`. */
const PORT_RANGE = '^\\d{1,5}-\\d{1,5}$';
const NULL: Schema = { type: 'null' };
const PORT: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
const SECONDS: Schema = { type: 'number', exclusiveMinimum: 0 };

function names(allowed: readonly string[], description?: string): Schema {
  return { type: 'string', enum: allowed, ...(description !== undefined && { description }) };
}

function list(items: Schema): Schema {
  return { type: 'array', items, minItems: 1 };
}

function either(description: string, ...anyOf: readonly Schema[]): Schema {
  return { description, anyOf };
}

function record(properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    ...(required.length > 0 && { required }),
    properties,
  };
}

const CLOSER = names(['client', 'server', 'both']);
const PRESET = names(PRESET_NAMES);

const SELECTOR: Readonly<Record<string, Schema>> = {
  address: { type: 'string', minLength: 2, description: 'IPv4 or IPv6 address.' },
  network: { type: 'string', pattern: '/\\d{1,3}$', description: 'Network in CIDR notation: 10.0.0.0/8.' },
  port: either('Port of the server, or several.', PORT, list(PORT)),
  role: names(ROLES, 'Whose address and network are meant: those of the server unless said.'),
};

const SERVICE: Schema = record({
  ...SELECTOR,
  closer: either(
    'Who closes first: client, server, both (FINs that cross), or several of them.',
    CLOSER,
    list(CLOSER),
    NULL,
  ),
  kinds: either('Allowed ways to close.', list(names(CLOSE_KINDS)), NULL),
  longestClose: either('Seconds that closing may take, from the first FIN or RST to the end.', SECONDS, NULL),
  longestCloseWait: either('Seconds that a side may stay in CLOSE_WAIT.', SECONDS, NULL),
  noLoss: either('No data may be lost to a reset.', { type: 'boolean' }, NULL),
  noReset: either('No RST at all.', { type: 'boolean' }, NULL),
  maxResets: either(
    'Percent of the connections of a service that may end by RST.',
    { type: 'number', minimum: 0, maximum: 100 },
    NULL,
  ),
});

const WAIVER: Schema = record(
  {
    rule: names(
      ALL_RULES.map(({ id }) => id),
      'The rule whose findings are waived.',
    ),
    ...SELECTOR,
    side: names(SIDES, 'The side that is blamed.'),
    reason: { type: 'string', minLength: 1, description: 'Why; it is printed.' },
    expires: {
      type: 'string',
      pattern: '^\\d{4}-\\d{2}-\\d{2}$',
      description: 'The last day on which it waives: 2027-01-31.',
    },
  },
  ['rule', 'reason', 'expires'],
);

/** What a configuration may be. `config.schema.json` is the same, for editors; a test holds both to each other. */
export const CONFIG_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:lastack:config:1',
  title: 'lastack configuration',
  description: 'lastack.config.json, what lastack.config.mjs exports, or the key lastack of package.json.',
  ...record({
    $schema: { type: 'string', description: 'Where this schema lies, for editors.' },
    extends: either('Presets to begin with; later ones win.', PRESET, list(PRESET)),
    profile: names(PROFILE_NAMES, 'Timers of which stack.'),
    msl: { ...SECONDS, description: 'Maximum segment lifetime in seconds, instead of that of the profile.' },
    linger: { ...SECONDS, description: 'Seconds that a side may take to close before it counts as leaking.' },
    ports: {
      type: 'string',
      pattern: PORT_RANGE,
      description: 'Ports from which clients take those of their connections, as 32768-60999.',
    },
    failOn: names([...TIERS, 'never'], 'The lowest tier that makes the exit status 1.'),
    maxFindings: { type: 'integer', minimum: 0, description: 'Findings of those tiers that are tolerated.' },
    rules: {
      ...record(
        Object.fromEntries(ALL_RULES.map(({ id, summary }) => [id, names(RULE_TIERS, `${summary}.`)])),
      ),
      description: 'What the findings of a rule count as. What the capture cannot decide stays inconclusive.',
    },
    services: {
      type: 'array',
      items: SERVICE,
      description:
        'What is expected of which connections. Each expectation is taken from the last entry that has it.',
    },
    waivers: {
      type: 'array',
      items: WAIVER,
      description: 'Findings that are known and tolerated for a while.',
    },
  }),
};
