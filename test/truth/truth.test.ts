import { existsSync, readdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { Side, State } from '../../src/machine/state.ts';
import { connectionsOf, type Judged } from '../support/connections.ts';
import {
  fromEstablished,
  type KernelEndpoint,
  type Recording,
  readRecording,
  sameOnTheWire,
} from './endpoints.ts';

const FOLDER = new URL('../../../shared/truth/', import.meta.url).pathname;
const present = existsSync(FOLDER);
if (!present)
  console.log('skipped: the recordings with kernel states (../shared/truth) are not on this machine');

/** Endpoints that differ for a reason that no capture of that vantage can remove. */
const BEYOND_THE_WIRE: Readonly<Record<string, string>> = {
  'accept-overflow-at-client server':
    'SYN_RCVD to the end: the kernel dropped the last ACK of the handshake and everything after, and never spoke again',
  'accept-overflow-at-server server': 'the same connection, seen at the server',
  'peer-vanished server': 'whether the peer received the FIN before it vanished is not on the wire',
  'tw-rst-rfc1337 client': 'a sysctl made the kernel ignore the RST in TIME_WAIT; nothing follows',
  'zero-window-abort client': 'close() waited behind a zero window: its FIN never left the host',
};

/** FINs and closers that the labels of a recording name otherwise than the packets. */
const OTHER_CLOSER: Readonly<Record<string, string>> = {
  'simultaneous-open-at-server':
    'both ends open actively; the recording calls the end client whose SYN was captured second',
};

/** Seconds between a packet and the change of state that goes with it; between two polls of the kernel's tables. */
const LATENESS = 0.0005;
const POLL = 0.005;

interface Measured {
  readonly endpoint: string;
  readonly exact: boolean;
  readonly difference: string;
  readonly outside: string[];
}

const recordings = present
  ? readdirSync(FOLDER).filter((name) => existsSync(`${FOLDER}${name}/meta.json`))
  : [];

describe.skipIf(!present)('the states of a real kernel', () => {
  it('are found for every endpoint, each within our bracket, but for what the wire cannot show', async () => {
    const measured: Measured[] = [];
    for (const name of recordings) measured.push(...(await measure(name)));
    const wrong = measured.filter(({ exact }) => !exact);
    const outside = measured.flatMap((endpoint) => endpoint.outside);
    console.log(
      [
        `endpoints exact: ${measured.length - wrong.length} of ${measured.length}; brackets missed: ${outside.length}`,
        ...wrong.map(
          ({ endpoint, difference }) =>
            `  ${endpoint}: ${difference} (${BEYOND_THE_WIRE[endpoint] ?? 'UNEXPLAINED'})`,
        ),
        ...outside.map((line) => `  ${line}`),
      ].join('\n'),
    );
    expect(measured.length).toBe(756);
    expect(wrong.map(({ endpoint }) => endpoint).sort()).toEqual(Object.keys(BEYOND_THE_WIRE).sort());
    expect(outside).toEqual([]);
  });
});

describe.skipIf(!present)('what a recording is expected to show', () => {
  let asked = 0;
  let found = 0;
  afterAll(() => console.log(`labels that ask for a kind or a rule: ${found} of ${asked} found`));

  it.each(recordings)('is found: %s', async (name) => {
    const { meta } = readRecording(FOLDER + name);
    const { connections } = await connectionsOf(captureIn(name));
    for (const label of meta.expect) {
      const missing = missingFor(name, label, connections);
      if (!NO_RULE.test(label)) asked += 1;
      if (!NO_RULE.test(label) && missing === null) found += 1;
      expect(missing, `${label}: ${missing}`).toBeNull();
    }
    if (!(name in OTHER_CLOSER)) {
      expect(connections.map(({ connection }) => connection.close.closer)).toContain(meta.who_closes_first);
    }
    const above = connections.flatMap(({ findings }) => findings.filter(({ tier }) => tier !== 'note'));
    const wanted = meta.expect.flatMap((label) => rulesOf(label));
    const extra = above.filter(({ rule, tier }) => !wanted.includes(rule) && !isArgued(name, rule, tier));
    expect(extra.map(({ rule, tier, side }) => `${tier} ${rule}:${side}`)).toEqual([]);
    if (meta.fault_side === null) {
      const violations = connections.flatMap(({ findings }) =>
        findings.filter(({ tier }) => tier === 'violation'),
      );
      expect(violations).toEqual([]);
    }
  });
});

/** The rule, and kind, that each label stands for. `SIDE` in a label is the side that the finding has to blame. */
const RULE_OF: Readonly<Record<string, string>> = {
  'fin-never-acked': 'fin-not-acknowledged',
  'fin-sequence-changed': 'fin-moved',
  'data-after-fin': 'data-after-fin',
  'ack-beyond-fin': 'ack-past-fin',
  'fin-retransmitted': 'fin-retransmitted',
  'close-wait:lingering': 'missing-fin',
  'time-wait:reused-early': 'time-wait-reuse|time-wait-unsafe-reuse',
  'new-syn:lower-isn': 'time-wait-unsafe-reuse|time-wait-assassinated',
  'time-wait:assassinated': 'time-wait-assassinated',
  'time-wait:rst-to-retransmitted-fin': 'time-wait-cut-short',
  'rst-on-close:unread-data': 'rst-on-close|rst-after-fin',
  'rst-on-data-after-close': 'rst-after-fin',
  'rst-in-reply-to-fin': 'rst-after-fin',
  'rst-ignored:challenge-ack': 'rst-out-of-window',
  'rst-ignored:out-of-window': 'rst-out-of-window',
  'fin-delayed-by-window': 'close-blocked',
  'rst-to-unknown-connection': 'rst-on-close|rst-after-fin|time-wait-assassinated|rst-out-of-window',
  'time-wait:old-syn': 'time-wait-refused',
  'time-wait:old-duplicate': 'time-wait-assassinated',
};

/** What stands above a note for a reason that the label gives, without the label asking for it. */
const ALLOWED_BY: Readonly<Record<string, string>> = {
  'missing-fin': 'missing-fin',
  'teardown-cut:capture-ends': 'missing-fin|fin-not-acknowledged',
  'half-closed:capture-ends': 'missing-fin',
  'close:incomplete': 'last-ack-missing|closing-without-fin',
  'rst-into-time-wait': 'time-wait-assassinated',
  // Two FINs at different numbers, one of them forged: that is what fin-moved suspects.
  'fin-held:gap': 'fin-moved',
  'fin-ignored:out-of-window': 'fin-moved',
  // Data behind an RST in the same name: one of the two was not sent by that side.
  'segment-after-rst': 'rst-injected',
};

/** Findings above a note that no label names: the RST of this recording is forged, and the finding says so. */
const ARGUED: Readonly<Record<string, string>> = { 'forged-rst-exact rst-injected': 'suspect' };

/** Labels that ask for no finding: the opening, what is legal and changes nothing, and what the packets show anyway. */
const NO_RULE =
  /^(open:(normal|not-captured|simultaneous|fast-open|accept-queue-overflow)|synack-retransmitted|syn-with-fin:.*|keepalive|fin-with-data:.*|reordered-fin:.*|fin-without-ack:.*|fin-before-data-end:.*|fin-held:gap|fin-ignored:out-of-window|lost-(last|fin)-ack|segment-after-rst:.*|syn-ignored:challenge-ack|time-wait:re-ack|rst-into-time-wait|port-reused|missing-fin:.*)$/;

const KIND_OF: Readonly<Record<string, string>> = {
  'close:four-way': 'four-way',
  'close:three-way': 'three-way',
  'close:half-close': 'half-close',
  'close:simultaneous': 'simultaneous',
  'close:rst-abort': 'abort',
  'close:rst-after-fin': 'reset-after-fin',
  'close:incomplete': 'incomplete',
  'no-teardown:capture-ends': 'open',
  'teardown-cut:capture-ends': 'incomplete',
  'half-closed:capture-ends': 'incomplete',
  'open:refused': 'refused',
  'open:syn-timeout': 'unanswered',
};

/** Labels that describe packets for which another rule accounts in that recording, so that their own is rightly silent. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'orphan-fin-wait-2-data close-wait:lingering': 'rst-after-fin',
  'orphan-fin-wait-2-fin-client close-wait:lingering': 'rst-after-fin',
  'no-time-wait fin-never-acked:client': 'time-wait-cut-short',
};

/** The rules that a label asks for, or allows. */
function rulesOf(label: string): string[] {
  const name = label.replace(/:(client|server|needlessly)$/, '');
  return [RULE_OF[label], RULE_OF[name], ALLOWED_BY[label], ALLOWED_BY[name]].flatMap(
    (rules) => rules?.split('|') ?? [],
  );
}

function isArgued(recording: string, rule: string, tier: string): boolean {
  return ARGUED[`${recording} ${rule}`] === tier;
}

function missingFor(recording: string, label: string, connections: readonly Judged[]): string | null {
  const kind = KIND_OF[label];
  if (kind) {
    const kinds = connections.map(({ connection }) => connection.close.kind);
    return kinds.some((found) => found === kind) ? null : `no ${kind} among ${kinds.join(', ')}`;
  }
  const [, name = label, side] = /^(.*?)(?::(client|server|needlessly))?$/.exec(label) ?? [];
  const rules = RULE_OF[label] ?? RULE_OF[name];
  if (!rules) return NO_RULE.test(label) ? null : 'no rule is known for this label';
  const findings = connections.flatMap((judged) => judged.findings);
  const found = findings.some(
    (finding) =>
      rules.split('|').includes(finding.rule) &&
      (side === undefined || side === 'needlessly' || finding.side === side || finding.side === null),
  );
  const otherwise = OTHERWISE[`${recording} ${label}`];
  if (found || (otherwise && findings.some(({ rule }) => rule === otherwise))) return null;
  return `no ${rules} among ${findings.map(({ rule, side: blamed }) => `${rule}:${blamed}`).join(', ') || 'nothing'}`;
}

async function measure(name: string): Promise<Measured[]> {
  const { meta, endpoints } = readRecording(FOLDER + name);
  const { connections, capture } = await connectionsOf(captureIn(name));
  const captureEnd = Number(capture.end);
  const used = new Map<string, number>();
  return endpoints.map((endpoint) => {
    const key = [endpoint.laddr, endpoint.lport, endpoint.raddr, endpoint.rport].join(' ');
    // A second line for the same 4-tuple is the next incarnation.
    const nth = used.get(key) ?? 0;
    used.set(key, nth + 1);
    const judged = connections.filter((one) => sideOf(one, endpoint) !== null)[nth];
    const label = `${name} ${endpoint.host}`;
    if (!judged) return { endpoint: label, exact: false, difference: 'no such connection', outside: [] };
    return compare(label, judged, endpoint, meta, captureEnd);
  });
}

function compare(
  label: string,
  { connection, epoch }: Judged,
  endpoint: KernelEndpoint,
  meta: Recording,
  captureEnd: number,
): Measured {
  const side = sideOf({ connection, epoch, findings: [] }, endpoint) ?? 'client';
  const transitions = connection.replay.transitions.filter((t) => t.side === side);
  const first: State[] = connection.flow.opened ? [] : ['ESTABLISHED'];
  const ours = fromEstablished([...first, ...transitions.map(({ to }) => to)]);
  const far =
    meta.vantage.startsWith(side) || meta.vantage === 'lo' ? 0 : (meta.one_way_delay_ms ?? 0) / 1000;
  const tolerance = far + LATENESS;
  // What the kernel did after the capture had ended is not in it.
  const kernels = fromEstablished(
    endpoint.states.filter(({ t_min: time }) => time <= captureEnd + far + POLL).map(({ state }) => state),
  );
  const at = (time: number): number =>
    Number(epoch / 1_000_000_000n) + (Number(epoch % 1_000_000_000n) + time) / 1e9;
  const outside: string[] = [];
  let next = 0;
  for (const { to, after, by, frame } of transitions) {
    const found = endpoint.states.findIndex(({ state }, n) => n >= next && state === to);
    const kernel = endpoint.states[found];
    if (!kernel) continue;
    next = found + 1;
    const early = after !== null && kernel.t_max < at(after) - tolerance;
    const late = by !== null && kernel.t_min > at(by) + tolerance;
    if (early || late)
      outside.push(
        `${label}: ${to} at frame ${frame}, kernel ${kernel.t_min}, ${early ? 'before' : 'after'} our bracket`,
      );
  }
  const exact = sameOnTheWire(ours, kernels);
  return {
    endpoint: label,
    exact,
    difference: `kernel ${kernels.join(' ') || '-'}, ours ${ours.join(' ') || '-'}`,
    outside,
  };
}

function sideOf({ connection }: Judged, { laddr, lport, raddr, rport }: KernelEndpoint): Side | null {
  const { client, server } = connection.flow;
  const is = (end: typeof client, address: string, port: number): boolean =>
    end.address === address && end.port === port;
  if (is(client, laddr, lport) && is(server, raddr, rport)) return 'client';
  return is(server, laddr, lport) && is(client, raddr, rport) ? 'server' : null;
}

function captureIn(name: string): string {
  const file = readdirSync(FOLDER + name).find((entry) => entry.startsWith('capture.'));
  return `${FOLDER}${name}/${file}`;
}
