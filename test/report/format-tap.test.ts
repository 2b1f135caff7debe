import { Parser } from 'tap-parser';
import { describe, expect, it } from 'vitest';
import { formatTap } from '../../src/report/formats/format-tap.ts';
import {
  CUT,
  checkedLadder,
  checkedRun,
  HOSTILE,
  LEAK,
  recordedRuns,
  VIOLATION,
} from '../support/checked-run.ts';

type Run = Awaited<ReturnType<typeof checkedRun>>;

/** What a strict parser of TAP makes of a run. */
function parse(run: Run) {
  return parseText([...formatTap(run)].join(''));
}

function parseText(text: string) {
  const parser = new Parser({ strict: true });
  const points: {
    ok: boolean;
    name: string;
    skip?: string | boolean;
    todo?: string | boolean;
    diag?: unknown;
  }[] = [];
  parser.on('assert', (point) => points.push(point));
  parser.end(text);
  return { text, points, results: parser.results };
}

/** Faults of the stream itself, which the strict parser counts as failures of their own. */
function faults({ results }: ReturnType<typeof parseText>): unknown[] {
  return (results?.failures ?? []).filter((failure) => 'tapError' in failure && failure.tapError);
}

function pointOf({ points }: ReturnType<typeof parse>, name: string) {
  return points.find((point) => point.name.endsWith(name));
}

describe('TAP 14', () => {
  it.each(recordedRuns())('is what a strict parser takes of $name', async ({ inputs }) => {
    const parsed = parse(await checkedRun(inputs, { failOn: 'note' }));
    const { results, text } = parsed;
    expect(text).toMatch(/^TAP version 14\n1\.\.\d+\n/);
    expect(results?.plan.end).toBe(results?.count);
    expect(faults(parsed)).toEqual([]);
    expect(results?.ok).toBe(false);
  });

  it('is refused by that parser where a line is none of TAP', async () => {
    const { text } = parse(await checkedLadder(CUT));
    expect(faults(parseText(text))).toEqual([]);
    expect(faults(parseText(text.replace('  ---', '---')))).not.toEqual([]);
    expect(faults(parseText(text.replace('1..', '1..9')))).not.toEqual([]);
  });

  it('is not ok for what fails the run, with the finding and its ladder below', async () => {
    const parsed = parse(await checkedLadder(VIOLATION));
    expect(parsed.results?.ok).toBe(false);
    expect(pointOf(parsed, 'data-after-fin')).toMatchObject({
      ok: false,
      diag: { severity: 'violation', findings: [{ clause: 'RFC 9293 3.6, 3.10.4', frames: [4, 6] }] },
    });
    expect(JSON.stringify(pointOf(parsed, 'data-after-fin')?.diag)).toContain('> F.');
  });

  it('is to do for what does not fail it, and skipped for what cannot be decided', async () => {
    const leak = parse(await checkedLadder(LEAK));
    expect(leak.results?.ok).toBe(true);
    expect(pointOf(leak, 'missing-fin')).toMatchObject({
      ok: false,
      todo: 'suspect: does not fail this run',
    });
    const cut = parse(await checkedLadder(CUT));
    expect(pointOf(cut, 'missing-fin')?.skip).toContain('the capture ended');
    expect(cut.results?.ok).toBe(true);
  });

  it('keeps a name on one line, whatever is in it', async () => {
    const parsed = parse(await checkedLadder(VIOLATION, HOSTILE));
    const { points } = parsed;
    expect(faults(parsed)).toEqual([]);
    expect(points[0]).toMatchObject({ ok: true });
    expect(points[0]?.name).toContain('#1 @x.pcap can be read');
  });

  it('says what could not be read', async () => {
    const { points } = parse(
      await checkedLadder('', 'x.pcap', { failures: new Map([[0, 'Nothing in it.']]) }),
    );
    expect(points[0]).toMatchObject({ ok: false, name: 'x.pcap can be read' });
  });
});
