import { describe, expect, it } from 'vitest';
import { findingsUnder, reportUnder } from '../support/with-policy.ts';

const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+0 > . 1:1(0) ack 1\n';
const THREE_WAY = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`;
const ABORT = `${OPENING}+1 > P. 1:101(100) ack 1\n+.01 < . 1:1(0) ack 101\n+.1 < R. 1:1(0) ack 101\n`;
const LEAK = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n+99 > . 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;
const CUT = `${OPENING}+1 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2\n`;

const WAIVER = { rule: 'missing-fin', reason: 'The pool is being rewritten', expires: '2026-06-15' };

describe('a rule', () => {
  it('is off', async () => {
    expect(await findingsUnder({}, THREE_WAY)).toEqual(['note three-way-close server']);
    expect(await findingsUnder({ rules: { 'three-way-close': 'off' } }, THREE_WAY)).toEqual([]);
  });

  it('has another tier, and says so', async () => {
    const report = await reportUnder({ rules: { 'rst-on-close': 'violation' } }, ABORT);
    const [finding] = report.connections[0]?.findings ?? [];
    expect(finding).toMatchObject({
      tier: 'violation',
      clause: expect.stringMatching(/^RFC 9293/),
      message: expect.stringMatching(/ By itself a note; lastack\.config\.json makes it a violation\.$/),
      policy: { tier: 'note', by: 'lastack.config.json rules.rst-on-close', reason: null, expires: null },
    });
    expect(report.summary).toMatchObject({ verdicts: { violation: 1 }, tiers: { violation: 1, note: 0 } });
  });

  it('does not become certain where the capture cannot decide', async () => {
    const before = await findingsUnder({}, CUT);
    expect(before).toContain('inconclusive missing-fin server');
    expect(await findingsUnder({ rules: { 'missing-fin': 'violation' } }, CUT)).toEqual(before);
  });
});

describe('a waiver', () => {
  it('makes a note of a finding, with its reason, up to its last day', async () => {
    const report = await reportUnder({ waivers: [WAIVER] }, LEAK);
    const finding = report.connections[0]?.findings.find(({ rule }) => rule === 'missing-fin');
    expect(finding).toMatchObject({
      tier: 'note',
      message: expect.stringMatching(/ Waived until 2026-06-15: The pool is being rewritten\.$/),
      policy: { tier: 'suspect', by: 'lastack.config.json waivers[0]', reason: WAIVER.reason },
    });
    expect(report.connections[0]?.verdict).toBe('conformant');
    expect(report.policy?.waivers).toMatchObject([{ rule: 'missing-fin', state: 'used', findings: 1 }]);
  });

  it('may have a reason of several lines, which stays one', async () => {
    const report = await reportUnder({ waivers: [{ ...WAIVER, reason: 'a\n::error::b ' }] }, LEAK);
    const finding = report.connections[0]?.findings.find(({ rule }) => rule === 'missing-fin');
    expect(finding?.message).toMatch(/ Waived until 2026-06-15: a\\n::error::b\.$/);
  });

  it('that has expired waives nothing, and is told', async () => {
    const report = await reportUnder({ waivers: [{ ...WAIVER, expires: '2026-06-14' }] }, LEAK);
    expect(report.connections[0]?.verdict).toBe('suspect');
    expect(report.policy?.waivers).toMatchObject([{ state: 'expired', findings: 0 }]);
  });

  it.each([
    { ...WAIVER, port: 443 },
    { ...WAIVER, side: 'client' as const },
    { ...WAIVER, rule: 'fin-moved' },
    { ...WAIVER, network: '192.0.2.0/24' },
  ])('of something else waives nothing, and is told: %j', async (waiver) => {
    const report = await reportUnder({ waivers: [waiver] }, LEAK);
    expect(report.connections[0]?.verdict).toBe('suspect');
    expect(report.policy?.waivers).toMatchObject([{ state: 'unused', findings: 0 }]);
  });

  it('waives what is expected as well', async () => {
    const services = [{ noReset: true, maxResets: 0 }];
    const waivers = ['expected-no-reset', 'expected-resets'].map((rule) => ({ ...WAIVER, rule }));
    const report = await reportUnder({ services, waivers }, ABORT);
    expect(report.summary.tiers.violation).toBe(0);
    expect(report.policy?.findings).toMatchObject([{ rule: 'expected-resets', tier: 'note' }]);
    expect(report.policy?.waivers).toMatchObject([
      { state: 'used', findings: 1 },
      { state: 'used', findings: 1 },
    ]);
  });
});

describe('the share of resets', () => {
  const text = `${ABORT}@ connection 2\n${THREE_WAY}@ connection 3\n${THREE_WAY}@ connection 4\n${THREE_WAY}`;

  it('is that of a service as a whole', async () => {
    const { policy } = await reportUnder({ services: [{ maxResets: 24 }] }, text);
    expect(policy?.findings).toMatchObject([
      {
        rule: 'expected-resets',
        tier: 'violation',
        clause: 'lastack.config.json services[0].maxResets',
        message: 'The configuration expects 24 % of connections at most to end by RST; 1 of 4 did (25 %).',
        service: { address: '10.0.0.2', port: 80 },
      },
    ]);
  });

  it.each([25, 100, null])('may be %j %%', async (maxResets) => {
    expect((await reportUnder({ services: [{ maxResets }] }, text)).policy?.findings).toEqual([]);
  });
});
