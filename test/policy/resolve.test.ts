import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/policy/config.ts';
import { type Resolved, resolve } from '../../src/policy/resolve.ts';

const layered = (file: Config, environment: Config = {}, flags: Config = {}): Resolved =>
  resolve([
    { from: () => 'file', config: file },
    { from: () => 'environment', config: environment },
    { from: (key) => `--${key}`, config: flags },
  ]);

describe('a value', () => {
  it('comes from a flag before the environment before the file before its presets', () => {
    const file: Config = { extends: ['recommended', 'strict'], linger: 5 };
    expect(layered({}).failOn).toEqual({ value: 'violation', from: 'default' });
    expect(layered(file).failOn).toEqual({ value: 'suspect', from: 'preset strict' });
    const own = { ...file, failOn: 'note' } as const;
    expect(layered(own).failOn).toEqual({ value: 'note', from: 'file' });
    expect(layered(own, { failOn: 'never' }).failOn).toEqual({ value: 'never', from: 'environment' });
    expect(layered(own, { failOn: 'never' }, { failOn: 'inconclusive' })).toMatchObject({
      failOn: { value: 'inconclusive', from: '--failOn' },
      linger: { value: 5, from: 'file' },
    });
  });

  it('of msl does not outlive the profile that it was given for', () => {
    const file: Config = { profile: 'linux', msl: 5 };
    expect(layered(file).msl).toEqual({ value: 5, from: 'file' });
    expect(layered(file, {}, { profile: 'freebsd' }).msl.value).toBeNull();
    expect(layered(file, { msl: 7 }, {}).msl).toEqual({ value: 7, from: 'environment' });
  });

  it('of a rule is that of the last layer that has it', () => {
    const rules = { 'fin-moved': 'note', 'rst-on-close': 'off' } as const;
    expect(layered({ rules }).rules).toEqual({
      'fin-moved': { value: 'note', from: 'file' },
      'rst-on-close': { value: 'off', from: 'file' },
    });
  });

  it('of a list stands behind those of the presets', () => {
    const { services } = layered({ extends: 'graceful', services: [{ port: 25, noReset: false }] });
    expect(services).toEqual([
      { where: 'preset graceful services[0]', entry: { noReset: true } },
      { where: 'file services[0]', entry: { port: 25, noReset: false } },
    ]);
  });
});
