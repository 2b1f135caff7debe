import { CLOSE_KINDS } from '../../machine/close.ts';
import { CAUSE_DOCS } from '../../rules/causes/cause-names.ts';
import type { Finding } from '../../rules/finding.ts';
import type { Drawing } from '../diagram/drawing.ts';
import { sequenceSvg } from '../diagram/sequence-svg.ts';
import { element, text } from '../diagram/svg.ts';
import { showCommand } from '../formats/commands.ts';
import { type Report, type ReportedConnection, VERDICTS } from '../report.ts';
import { clockOf, UTC } from '../text/clock.ts';
import { healthTexts } from '../text/format-show.ts';
import { storyOf } from '../text/story.ts';
import { duration, endpoint, frameList, plural, thousands } from '../wording.ts';
import { segmentTable, transitionTable } from './segment-table.ts';

/** Characters that all connections of a page may take: with everything else the page stays below 5 MB. */
const ROOM = 3_800_000;

/** The connections with their diagrams, as many as there is room for, and how many of them are here. */
export function connectionsOf(
  drawings: readonly Drawing[],
  report: Report,
): { html: string[]; ids: Set<number> } {
  const html: string[] = [];
  const ids = new Set<number>();
  let room = ROOM;
  for (const drawing of drawings) {
    const one = connectionDetails(drawing, report);
    // UTF-8 takes three bytes for what is not ASCII, which is little here.
    room -= one.length;
    if (room < 0) break;
    html.push(one);
    ids.add(drawing.connection.id);
  }
  return { html, ids };
}

/** The list with its search, and a word on what is not in it. */
export function connectionsSection(html: readonly string[], report: Report): string {
  const { connections } = report.summary;
  const left = connections - html.length;
  const words =
    left > 0
      ? `${plural(html.length, 'connection')} of ${thousands(connections)} ${html.length === 1 ? 'is' : 'are'} drawn: the worst, and a sample of each kind. The other ${thousands(left)} are counted above; --html-connections draws more.`
      : `${connections === 1 ? 'The one connection is drawn.' : `All ${thousands(connections)} connections are drawn.`}`;
  const options = (names: readonly string[]): string =>
    names.map((name) => element('option', {}, text(name))).join('');
  return `<h2 id="connections">Connections</h2>
<p class="quiet" id="left-out">${text(words)}</p>
<div class="bar js-only"><label>Search <input type="search" id="search" autocomplete="off" placeholder="address, port, rule, state, #17"></label>
<label>Verdict <select id="verdict"><option value="">all</option>${options(VERDICTS)}</select></label>
<label>Closed <select id="kind"><option value="">all</option>${options(CLOSE_KINDS)}</select></label>
<span class="quiet" id="connection-count" role="status"></span></div>
<div id="list">${html.join('\n')}</div>`;
}

function connectionDetails(drawing: Drawing, report: Report): string {
  const { connection } = drawing;
  const { id, client, server, close, verdict, final, cause, findings } = connection;
  const took = close.duration === null ? '' : duration(close.duration);
  const row = [
    element('b', {}, `#${id}`),
    element('span', { class: 'mono grow' }, text(`${endpoint(client)} → ${endpoint(server)}`)),
    element('span', { class: `tag t-${verdict}` }, text(verdict)),
    element('span', {}, text(close.kind)),
    element('span', { class: 'quiet' }, text(took)),
  ].join('');
  const words = [
    `#${id}`,
    endpoint(client),
    endpoint(server),
    verdict,
    close.kind,
    final.client,
    final.server,
    cause?.name ?? '',
    ...findings.map(({ rule, tier }) => `${tier} ${rule}`),
  ];
  return element(
    'details',
    {
      class: 'conn',
      id: `c${id}`,
      'data-verdict': verdict,
      'data-kind': close.kind,
      'data-words': words.join(' ').toLowerCase(),
    },
    `<summary><span class="row">${row}</span></summary><div class="body">${bodyOf(drawing, report)}</div>`,
  );
}

function bodyOf(drawing: Drawing, report: Report): string {
  const { connection, rungs } = drawing;
  const { id, start, history, cause, filter, findings } = connection;
  const story = storyOf(connection).join(' ');
  const began = `Began ${clockOf(start, UTC, 6)} UTC; history ${history || '(none)'}.`;
  const causes =
    cause === null
      ? ''
      : `<p><b>Cause: ${text(cause.name)}</b>${cause.side === null ? '' : `, the ${cause.side} can mend it`}: ${text(CAUSE_DOCS[cause.name].what)}. <b>Known to help:</b> ${text(CAUSE_DOCS[cause.name].remedy)}</p>`;
  const isDrawn = rungs.some(({ kind }) => kind === 'segment');
  const diagram = isDrawn
    ? `<div class="scroll" tabindex="0" role="region" aria-label="Diagram of connection ${id}">${sequenceSvg(drawing, { id: `c${id}`, isAlone: false })}</div>
<div class="told js-only" data-told="c${id}"><span role="status" class="quiet">Point at a segment, or move to it with the arrow keys: its numbers stand here.</span> <span class="actions" hidden><button type="button" data-copies="frame">Copy frame number</button> <button type="button" data-copies="filter">Copy Wireshark filter</button></span></div>
<details><summary>The same as a table</summary><div class="body">${segmentTable(drawing)}</div></details>`
    : `<p class="quiet">A JSON report has no segments: check the capture itself for a diagram.</p>${transitionTable(connection)}`;
  return [
    element('p', {}, text(story)),
    element('p', { class: 'quiet' }, text(began)),
    ...healthTexts(connection.health).map((one) => element('p', { class: 'warn' }, text(one))),
    causes,
    ...findings.map((finding, index) => findingItem(finding, index + 1, connection)),
    diagram,
    element(
      'p',
      { class: 'bar' },
      [
        copyable('Wireshark', filter),
        copyable('Command', showCommand(connection, report)),
        element('button', { type: 'button', class: 'js-only', 'data-link': `#c${id}` }, 'Copy link'),
      ].join(' '),
    ),
  ].join('\n');
}

function copyable(name: string, words: string): string {
  return `<span>${text(name)}: <code>${text(words)}</code> ${element('button', { type: 'button', class: 'js-only', 'data-copy': words, 'aria-label': `Copy: ${name}` }, 'Copy')}</span>`;
}

function findingItem(finding: Finding, number: number, { id }: ReportedConnection): string {
  const { tier, rule, message, clause, frames, evidence, refutedBy, policy } = finding;
  const numbers = Object.entries(evidence).flatMap(([name, value]) =>
    value === null ? [] : [`${name} ${value}`],
  );
  const facts = [
    ['Clause', clause],
    ['Proof', [...(frames.length > 0 ? [frameList(frames)] : []), ...numbers].join('; ')],
    ['What would refute it', refutedBy],
    ...(policy ? [['Changed by', `${policy.by}${policy.reason === null ? '' : `: ${policy.reason}`}`]] : []),
  ];
  const rows = facts.map(([name = '', words = '']) => `<dt>${text(name)}</dt><dd>${text(words)}</dd>`);
  return element(
    'div',
    { class: 'finding', id: `c${id}-${number}` },
    `<div><b>${number}.</b> <span class="tag t-${tier}">${tier}</span> <b class="mono">${text(rule)}</b>: ${text(message)} <a class="quiet" href="#c${id}-${number}" aria-label="Link to finding ${number} of connection ${id}">link</a></div><dl>${rows.join('')}</dl>`,
  );
}
