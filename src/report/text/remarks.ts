import type { Report, ReportedWaiver } from '../report.ts';
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

/** What somebody has to tidy up: waivers that have expired or waive nothing, known findings that have vanished. */
export function remarks({ policy, baseline }: Pick<Report, 'policy' | 'baseline'>): string[] {
  const waivers = (policy?.waivers ?? []).filter(({ state }) => state !== 'used').map(waiverText);
  const vanished = (baseline?.kinds ?? []).filter(({ state }) => state === 'vanished');
  const rules = [...new Set(vanished.map(({ rule, service }) => `${rule} at ${service}`))];
  const more = rules.length > MOST ? ` and ${rules.length - MOST} more` : '';
  const gone = `Vanished since the baseline ${baseline?.path}: ${rules.slice(0, MOST).join(', ')}${more}`;
  return rules.length === 0 ? waivers : [...waivers, gone];
}

const MOST = 20;
