import { CONFIG_SCHEMA, type Schema, type SchemaType } from './config-schema.ts';
import { isDay } from './day.ts';
import { parseAddress, parseNetwork } from './network.ts';
import { parsePorts } from './ports.ts';

/** What is wrong with a configuration, and where: `services[0].closer`; empty for the whole. */
export interface Fault {
  readonly path: string;
  readonly problem:
    | { readonly kind: 'type'; readonly wanted: readonly SchemaType[]; readonly got: string }
    | { readonly kind: 'name'; readonly got: string; readonly allowed: readonly string[] }
    | { readonly kind: 'key'; readonly got: string; readonly allowed: readonly string[] }
    | { readonly kind: 'missing'; readonly key: string }
    | { readonly kind: 'range'; readonly wanted: string; readonly got: string }
    | { readonly kind: 'form'; readonly wanted: string; readonly got: string };
}

/** The faults of a configuration, first come first; none where it is one. */
export function validate(value: unknown): Fault[] {
  const faults = schemaFaults(value);
  return faults.length > 0 ? faults : meaningFaults(value);
}

/** The faults that the JSON Schema tells. */
export function schemaFaults(value: unknown, schema: Schema = CONFIG_SCHEMA, path = ''): Fault[] {
  const type = typeOf(value);
  const branches = schema.anyOf ?? [schema];
  const branch = branches.find((one) => one.type === type || (one.type === 'number' && type === 'integer'));
  if (branch === undefined) {
    const wanted = branches.flatMap((one) => one.type ?? []);
    return [{ path, problem: { kind: 'type', wanted, got: type === 'integer' ? 'number' : type } }];
  }
  if (typeof value === 'string') return stringFaults(value, branch, path);
  if (typeof value === 'number') return numberFaults(value, branch, path);
  if (Array.isArray(value)) return arrayFaults(value, branch, path);
  return isRecord(value) ? recordFaults(value, branch, path) : [];
}

function stringFaults(got: string, schema: Schema, path: string): Fault[] {
  if (schema.enum && !schema.enum.includes(got)) {
    return [{ path, problem: { kind: 'name', got, allowed: schema.enum } }];
  }
  const long = [...got].length >= (schema.minLength ?? 0);
  if (long && (schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(got))) return [];
  return [{ path, problem: { kind: 'form', wanted: FORMS[path.split('.').at(-1) ?? ''] ?? 'text', got } }];
}

const FORMS: Readonly<Record<string, string>> = {
  address: 'an IPv4 or IPv6 address',
  network: 'a network in CIDR notation, such as 10.0.0.0/8',
  ports: 'two ports, as 32768-60999',
  expires: 'a day, such as 2027-01-31',
  reason: 'a sentence',
};

function numberFaults(got: number, schema: Schema, path: string): Fault[] {
  const { minimum = -Infinity, exclusiveMinimum = -Infinity, maximum = Infinity } = schema;
  if (got >= minimum && got > exclusiveMinimum && got <= maximum) return [];
  const whole = schema.type === 'integer' ? 'a whole number' : 'a number';
  const low = exclusiveMinimum > -Infinity ? `above ${exclusiveMinimum}` : `of at least ${minimum}`;
  const wanted = maximum === Infinity ? `${whole} ${low}` : `${whole} from ${minimum} to ${maximum}`;
  return [{ path, problem: { kind: 'range', wanted, got: String(got) } }];
}

function arrayFaults(value: readonly unknown[], { items, minItems = 0 }: Schema, path: string): Fault[] {
  if (value.length < minItems) {
    return [{ path, problem: { kind: 'range', wanted: 'a list that is not empty', got: 'an empty one' } }];
  }
  return items ? value.flatMap((item, index) => schemaFaults(item, items, `${path}[${index}]`)) : [];
}

function recordFaults(value: Readonly<Record<string, unknown>>, schema: Schema, path: string): Fault[] {
  const { properties = {}, required = [] } = schema;
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`);
  const faults = Object.entries(value).flatMap(([key, own]): Fault[] => {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known) return schemaFaults(own, known, inside(key));
    return [{ path, problem: { kind: 'key', got: key, allowed: Object.keys(properties) } }];
  });
  const missing = required.filter((key) => !Object.hasOwn(value, key));
  return [...faults, ...missing.map((key): Fault => ({ path, problem: { kind: 'missing', key } }))];
}

/** What a schema cannot tell: ports, addresses, networks and days that are none. */
function meaningFaults(config: unknown): Fault[] {
  if (!isRecord(config)) return [];
  const listed = ['services', 'waivers'].flatMap((list) => {
    const entries = config[list];
    if (!Array.isArray(entries)) return [];
    return entries.flatMap((entry: unknown, index) =>
      isRecord(entry) ? entryFaults(entry, `${list}[${index}]`) : [],
    );
  });
  return [...portsFaults(config), ...listed];
}

function portsFaults({ ports: got }: Readonly<Record<string, unknown>>): Fault[] {
  if (typeof got !== 'string' || parsePorts(got) !== null) return [];
  return [{ path: 'ports', problem: { kind: 'form', wanted: FORMS['ports'] ?? '', got } }];
}

const MEANINGS: Readonly<Record<string, (text: string) => boolean>> = {
  address: (text) => parseAddress(text) !== null,
  network: (text) => parseNetwork(text) !== null,
  expires: isDay,
};

function entryFaults(entry: Readonly<Record<string, unknown>>, path: string): Fault[] {
  return Object.entries(MEANINGS).flatMap(([key, isRight]): Fault[] => {
    const got = entry[key];
    if (typeof got !== 'string' || isRight(got)) return [];
    return [{ path: `${path}.${key}`, problem: { kind: 'form', wanted: FORMS[key] ?? '', got } }];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type as JSON Schema calls it; what JSON does not have by its name in JavaScript. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') {
    return Number.isInteger(value) ? 'integer' : Number.isFinite(value) ? 'number' : String(value);
  }
  return typeof value;
}
