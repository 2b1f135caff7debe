import { peerOf, SIDES } from '../../machine/state.ts';
import { findingsByFrame } from '../ladder/findings-by-frame.ts';
import { visible } from '../visible.ts';
import { duration, endpoint } from '../wording.ts';
import type { Drawing } from './drawing.ts';
import { FATE_WORDS, fatesOf } from './fates.ts';
import { flagNames } from './sequence-svg.ts';

/** Lines of one diagram at most: issue trackers refuse larger ones. */
const MOST = 60;

/** A connection as a `sequenceDiagram` of Mermaid, which GitHub, GitLab and others draw inside Markdown. */
export function mermaidLines({ connection, rungs }: Drawing): string[] {
  const segments = rungs.flatMap((rung) => (rung.kind === 'segment' ? [rung.segment] : []));
  const fates = fatesOf(segments, connection);
  const found = findingsByFrame(connection, rungs);
  const body: string[] = [];
  for (const rung of rungs) {
    if (rung.kind === 'note') {
      body.push(`Note over client,server: ${escaped(rung.text)}`);
      continue;
    }
    const { segment, frame, states } = rung;
    const { from, len, relativeSeq, relativeAck } = segment;
    const fate = fates.get(frame) ?? null;
    const arrow = fate === 'lost' ? '-x' : fate === null ? '->>' : '-->>';
    const acknowledges = relativeAck === null ? '' : ` ack ${relativeAck}`;
    const size = len > 0 ? ` ${len} bytes` : '';
    const words = `${frame}: ${flagNames(segment)} seq ${relativeSeq}${acknowledges}${size}`;
    body.push(
      `${from}${arrow}${peerOf(from)}: ${escaped(`${words}${fate === null ? '' : `, ${FATE_WORDS[fate]}`}`)}`,
    );
    for (const side of SIDES) {
      const state = states?.[side] ?? '';
      if (state !== '')
        body.push(`Note ${side === 'client' ? 'left' : 'right'} of ${side}: ${escaped(state)}`);
    }
    for (const { tier, rule } of found.get(frame) ?? []) {
      body.push(`Note over client,server: ${escaped(`${tier} ${rule}`)}`);
    }
  }
  const took = connection.close.duration;
  const note = took === null ? [] : [`Note over client,server: closed in ${duration(took)}`];
  return [
    'sequenceDiagram',
    ...SIDES.map((side) => `  participant ${side} as ${escaped(`${side} ${endpoint(connection[side])}`)}`),
    ...shortened([...body, ...note]).map((line) => `  ${line}`),
  ];
}

function shortened(lines: readonly string[]): readonly string[] {
  if (lines.length <= MOST) return lines;
  const half = MOST / 2;
  const note = `Note over client,server: … ${lines.length - MOST} lines left out`;
  return [...lines.slice(0, half), note, ...lines.slice(-half)];
}

/** Characters that mean something to Mermaid become its entities: `#35;`. */
function escaped(raw: string): string {
  return visible(raw).replace(/[#;<>{}"`%&]/g, (character) => `#${character.charCodeAt(0)};`);
}
