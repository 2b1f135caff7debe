import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ShownConnection } from '../../src/report/report.ts';
import { renderShow } from '../../src/report/text/format-show.ts';
import { ladder } from '../support/ladder.ts';
import { reportOf, shownOf } from '../support/ladder-shown.ts';

const CAPTURES = new URL('../../captures/', import.meta.url);
const HANDSHAKE = `
+0     > S   0:0(0)        <mss 1460, sackOK, TS val 1 ecr 0, wscale 7>
+.01   < S.  0:0(0) ack 1  <mss 1460, sackOK, TS val 9 ecr 1, wscale 7>
+0     > .   1:1(0) ack 1  <TS val 2 ecr 9>
`;

/** What must come through when a printed ladder is read back. */
function essence({ segments, connection }: ShownConnection) {
  return {
    client: connection.client,
    server: connection.server,
    close: connection.close.kind,
    segments: segments.map(({ frame: _, time, ...rest }, index) => {
      const before = segments[index - 1]?.time ?? time;
      return { ...rest, gap: BigInt(time.replace('.', '')) - BigInt(before.replace('.', '')) };
    }),
  };
}

describe('the printed ladder', () => {
  // Others have hundreds of connections, and each is drawn.
  const files = readdirSync(CAPTURES).filter(
    (name) => /\.pcap(ng)?$/.test(name) && !/^(short|sockets)-/.test(name),
  );

  it.each(files)('of %s reads back as the same segments', async (name) => {
    const bytes = readFileSync(new URL(name, CAPTURES));
    const { connections } = await reportOf(bytes);
    for (const { id } of connections) {
      const shown = await shownOf(bytes, id);
      const again = await shownOf(ladder(renderShow(shown, { full: true })));
      expect(essence(again)).toEqual(essence(shown));
    }
  });

  it('reads back raw numbers, SACK edges and a clock that goes back', async () => {
    const text = `${HANDSHAKE}
+.1    > P.  101:201(100) ack 1
+.1    < .   1:1(0) ack 1  <sack 101:201>
-.05   < R.  =0:0(0) ack =7
+12.5  > R   1:1(0)`;
    const shown = await shownOf(ladder(text));
    const printed = renderShow(shown, { full: true });
    expect(printed).toContain('< R.  =0:0(0) ack =7');
    expect(printed).toContain('sack 101:201');
    expect(printed).toContain('-0.050000');
    expect(essence(await shownOf(ladder(printed)))).toEqual(essence(shown));
  });

  it('marks a label that no later packet proves, and says what the mark means', async () => {
    const shown = await shownOf(ladder(`${HANDSHAKE}\n+1 > F. 1:1(0) ack 1 <TS val 3 ecr 9>`));
    const printed = renderShow(shown);
    expect(printed).toMatch(/> F\. .*FIN_WAIT_1 +CLOSE_WAIT\?/);
    expect(printed).toContain('// ? assumed');
  });

  it('folds long quiet stretches and leaves timestamps out, unless all is asked for', async () => {
    const bulk = Array.from({ length: 40 }, (_, n) => `+.01 > P. ${1 + n * 10}:${11 + n * 10}(10) ack 1`);
    const shown = await shownOf(ladder([HANDSHAKE, ...bulk, '+1 > F. 401:401(0) ack 1'].join('\n')));
    const short = renderShow(shown);
    expect(short.replace(/\s+\/\/\s+/g, ' ')).toMatch(
      /left out \(frames \d+ to \d+\): \d+ bytes from the client/,
    );
    expect(short).not.toContain('TS val');
    expect(short.split('\n').length).toBeLessThan(36);
    const full = renderShow(shown, { full: true });
    expect(full).not.toContain('left out');
    expect(full).toContain('TS val');
  });

  it('puts a finding under the frame that completes its proof', async () => {
    const shown = await shownOf(ladder(`${HANDSHAKE}\n+1 > F. 1:1(0) ack 1\n+1 < . 1:1(0) ack 2`));
    const finding = {
      rule: 'some-rule',
      tier: 'violation' as const,
      side: 'client' as const,
      message: 'The client does what it must not do.',
      clause: 'RFC 9293 3.6',
      frames: [4, 2],
      evidence: {},
      refutedBy: '',
      fingerprint: '',
    };
    const lines = renderShow({
      ...shown,
      connection: { ...shown.connection, findings: [finding] },
    }).split('\n');
    const at = lines.findIndex((line) => line.includes('^ violation some-rule'));
    expect(lines[at - 1]).toContain('> F.');
  });

  it.each(files)('of %s keeps to 80 columns', async (name) => {
    const bytes = readFileSync(new URL(name, CAPTURES));
    const { connections } = await reportOf(bytes);
    for (const { id } of connections) {
      const lines = renderShow(await shownOf(bytes, id)).split('\n');
      expect(lines.filter((line) => line.length > 80 && !line.startsWith('// Wireshark:'))).toEqual([]);
    }
  });
});
