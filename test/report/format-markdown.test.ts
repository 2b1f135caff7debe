import { describe, expect, it } from 'vitest';
import { formatMarkdown } from '../../src/report/formats/format-markdown.ts';
import { codeBlock, codeSpan, escapeMarkdown } from '../../src/report/formats/markdown.ts';
import {
  CLEAN,
  CUT,
  checkedLadder,
  checkedRun,
  HOSTILE,
  LEAK,
  recordedRuns,
  VIOLATION,
} from '../support/checked-run.ts';

describe('Markdown for an issue tracker', () => {
  it('tells a finding so that a stranger can check it', async () => {
    const text = formatMarkdown(await checkedLadder(VIOLATION, 'traffic/a.pcap'));
    const [, section = ''] = text.split('\n## ');
    expect(section).toMatch(/^violation: `data-after-fin` at `10\.0\.0\.2:80`\n/);
    const [story = ''] = section.split('\n\n').slice(1);
    expect(story).toMatch(
      /^At .* UTC .* opened a connection to .*\. The client closed first.*\. The client sent 100 /,
    );
    expect(section).toMatch(/```text\n@ client [^`]*\^ violation data-after-fin: [^`]*```/);
    for (const part of [
      'Clause',
      'Proof',
      'What would refute it',
      'Environment',
      'How to reproduce the check',
    ]) {
      expect(section).toContain(`**${part}:**`);
    }
    expect(section).toMatch(
      /```sh\nlastack check traffic\/a\.pcap\nlastack show traffic\/a\.pcap --connection 0\nlastack explain data-after-fin\n```/,
    );
  });

  it('has a section for what is suspect or cannot be decided, and a table of what is legal', async () => {
    expect(formatMarkdown(await checkedLadder(LEAK))).toContain('## suspect: `missing-fin`');
    expect(formatMarkdown(await checkedLadder(LEAK))).toMatch(
      /## Legal, and noted\n\n\| rule .*\n.*\n\| `fin-wait-2-lingering` \|/,
    );
    expect(formatMarkdown(await checkedLadder(CUT))).toContain('## inconclusive: `missing-fin`');
    expect(formatMarkdown(await checkedLadder(CLEAN))).not.toContain('## ');
  });

  it('shows a name as it is', async () => {
    const text = formatMarkdown(await checkedLadder(VIOLATION, HOSTILE));
    expect(text).toContain('``a,b: 50% <"&\'`|*_[x](y)\\x01\\n::error::\ud83d\ude80#1 @x.pcap``');
    expect(text.match(/^```/gm)?.length).toBe(6);
  });

  it.each(recordedRuns())('of $name closes every block that it opens', async ({ inputs }) => {
    const text = formatMarkdown(await checkedRun(inputs));
    expect((text.match(/^```/gm)?.length ?? 1) % 2).toBe(0);
    expect(text).not.toMatch(/undefined|null|NaN/);
  });
});

describe('escaping', () => {
  it('leaves words alone and takes the meaning from marks', () => {
    expect(escapeMarkdown('FIN_WAIT_1 [a](b) *c* _d_ <e> f|g `h` &amp;')).toBe(
      'FIN_WAIT_1 \\[a\\](b) \\*c\\* \\_d\\_ \\<e\\> f\\|g \\`h\\` &amp;amp;',
    );
    expect(escapeMarkdown('#1 @me !2')).toBe('#\u200b1 @\u200bme !\u200b2');
  });

  it('finds a fence that is longer than any in the text', () => {
    expect(codeSpan('a')).toBe('`a`');
    expect(codeSpan('`a``b')).toBe('``` `a``b ```');
    expect(codeBlock(['a', '````'], 'text')).toEqual(['`````text', 'a', '````', '`````']);
  });
});
