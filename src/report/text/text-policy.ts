import type { BaselineKind, Report } from '../report.ts';
import { cut, endpoint, kinds, plural, thousands, wrap } from '../wording.ts';
import { columns } from './columns.ts';
import type { Palette } from './palette.ts';
import { waiverText } from './remarks.ts';

const MOST = 20;
/** Everything of a row but the service. */
const ROOM_FOR_OTHERS = 64;

/** Which configuration spoke, what services as a whole did not meet, and what became of its waivers. */
export function policyLines({ policy }: Report, width: number, palette: Palette): string[] {
  if (!policy) return [];
  const indented = (text: string): string[] => wrap(text, width - 6).map((line) => `      ${line}`);
  const findings = policy.findings
    .slice(0, MOST)
    .flatMap(({ tier, rule, service, message, clause }) => [
      `    ${palette.verdict[tier](tier)} ${palette.strong(rule)} ${endpoint(service)}`,
      ...indented(`${message} (${clause})`),
    ]);
  const rest = policy.findings.length - MOST;
  const more = rest > 0 ? [`    … and ${plural(rest, 'more service')}`] : [];
  const waivers = policy.waivers.flatMap((waiver) => {
    const [first = '', ...others] = wrap(waiverText(waiver), width - 6);
    const mark = waiver.state === 'used' ? ' ' : '!';
    const lines = [`    ${mark} ${first}`, ...others.map((line) => `      ${line}`)];
    return waiver.state === 'used' ? lines.map(palette.dim) : lines.map(palette.verdict.inconclusive);
  });
  const name = wrap(`configuration ${policy.config ?? 'of presets and options'}`, width - 2);
  return [...name.map((line) => palette.dim(`  ${line}`)), ...findings, ...more, ...waivers];
}

/** How the findings compare with the baseline. */
export function baselineLines({ baseline }: Report, width: number, palette: Palette): string[] {
  if (!baseline) return [];
  const told = baseline.kinds.filter(({ state }) => state !== 'known');
  const rows = told
    .slice(0, MOST)
    .map((kind) => [
      kind.state === 'new' || kind.state === 'more' ? palette.verdict[kind.tier](kind.state) : kind.state,
      kind.tier,
      palette.strong(kind.rule),
      cut(
        `${kind.service}${kind.side === null ? '' : ` ${kind.side}`}`,
        Math.max(21, width - ROOM_FOR_OTHERS),
      ),
      countText(kind),
    ]);
  const rest = told.length - rows.length;
  return [
    ...wrap(`baseline ${baseline.path}: ${baselineText(baseline.kinds)}`, width - 2).map(
      (line) => `  ${line}`,
    ),
    ...columns(rows, { indent: 4, right: [4] }),
    ...(rest > 0 ? [`    … and ${kinds(rest, 'more ')}`] : []),
  ];
}

function countText({ known, found, state }: BaselineKind): string {
  return state === 'new' && known === 0 ? thousands(found) : `${thousands(known)} → ${thousands(found)}`;
}

/** `1 new kind of findings, 3 known, 1 vanished`. */
export function baselineText(kinds: readonly BaselineKind[]): string {
  const count = (...states: readonly string[]): number =>
    kinds.filter(({ state }) => states.includes(state)).length;
  const texts = [
    `${thousands(count('new'))} new`,
    ...(count('more') > 0 ? [`${thousands(count('more'))} more frequent`] : []),
    `${thousands(count('known', 'less'))} known`,
    ...(count('less') > 0 ? [`${thousands(count('less'))} of them less frequent`] : []),
    ...(count('vanished') > 0 ? [`${thousands(count('vanished'))} vanished`] : []),
  ];
  return `kinds of findings: ${texts.join(', ')}`;
}
