import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { show } from '../../src/engine/show.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { drawingOf } from '../../src/report/diagram/drawing.ts';
import { fatesOf } from '../../src/report/diagram/fates.ts';
import { layOut } from '../../src/report/diagram/layout.ts';
import { mermaidLines } from '../../src/report/diagram/mermaid.ts';
import { formatShowSvg } from '../../src/report/diagram/show-svg.ts';
import { COLOURS } from '../../src/report/diagram/theme.ts';
import type { ShownConnection } from '../../src/report/report.ts';
import { ladder } from '../support/ladder.ts';

const CAPTURES = new URL('../../captures/', import.meta.url);
const OPTIONS = { profile: PROFILES.rfc9293, linger: 60, reader: 'lastack', toolVersion: '0' } as const;
const OPENING = '+0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n';

async function shown(bytes: Uint8Array): Promise<ShownConnection> {
  const one = await show({ path: 'a.pcap', source: fromBytes(bytes) }, 0, OPTIONS);
  if (one === null) throw new Error('no connection');
  return one;
}
const recorded = (name: string) => shown(readFileSync(new URL(name, CAPTURES)));
const drawn = async (rungs: string) => shown(ladder(rungs));

describe('a sequence diagram', () => {
  it.each(readdirSync(CAPTURES).filter((name) => /\.pcap(ng)?$/.test(name)))(
    'of %s has the states that the transitions have, hatched while assumed',
    async (name) => {
      const one = await recorded(name);
      const { bands, bottom } = layOut(drawingOf(one));
      for (const side of ['client', 'server'] as const) {
        const own = bands.filter((band) => band.side === side);
        const expected = one.connection.transitions.filter((t) => t.side === side);
        expect(own.slice(1).map(({ state, isAssumed }) => [state, isAssumed])).toEqual(
          expected.map(({ to, status }) => [to, status === 'assumed']),
        );
        // From top to bottom without a hole.
        own.slice(1).forEach((band, index) => {
          expect(band.from).toBe(own[index]?.to);
        });
        expect(own.at(-1)?.to).toBeGreaterThanOrEqual(bottom);
      }
    },
  );

  it('lets crossing FINs cross: each arrives below where the other one left', async () => {
    const { rows } = layOut(drawingOf(await recorded('simultaneous-close-at-middle.pcap')));
    const [client, server] = rows.flatMap((row) =>
      'arrival' in row && row.rung.segment.flags.includes('F') ? [row] : [],
    );
    expect(client?.arrival).toBeGreaterThan(server?.y ?? 0);
    expect(server?.arrival).toBeGreaterThan(client?.y ?? 0);
  });

  it('draws an arrow straight where nothing shows when it arrived', async () => {
    const { rows } = layOut(drawingOf(await recorded('simultaneous-close-at-middle.pcap')));
    const last = rows.at(-1);
    expect(last && 'arrival' in last && last.arrival === last.y).toBe(true);
  });

  it('is to scale where that separates all rows, and says so', async () => {
    const even = await drawn(
      `${OPENING}+.01 > F. 1:1(0) ack 1\n+.01 < F. 1:1(0) ack 2\n+.01 > . 2:2(0) ack 2\n`,
    );
    const { scale, rows } = layOut(drawingOf(even));
    expect(scale).not.toBeNull();
    const [first, second] = rows;
    expect((second?.y ?? 0) - (first?.y ?? 0)).toBeCloseTo((scale ?? 0) * 0.01, 1);
    expect(formatShowSvg(even)).toContain('Time to scale: 100 pixels are');
    expect(formatShowSvg(await recorded('close-wait-leak.pcap'))).toContain('Time is compressed');
  });

  it('tells what was sent again, what was lost, and what had no effect', async () => {
    const one = await drawn(
      `${OPENING}+.1 > P. 1:101(100) ack 1\n+1 > P. 1:101(100) ack 1\n+.01 < . 1:1(0) ack 101\n+.1 < R 90000:90000(0)\n+.1 > F. 101:101(0) ack 1\n+.01 < F. 1:1(0) ack 102\n+.01 > . 102:102(0) ack 2\n`,
    );
    expect([...fatesOf(one.segments, one.connection)]).toEqual([
      [5, 'again'],
      [4, 'lost'],
      [7, 'ignored'],
    ]);
    const svg = formatShowSvg(one);
    expect(svg).toMatch(/class="seg lost" data-frame="4"/);
    expect(svg).toMatch(/class="seg again" data-frame="5"/);
    expect(svg).toMatch(/class="seg ignored" data-frame="7"/);
  });

  it('does not call lost what the receiver went by', async () => {
    const { segments, connection } = await recorded('lost-fin.pcap');
    expect([...fatesOf(segments, connection)]).toEqual([[9, 'again']]);
  });

  it('has a title, a description, findings with their clauses, and no script', async () => {
    const svg = formatShowSvg(await recorded('close-wait-leak.pcap'));
    expect(svg).toMatch(/aria-labelledby="c0-title c0-desc"/);
    expect(svg).toContain('<title id="c0-title">Sequence diagram of connection 0, 10.9.0.1:34554 &gt;');
    expect(svg).toContain('missing-fin: The server');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg).not.toMatch(/<script|javascript:| on\w+=/);
  });

  it('leaves out the middle of what is very long, and says so', async () => {
    const bulk = Array.from(
      { length: 2000 },
      (_, n) => `+.001 > P. ${1 + 10 * n}:${11 + 10 * n}(10) ack 1\n`,
    );
    const svg = formatShowSvg(await drawn(`${OPENING}${bulk.join('')}`), { full: true });
    expect(svg.match(/class="seg/g)?.length).toBeLessThan(500);
    expect(svg).toContain('lines left out');
  });
});

describe('a Mermaid diagram', () => {
  it('has every segment, the states where they change, and the findings', async () => {
    const lines = mermaidLines(drawingOf(await recorded('simultaneous-close-at-middle.pcap')));
    expect(lines.slice(0, 3)).toEqual([
      'sequenceDiagram',
      '  participant client as client 10.9.0.1:45360',
      '  participant server as server 10.9.0.2:6379',
    ]);
    expect(lines.filter((line) => />>/.test(line))).toHaveLength(11);
    expect(lines).toContain('  client->>server: 8: FIN,ACK seq 59 ack 52');
    expect(lines).toContain('  Note right of server: CLOSING');
    expect(lines).toContain('  Note over client,server: note simultaneous-close');
  });

  it('keeps to what Mermaid takes: no comment, no end of a statement', async () => {
    for (const name of readdirSync(CAPTURES).filter((one) => one.endsWith('.pcap'))) {
      for (const line of mermaidLines(drawingOf(await recorded(name))).slice(1)) {
        expect(line).toMatch(
          /^ {2}(participant (client|server) as|Note (over client,server|left of client|right of server):|(client|server)(->>|-->>|-x)(client|server):) [^;{}<>"`%]+$/,
        );
      }
    }
  });
});

describe('the colours', () => {
  /** Relative luminance (WCAG 2.2). */
  const luminance = (hex: string) => {
    const parts = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
    const [red = 0, green = 0, blue = 0] = parts.map((c) =>
      c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (a: string, b: string) => {
    const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (high + 0.05) / (low + 0.05);
  };
  it.each(['ink', 'quiet', 'accent', 'violation', 'suspect', 'inconclusive', 'note', 'conformant'] as const)(
    '%s can be read on both grounds',
    (name) => {
      for (const theme of [0, 1] as const)
        for (const ground of ['ground', 'raised'] as const)
          expect(contrast(COLOURS[name][theme], COLOURS[ground][theme])).toBeGreaterThanOrEqual(4.5);
    },
  );
});
