import { describe, expect, it } from 'vitest';
import { FindingGroups } from '../../src/report/summary/finding-groups.ts';
import type { Finding } from '../../src/rules/finding.ts';

const finding = (rule: string, tier: Finding['tier']): Finding => ({
  rule,
  tier,
  side: null,
  message: '',
  clause: '',
  frames: [],
  evidence: {},
  refutedBy: '',
  fingerprint: '',
});

describe('groups of findings', () => {
  it('count by tier, rule and service, and name the lowest connection whatever the order', () => {
    const groups = new FindingGroups();
    const server = { address: '10.0.0.2', port: 80 };
    groups.count({ id: 7, server, service: '10.0.0.2:80', findings: [finding('three-way-close', 'note')] });
    groups.count({
      id: 3,
      server,
      service: '10.0.0.2:80',
      findings: [finding('three-way-close', 'note'), finding('fin-moved', 'suspect')],
    });
    expect(groups.summary()).toEqual({
      groups: [
        { tier: 'suspect', rule: 'fin-moved', side: null, service: server, count: 1, first: 3 },
        { tier: 'note', rule: 'three-way-close', side: null, service: server, count: 2, first: 3 },
      ],
      otherGroups: null,
    });
  });

  it('lose no finding when there are more services than can be held', () => {
    const groups = new FindingGroups();
    for (let id = 0; id < 10_000; id++) {
      groups.count({
        id,
        server: { address: '10.0.0.2', port: id },
        service: `10.0.0.2:${id}`,
        findings: [finding('rst-on-close', 'note')],
      });
    }
    const { groups: listed, otherGroups } = groups.summary();
    expect(listed.reduce((sum, { count }) => sum + count, 0) + (otherGroups?.findings ?? 0)).toBe(10_000);
    expect(listed.length + (otherGroups?.groups ?? 0)).toBe(10_000);
  });
});
