import type { Report, ReportedWaiver, Summary } from '../report.ts';
import { visible } from '../visible.ts';
import { plural } from '../wording.ts';

/** What became of a waiver, as a sentence without its end. */
export function waiverText({ where, rule, state, expires, findings, ...waiver }: ReportedWaiver): string {
  const reason = visible(waiver.reason.trim()).replaceAll(/\s+/g, ' ');
  const place = where.replace(/^.* /, '');
  if (state === 'used')
    return `${place} waives ${plural(findings, 'finding')} of ${rule} until ${expires}: ${reason}`;
  if (state === 'unused') return `${place} waived nothing, there is no such finding of ${rule}: ${reason}`;
  return `${place} of ${rule} expired on ${expires} and waives nothing: ${reason}`;
}

/** What a capture filter took, what that costs, and how to record instead. */
export function filterText({ capturedOnly, verdicts }: Summary): string | null {
  if (capturedOnly === undefined) return null;
  const undecided = verdicts.inconclusive;
  const cost = undecided === 0 ? '' : `, so that ${plural(undecided, 'connection')} cannot be decided`;
  return {
    'control-segments': `A capture filter let only segments with SYN, FIN or RST through. Closes are told by the ACK numbers of the others${cost}. Record without a filter on flags: tcpdump -s 128 host ADDRESS and port PORT.`,
    'one-direction': `Only one direction was captured. What the other side did is unknown${cost}. Record both: host ADDRESS and port PORT, with neither src nor dst, where both pass.`,
  }[capturedOnly];
}

/**
 * What somebody has to look after: a capture that was filtered, waivers that have expired or waive nothing, known findings that have
 * vanished.
 */
export function remarks({
  policy,
  baseline,
  summary,
}: Pick<Report, 'policy' | 'baseline' | 'summary'>): string[] {
  const filter = filterText(summary);
  const waivers = (policy?.waivers ?? []).filter(({ state }) => state !== 'used').map(waiverText);
  const vanished = (baseline?.kinds ?? []).filter(({ state }) => state === 'vanished');
  const rules = [...new Set(vanished.map(({ rule, service }) => `${rule} at ${service}`))];
  const more = rules.length > MOST ? ` and ${rules.length - MOST} more` : '';
  const gone = `Vanished since the baseline ${baseline?.path}: ${rules.slice(0, MOST).join(', ')}${more}`;
  return [...(filter === null ? [] : [filter]), ...waivers, ...(rules.length === 0 ? [] : [gone])];
}

const MOST = 20;
