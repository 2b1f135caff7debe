import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { CONFIG_SCHEMA, type Schema } from '../../src/policy/config-schema.ts';
import { PRESETS } from '../../src/policy/presets.ts';
import { schemaFaults, validate } from '../../src/policy/validate.ts';
import fc from '../support/property.ts';

const SHIPPED = JSON.parse(
  readFileSync(new URL('../../src/policy/config.schema.json', import.meta.url), 'utf8'),
);
const isValid = new Ajv2020({ strict: true }).compile(SHIPPED);

const FULL = {
  $schema: './config.schema.json',
  extends: ['strict', 'graceful'],
  profile: 'linux',
  msl: 30,
  linger: 0.5,
  ports: '32768-60999',
  failOn: 'never',
  maxFindings: 3,
  rules: { 'rst-on-close': 'off', 'expected-closer': 'note' },
  services: [
    { port: 443, closer: 'client', kinds: ['four-way'], longestClose: 1.5, noLoss: true, maxResets: 0 },
    { port: [80, 8080], network: 'fd00::/8', role: 'either', closer: ['client', 'both'], noReset: null },
    {},
  ],
  waivers: [{ rule: 'missing-fin', address: '10.0.0.1', side: 'server', reason: 'x', expires: '2028-02-29' }],
};

/** Values that are right somewhere, and others. */
const ANY = fc.oneof(
  fc.constantFrom<unknown>('client', 'both', 'four-way', 'linux', 'off', 'violation', 'strict', '10.0.0.0/8'),
  fc.constantFrom<unknown>(
    '',
    'x',
    '2027-01-31',
    'missing-fin',
    null,
    true,
    [],
    {},
    ['client'],
    ['four-way', 1],
  ),
  fc.constantFrom<unknown>(0, 1, -1, 0.5, 70_000, 101, [443], [0], ['strict'], [[443]]),
);

/** Places in a document: keys as they are in the schema, and some that are not. */
function documentOf(schema: Schema): fc.Arbitrary<unknown> {
  const branches = (schema.anyOf ?? [schema]).map((branch) => {
    if (branch.properties) {
      const own = Object.entries(branch.properties).map(([key, inner]) => [key, documentOf(inner)] as const);
      const few = fc.subarray(own, { maxLength: 5 });
      return few.chain((chosen) => fc.record({ ...Object.fromEntries(chosen) }));
    }
    if (branch.items) return fc.array(documentOf(branch.items), { maxLength: 3 });
    if (branch.enum) return fc.constantFrom<unknown>(...branch.enum);
    return ANY;
  });
  return fc.oneof({ weight: 9, arbitrary: fc.oneof(...branches) }, { weight: 1, arbitrary: ANY });
}

describe('the schema of a configuration', () => {
  it('is the one that is shipped', () => {
    expect(SHIPPED).toEqual(JSON.parse(JSON.stringify(CONFIG_SCHEMA)));
  });

  it('takes everything that a configuration can say', () => {
    expect(validate(FULL)).toEqual([]);
    expect(isValid(FULL)).toBe(true);
    for (const preset of Object.values(PRESETS)) expect(validate(preset)).toEqual([]);
  });

  it('is read by the validator as another reader reads it', () => {
    const seen = { right: 0, wrong: 0 };
    fc.assert(
      fc.property(documentOf(CONFIG_SCHEMA), (document) => {
        const right = schemaFaults(document).length === 0;
        seen[right ? 'right' : 'wrong'] += 1;
        expect({ document, right }).toEqual({ document, right: isValid(document) });
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(seen.right, seen.wrong)).toBeGreaterThan(100);
  });

  it.each([
    [{ services: [{ closer: 'sever' }] }, 'services[0].closer', 'name'],
    [{ services: [{ closer: ['client', 'x'] }] }, 'services[0].closer[1]', 'name'],
    [{ services: [{}, { port: 0 }] }, 'services[1].port', 'range'],
    [{ services: [{ port: 'https' }] }, 'services[0].port', 'type'],
    [{ services: [{ kinds: [] }] }, 'services[0].kinds', 'range'],
    [{ ports: 'all' }, 'ports', 'form'],
    [{ ports: '60999-32768' }, 'ports', 'form'],
    [{ ports: '1-65536' }, 'ports', 'form'],
    [{ services: [{ network: '10.0.0.0/33' }] }, 'services[0].network', 'form'],
    [{ services: [{ network: '10.0.0.0' }] }, 'services[0].network', 'form'],
    [{ services: [{ address: '10.0.0.256' }] }, 'services[0].address', 'form'],
    [{ waivers: [{ rule: 'missing-fin', reason: 'x' }] }, 'waivers[0]', 'missing'],
    [{ waivers: [{ rule: 'missing-fin', reason: '', expires: '2027-01-01' }] }, 'waivers[0].reason', 'form'],
    [
      { waivers: [{ rule: 'missing-fin', reason: 'x', expires: '2027-02-29' }] },
      'waivers[0].expires',
      'form',
    ],
    [{ rules: { 'rst-on-clos': 'off' } }, 'rules', 'key'],
    [{ rules: { 'rst-on-close': 'inconclusive' } }, 'rules.rst-on-close', 'name'],
    [{ linger: Number.NaN }, 'linger', 'type'],
    [[], '', 'type'],
    [{ __proto__: null, constructor: 1 }, '', 'key'],
  ])('says where %j is wrong', (document, path, kind) => {
    expect(validate(document)).toMatchObject([{ path, problem: { kind } }]);
  });
});
