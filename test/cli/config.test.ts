import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLEAN, LEAK, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { lastack } from './run.ts';

const ABORT =
  '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n+1 > P. 1:101(100) ack 1\n+.01 < . 1:1(0) ack 101\n+.1 < R. 1:1(0) ack 101\n';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lastack-config-'));
  mkdirSync(join(folder, 'deep/deeper'), { recursive: true });
  for (const [name, text] of Object.entries({ bad: VIOLATION, good: CLEAN, leak: LEAK, abort: ABORT })) {
    writeFileSync(join(folder, `${name}.pcap`), ladder(text));
  }
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: unknown): void =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const run = (command: string, options: Parameters<typeof lastack>[1] = {}) =>
  lastack(command.split(' ').filter(Boolean), { cwd: folder, ...options });
const status = async (command: string, options = {}): Promise<number | null> =>
  (await run(command, options)).status;

describe('a configuration', () => {
  it.each([
    ['lastack.config.json', { failOn: 'suspect' }],
    ['package.json', { name: 'x', lastack: { failOn: 'suspect' } }],
  ])('is found upward as %s', async (name, content) => {
    expect(await status('-q leak.pcap')).toBe(0);
    write(name, content);
    expect(await status('-q leak.pcap')).toBe(1);
    expect(await status('-q ../../leak.pcap', { cwd: join(folder, 'deep/deeper') })).toBe(1);
    expect(await status('-q --no-config leak.pcap')).toBe(0);
    expect(await status('-q --fail-on never leak.pcap')).toBe(0);
    expect(await status('-q leak.pcap', { env: { LASTACK_FAIL_ON: 'violation' } })).toBe(0);
    expect(await status('-q --fail-on suspect leak.pcap', { env: { LASTACK_FAIL_ON: 'violation' } })).toBe(1);
  });

  it('that is code is run only where it is named or allowed', async () => {
    write('strict.json', { failOn: 'suspect' });
    write(
      'lastack.config.mjs',
      "import { writeFileSync } from 'node:fs'; writeFileSync('ran', ''); export default { failOn: 'suspect' };",
    );
    const said = 'lastack.config.mjs is code and was not run; to go by it, name it';
    for (const command of ['-q leak.pcap', 'show leak.pcap', 'diff leak.pcap leak.pcap --format json']) {
      const left = await run(command);
      expect(left.status).toBe(0);
      expect(left.stderr).toBe(
        `lastack: ${said} (--config lastack.config.mjs) or give --allow-config-code.\n`,
      );
    }
    const below = await run('-q ../../leak.pcap', { cwd: join(folder, 'deep/deeper') });
    expect(below.stderr).toMatch(/^lastack: \/.*\/lastack\.config\.mjs is code/);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
    expect(await run('-q --config lastack.config.mjs leak.pcap')).toMatchObject({ status: 1, stderr: '' });
    expect(existsSync(join(folder, 'ran'))).toBe(true);
    expect(await run('-q --allow-config-code leak.pcap')).toMatchObject({ status: 1, stderr: '' });
    expect(await run('-q leak.pcap', { env: { LASTACK_CONFIG: 'lastack.config.mjs' } })).toMatchObject({
      status: 1,
      stderr: '',
    });
    expect(await run('-q --no-config leak.pcap')).toMatchObject({ status: 0, stderr: '' });
    const { stdout } = await run('leak.pcap --format markdown --allow-config-code');
    expect(stdout).toContain('lastack show leak.pcap --connection 0 --allow-config-code');
  });

  it('that is code does not hide one further up', async () => {
    write('lastack.config.json', { failOn: 'suspect' });
    write('deep/lastack.config.mjs', "throw new Error('was run')");
    const { status: code, stderr } = await run('-q ../leak.pcap', { cwd: join(folder, 'deep') });
    expect([code, stderr.split(' is ')[0]]).toEqual([1, 'lastack: lastack.config.mjs']);
  });

  it('is the nearest, and a package.json that does not speak of it is passed by', async () => {
    write('lastack.config.json', { failOn: 'suspect' });
    write('deep/package.json', { name: 'x' });
    write('deep/deeper/package.json', 'broken {');
    expect(await status('-q ../../leak.pcap', { cwd: join(folder, 'deep/deeper') })).toBe(1);
    write('deep/lastack.config.json', { failOn: 'never' });
    expect(await status('-q ../../leak.pcap', { cwd: join(folder, 'deep/deeper') })).toBe(0);
  });

  it('can be named, by a flag or the environment', async () => {
    write('strict.json', { extends: 'strict' });
    expect(await status('-q --config strict.json leak.pcap')).toBe(1);
    expect(await status('-q leak.pcap', { env: { LASTACK_CONFIG: 'strict.json' } })).toBe(1);
    expect(await status('-q --no-config leak.pcap', { env: { LASTACK_CONFIG: 'strict.json' } })).toBe(0);
  });

  it('holds for show as well', async () => {
    write('lastack.config.json', { extends: 'graceful', profile: 'linux' });
    const { stdout } = await run('show abort.pcap');
    expect(stdout).toContain('violation expected-no-reset');
    const shown = JSON.parse((await run('show abort.pcap --format json')).stdout);
    expect(shown.profile).toEqual({ name: 'linux', msl: 30 });
  });

  it.each([
    [{ services: [{ closer: 'sever' }] }, /services\[0\]\.closer is "sever", .* Did you mean server\?/],
    [{ rules: { 'rst-on-clos': 'off' } }, /rules has "rst-on-clos", .* Did you mean rst-on-close\?/],
    [{ profil: 'linux' }, /"profil", which is unknown; .* Did you mean profile\?/],
    [{ extends: 'stirct' }, /extends is "stirct", .* Did you mean strict\?/],
    [{ linger: 0 }, /linger is 0, and must be a number above 0\./],
    [{ waivers: [{ rule: 'missing-fin', reason: 'x' }] }, /waivers\[0\] lacks "expires"\./],
    ['{', /is no JSON/],
    [[], /the configuration is an array, and must be an object\./],
  ])('that is wrong stops the run with the place: %j', async (content, sentence) => {
    write('lastack.config.json', content);
    const { status: code, stdout, stderr } = await run('good.pcap');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error\[config-invalid\]: lastack\.config\.json/);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('that has several faults tells all of them, a line each', async () => {
    write('lastack.config.json', { failOn: 'bad', profil: 'linux', services: [{ closer: 'sever' }] });
    const { stderr } = await run('good.pcap');
    const [head, ...faults] = stderr.trimEnd().split('\n');
    expect(head).toBe('error[config-invalid]: lastack.config.json has 3 faults:');
    expect(faults).toHaveLength(3);
    expect(faults.join('\n')).toMatch(/^ {2}failOn is "bad".*\n {2}.*"profil".*\n {2}services\[0\]\.closer/);
    write('lastack.config.json', { services: Array.from({ length: 30 }, () => ({ closer: 'sever' })) });
    expect((await run('good.pcap')).stderr).toMatch(/has 30 faults:\n(.*\n){20} {2}… and 10 more\n$/);
  });

  it.each([
    ['--config missing.json good.pcap', {}, 'config-not-found'],
    ['good.pcap', { env: { LASTACK_PROFILE: 'linx' } }, 'invalid-value'],
    ['good.pcap', { env: { LASTACK_MAX_FINDINGS: 'many' } }, 'invalid-value'],
    ['--max-findings -1 good.pcap', {}, 'invalid-value'],
  ])('%s %j is refused', async (command, options, code) => {
    const ran = await run(command, options);
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(`error[${code}]: `);
  });

  it('may not stand twice in one folder', async () => {
    write('lastack.config.json', {});
    write('lastack.config.mjs', 'export default {}');
    expect((await run('good.pcap')).stderr).toMatch('error[config-ambiguous]: ');
  });

  it('is printed with where each value comes from', async () => {
    write('lastack.config.json', {
      extends: 'strict',
      profile: 'linux',
      waivers: [{ rule: 'missing-fin', reason: 'x', expires: '2001-01-01' }],
    });
    const { stdout, status: code } = await run('--print-config --linger 5', { env: { LASTACK_MSL: '10' } });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      config: 'lastack.config.json',
      profile: { value: 'linux', from: 'lastack.config.json' },
      msl: { value: 10, from: 'LASTACK_MSL' },
      linger: { value: 5, from: '--linger' },
      failOn: { value: 'suspect', from: 'preset strict' },
      maxFindings: { value: 0, from: 'preset strict' },
      ports: { value: null, from: 'default' },
      rules: {},
      services: [{ value: { noLoss: true }, from: 'preset strict services[0]' }],
      waivers: [
        {
          value: { rule: 'missing-fin', reason: 'x', expires: '2001-01-01' },
          from: 'lastack.config.json waivers[0]',
          state: 'expired',
        },
      ],
    });
  });

  it('tells of waivers that expired, and of those that waived nothing', async () => {
    const waivers = [
      { rule: 'missing-fin', reason: 'a', expires: '2001-01-01' },
      { rule: 'fin-moved', reason: 'b', expires: '2999-01-01' },
    ];
    write('lastack.config.json', { failOn: 'suspect', waivers });
    const { stdout, status: code } = await run('leak.pcap');
    expect(code).toBe(1);
    expect(stdout).toContain('! waivers[0] of missing-fin expired on 2001-01-01 and waives nothing: a');
    expect(stdout).toContain('! waivers[1] waived nothing, there is no such finding of fin-moved: b');
    for (const format of ['json', 'markdown', 'junit', 'tap', 'sarif', 'github']) {
      const told = (await run(`leak.pcap --format ${format}`)).stdout;
      expect({ format, told: /expired/.test(told) && /waived nothing|"unused"/.test(told) }).toEqual({
        format,
        told: true,
      });
    }
    write('lastack.config.json', { failOn: 'suspect', waivers: [{ ...waivers[0], expires: '2999-01-01' }] });
    const waived = await run('leak.pcap');
    expect(waived.status).toBe(0);
    expect(waived.stdout).toContain('waivers[0] waives 1 finding of missing-fin until 2999-01-01: a');
  });

  it('has findings of its own in every format', async () => {
    write('lastack.config.json', { services: [{ noReset: true, maxResets: 5 }] });
    for (const format of [
      'text',
      'json',
      'ndjson',
      'markdown',
      'junit',
      'tap',
      'sarif',
      'github',
      'gitlab',
    ]) {
      const { stdout, status: code } = await run(`abort.pcap --format ${format}`);
      expect({ format, code }).toEqual({ format, code: 1 });
      expect(stdout).toContain('expected-no-reset');
      expect(stdout).toContain('The configuration expects no RST');
      expect(stdout).toContain('expected-resets');
    }
    expect((await run('abort.pcap --format csv')).stdout).toContain('expected-no-reset');
    const junit = (await run('abort.pcap --format junit')).stdout;
    expect(junit).toContain(
      '<failure type="violation" message="The configuration expects 5 % of connections',
    );
    // What nobody expects is no test that passes.
    expect(junit).not.toContain('expected-closer');
  });
});

describe('--max-findings', () => {
  it('tolerates so many, in the exit status and in what fails', async () => {
    expect(await status('-q bad.pcap')).toBe(1);
    expect(await status('-q bad.pcap --max-findings 0')).toBe(1);
    const { status: code, stdout } = await run('bad.pcap --max-findings 1 --format junit');
    expect(code).toBe(0);
    expect(stdout).not.toContain('<failure');
    expect(await status('-q bad.pcap bad.pcap --max-findings 1')).toBe(1);
    expect(await status('-q bad.pcap bad.pcap', { env: { LASTACK_MAX_FINDINGS: '2' } })).toBe(0);
  });
});
