import type { Report, ReportedConnection } from '../../src/report/report.ts';
import { FindingGroups } from '../../src/report/summary/finding-groups.ts';
import { tallyOf } from '../../src/report/summary/tally.ts';
import type { Finding } from '../../src/rules/finding.ts';
import { ladder } from '../support/ladder.ts';
import { reportOf } from '../support/ladder-shown.ts';

const CLOSE = `
+0     > S   0:0(0) <mss 1460, wscale 7>
+.01   < S.  0:0(0) ack 1 <mss 1460, wscale 7>
+0     > .   1:1(0) ack 1
+1     > F.  1:1(0) ack 1
+.01   < .   1:1(0) ack 2
+.01   < F.  1:1(0) ack 2
+.01   > .   2:2(0) ack 2
`;

/** A report over `count` plain connections, without findings. */
export function cleanReport(count = 3): Promise<Report> {
  const texts = Array.from({ length: count }, (_, index) => `@ connection ${index + 1}\n${CLOSE}`);
  return reportOf(ladder(texts.join('\n')));
}

export function finding(fields: Partial<Finding> = {}): Finding {
  return {
    rule: 'data-after-fin',
    tier: 'violation',
    side: 'client',
    message: 'The client sent 100 new bytes beyond its own FIN, which had ended its stream.',
    clause: 'RFC 9293 3.10.4',
    frames: [6, 8],
    evidence: { finEnd: 1_000_002, dataEnd: 1_000_102, resent: false, cause: null },
    refutedBy: 'An earlier FIN of the client at a higher number.',
    fingerprint: '0123456789abcdef',
    ...fields,
  };
}

/** The clean report with findings given to its connections, by index. */
export async function reportWith(findings: readonly (readonly Finding[])[]): Promise<Report> {
  const report = await cleanReport(findings.length);
  const connections = report.connections.map((connection, index): ReportedConnection => {
    const own = findings[index] ?? [];
    const verdict = (['violation', 'suspect', 'inconclusive'] as const).find((tier) =>
      own.some((one) => one.tier === tier),
    );
    return { ...connection, findings: own, verdict: verdict ?? 'conformant' };
  });
  const verdicts = { conformant: 0, violation: 0, suspect: 0, inconclusive: 0 };
  const counts: Record<string, number> = {};
  for (const { verdict, findings: own } of connections) {
    verdicts[verdict] += 1;
    for (const { rule } of own) counts[rule] = (counts[rule] ?? 0) + 1;
  }
  const groups = new FindingGroups();
  for (const connection of connections) groups.count(tallyOf(connection));
  return {
    ...report,
    connections,
    summary: { ...report.summary, verdicts, findings: counts, ...groups.summary() },
  };
}

export const SAMPLE: readonly (readonly Finding[])[] = [
  [
    finding(),
    finding({
      rule: 'fin-retransmitted',
      tier: 'note',
      message: 'The client sent its FIN 3 times.',
      frames: [4],
    }),
  ],
  [],
  [
    finding({
      rule: 'syn-reset-in-synchronized',
      tier: 'suspect',
      side: null,
      message: 'After the FIN of the server, which the client acknowledged, nothing came for 93.2 s.',
      clause: 'RFC 9293 3.6',
      frames: [16, 17, 18, 19, 20, 21, 22, 23, 24, 25],
    }),
  ],
  [
    finding({
      rule: 'last-ack-missing',
      tier: 'inconclusive',
      frames: [27],
      message: 'The capture ends 0.2 s after it.',
    }),
  ],
];
