import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { it } from 'vitest';
import { check, fromBytes, VERSION } from '../../src/index.ts';
import { ladder } from '../support/ladder.ts';
import { ENDINGS } from './endings.ts';

/**
 * `npm run compare`: one capture per ending, read by tshark, tcptrace and lastack, each in its own words. With
 * `UPDATE_README=1` the table goes into docs/model.md. A tool that is not installed leaves its column out, aloud.
 */
const PAGE = fileURLToPath(new URL('../../docs/model.md', import.meta.url));

it('compares what the tools say of each ending', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lastack-compare-'));
  const tools = [
    { name: versionOf('tshark', ['--version'], /TShark \(Wireshark\) ([\d.]+)/, 'tshark'), ask: askTshark },
    {
      name: versionOf('tcptrace', ['-v'], /Version: ([\d.]+)|version ([\d.]+)/i, 'tcptrace'),
      ask: askTcptrace,
    },
  ].filter(({ name }) => name !== null);
  const rows: string[] = [];
  for (const { name, ladder: text } of ENDINGS) {
    const path = join(folder, 'ending.pcap');
    const bytes = ladder(text);
    writeFileSync(path, bytes);
    const columns = [...tools.map(({ ask }) => ask(path)), await askLastack(bytes)];
    rows.push(`| ${[name, ...columns].join(' | ')} |`);
  }
  rmSync(folder, { recursive: true });
  const header = ['ending', ...tools.map(({ name }) => name), `lastack ${VERSION}`];
  const table = [`| ${header.join(' | ')} |`, `|${' --- |'.repeat(header.length)}`, ...rows].join('\n');
  console.log(table);
  if (process.env['UPDATE_README'] === '1') replacePart('compare', table);
}, 120_000);

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

function versionOf(command: string, args: readonly string[], pattern: RegExp, name: string): string | null {
  try {
    const found = pattern.exec(run(command, args));
    return `${name} ${found?.[1] ?? found?.[2] ?? ''}`.trim();
  } catch {
    console.log(`skipped: ${name} is not installed`);
    return null;
  }
}

/** tshark's word for the completeness of each connection of port 40000, and its expert lines above "chat". */
function askTshark(path: string): string {
  const details = run('tshark', ['-r', path, '-Y', 'tcp.port == 40000', '-O', 'tcp']);
  const words = new Map<string, string>();
  for (const [, stream = '', word = ''] of details.matchAll(
    /\[Stream index: (\d+)\][\s\S]*?\[Conversation completeness: ([^\]]+)\]/g,
  )) {
    words.set(stream, word);
  }
  const expert = [...details.matchAll(/\[Expert Info \((?:Note|Warning|Error)\/\w+\): ([^\]]+)\]/g)]
    .map(([, message = '']) => message.trim())
    .filter((message) => !/^This frame (initiates|undergoes)/.test(message));
  return [[...words.values()].join(', '), ...new Set(expert)].join('; ');
}

/** tcptrace's verdict on each connection of port 40000, and whether it saw a reset. */
function askTcptrace(path: string): string {
  const text = run('tcptrace', ['-l', '-n', path]);
  const connections = text.split(/^TCP connection \d+:/m).slice(1);
  return connections
    .filter((part) => part.includes(':40000'))
    .map((part) => /complete conn: (.*)/.exec(part)?.[1]?.replaceAll(/\s+/g, ' ').trim() ?? '?')
    .join(', ');
}

async function askLastack(bytes: Uint8Array): Promise<string> {
  const report = await check([{ path: 'ending.pcap', source: fromBytes(bytes) }]);
  return report.connections
    .filter(({ client }) => client.port === 40_000)
    .map(({ close, verdict, findings }) => {
      const rules = findings.map(({ rule, tier, side }) => `${tier} \`${rule}\`${side ? ` (${side})` : ''}`);
      return [`${close.kind} by ${close.closer}: **${verdict}**`, ...rules].join('; ');
    })
    .join('<br>');
}

function replacePart(name: string, wanted: string): void {
  const text = readFileSync(PAGE, 'utf8');
  const start = `<!-- ${name} -->\n`;
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  writeFileSync(PAGE, `${text.slice(0, from + start.length)}${wanted}\n${text.slice(to)}`);
}
