import { describe, expect, it } from 'vitest';
import { fromBytes } from '../../src/capture/sources.ts';
import { sockets } from '../../src/engine/sockets.ts';
import { PROFILES } from '../../src/machine/profile.ts';
import { formatHtml, scriptJson } from '../../src/report/html/page.ts';
import { HOSTILE_TEXTS, harmOf } from '../support/hostile-text.ts';
import { ladder } from '../support/ladder.ts';
import { ASSETS, captureAt, pageDataOf, pageOf } from './pages.ts';

describe('the HTML report', () => {
  it.each(HOSTILE_TEXTS)('shows a path with %s as text', async (_, name) => {
    const html = await pageOf([{ ...captureAt('close-wait-leak.pcap'), path: name }]);
    const plain = await pageOf([captureAt('close-wait-leak.pcap')]);
    expect(harmOf(html)).toEqual([]);
    // It makes no element and no attribute.
    const tags = (page: string) => page.match(/<[a-z!/][^\s>]*/gi);
    expect(tags(html)).toEqual(tags(plain));
    const names = (page: string) => page.match(/\s[a-z-]+="/g)?.length;
    expect(names(html)).toBe(names(plain));
  });

  it('lets its own style and script through, by their hashes, and nothing else', async () => {
    const html = await pageOf([captureAt('three-way.pcap')]);
    const [, policy = ''] = /Content-Security-Policy" content="([^"]+)"/.exec(html) ?? [];
    expect(policy).toContain("default-src 'none'");
    for (const [name, directive] of [
      ['style', 'style-src'],
      ['script', 'script-src'],
    ] as const) {
      const [, content = ''] = new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(html) ?? [];
      expect(policy).toContain(`${directive} 'sha256-${ASSETS.hashOf(content)}'`);
    }
    expect(html).not.toMatch(/\sstyle="|\son[a-z]+="|https?:\/\/(?!www\.w3\.org)/);
  });

  it('keeps data inside its script element', () => {
    const hostile = { text: '</script><script>x()</script><!--\u2028\u0000&' };
    const json = scriptJson(hostile);
    for (const character of '<>&\u2028\u0000') expect(json).not.toContain(character);
    expect(JSON.parse(json)).toEqual(hostile);
  });

  it('draws the worst and a sample of each kind where there are many, and says what it leaves out', async () => {
    const data = await pageDataOf([captureAt('sockets-load.pcap')], 20);
    expect(data.drawings).toHaveLength(20);
    const kinds = new Set(data.drawings.map(({ connection }) => connection.close.kind));
    expect([...kinds].sort()).toEqual(Object.keys(data.report.summary.closes).sort());
    const suspects = data.drawings.filter(({ connection }) => connection.verdict === 'suspect');
    expect(suspects.length).toBe(Math.min(data.report.summary.verdicts.suspect, suspects.length));
    expect(data.drawings.map(({ connection }) => connection.verdict).indexOf('conformant')).toBe(
      suspects.length,
    );
    expect(formatHtml(data, ASSETS)).toContain('20 connections of 151 are drawn');
    expect((await pageDataOf([captureAt('sockets-load.pcap')], 0)).drawings).toHaveLength(0);
  });

  it('has all of a small capture', async () => {
    const data = await pageDataOf([captureAt('sockets-load.pcap')], 200);
    expect(data.drawings).toHaveLength(151);
  });

  it('stays below 5 MB, whatever is asked for', async () => {
    const html = await pageOf([captureAt('short-connections-300.pcap')], 1_000_000);
    expect(Buffer.byteLength(html)).toBeLessThan(5_000_000);
    expect(html).toMatch(/connections of 300 are drawn|All 300 connections are drawn/);
  });

  it('counts sockets over time as lastack sockets does, at every step', async () => {
    const { series } = await pageDataOf([captureAt('sockets-load.pcap')]);
    const [own] = series;
    if (!own) throw new Error('no series');
    const { periods } = await sockets([captureAt('sockets-load.pcap')], {
      profile: PROFILES.linux,
      linger: 60,
      reader: 'lastack',
      toolVersion: '0',
      every: own.step,
    });
    const moments = periods[0]?.every?.moments ?? [];
    expect(moments).toHaveLength(own.steps);
    moments.forEach(({ counts }, step) => {
      const expected = counts
        .filter(({ service }) => service === null)
        .map(({ host, side, state, sockets: all, proven }) => `${host} ${side} ${state} ${all} ${proven}`);
      const counted = own.groups.flatMap(({ host, side, states }) =>
        states.flatMap(({ state, sockets: all, proven }) =>
          (all[step] ?? 0) > 0 ? [`${host} ${side} ${state} ${all[step]} ${proven[step]}`] : [],
        ),
      );
      expect(counted.sort()).toEqual(expected.sort());
    });
  });

  it('draws the number of ports as a line where TIME_WAIT comes near it', async () => {
    const data = await pageDataOf([captureAt('sockets-load.pcap')]);
    const few = formatHtml({ ...data, ports: { low: 32_768, high: 32_900 } }, ASSETS);
    expect(few).toContain('class="budget"');
    expect(few).toContain('>133 ports for each service<');
    expect(formatHtml(data, ASSETS)).not.toContain('class="budget"');
  });

  it('begins a chart for each stretch of time', async () => {
    const inputs = ['three-way.pcap', 'lost-fin.pcap'].map(captureAt);
    const { series } = await pageDataOf(inputs);
    expect(series.map(({ groups }) => groups.length)).toEqual([2, 2]);
  });

  it('is whole for a capture without connections', async () => {
    const html = await pageOf([{ path: 'empty.pcap', source: fromBytes(ladder('')) }]);
    expect(html).toContain('Nothing was found.');
    expect(html.trimEnd().endsWith('</html>')).toBe(true);
  });
});
