import { describe, expect, it } from 'vitest';
import { csvHeader, csvLine } from '../../src/report/formats/format-csv.ts';
import { visible } from '../../src/report/visible.ts';
import { HOSTILE, VIOLATION } from '../support/checked-run.ts';
import { ladder } from '../support/ladder.ts';
import { reportOf } from '../support/ladder-shown.ts';

/** Reads RFC 4180, strictly: rows of fields. */
function parse(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const rows: string[][] = [[]];
  while (field.lastIndex < text.length) {
    const match = field.exec(text);
    if (!match) throw new Error(`no field at ${text.slice(field.lastIndex, field.lastIndex + 20)}`);
    rows.at(-1)?.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

async function rowOf(path: string): Promise<Record<string, string>> {
  const [connection] = (await reportOf(ladder(VIOLATION))).connections;
  if (!connection) throw new Error('no connection');
  const [names = [], cells = [], ...rest] = parse(csvHeader() + csvLine(connection, path));
  expect(rest).toEqual([]);
  expect(cells).toHaveLength(names.length);
  return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
}

describe('CSV of connections', () => {
  it('has a column for each fact', async () => {
    expect(await rowOf('a.pcap')).toMatchObject({
      id: '0',
      capture: 'a.pcap',
      server_address: '10.0.0.2',
      close_kind: 'four-way',
      closer: 'client',
      verdict: 'violation',
      violations: '1',
      notes: '0',
      rules: 'data-after-fin',
    });
  });

  it('reads back whatever is in a name (RFC 4180)', async () => {
    expect((await rowOf(HOSTILE))['capture']).toBe(visible(HOSTILE));
    expect((await rowOf('-'))['capture']).toBe('standard input');
  });

  it.each(['=1+1', '+1', '-1x', '@SUM(A1)', ' =1', '\uff1d1'])('disarms the formula %j', async (name) => {
    expect((await rowOf(name))['capture']).toBe(`'${name}`);
  });

  it('leaves no tab or return in front of one', async () => {
    expect((await rowOf('\t=1'))['capture']).toBe('\\t=1');
    expect((await rowOf('\r=1'))['capture']).toBe('\\r=1');
  });
});
