import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CAPTURE_RULES, check, openFile, PROFILES, RULES } from '../src/index.ts';
import { STATES } from '../src/machine/state.ts';
import { EVENTS, transition } from '../src/machine/table.ts';
import { validate } from '../src/policy/validate.ts';
import { csvHeader } from '../src/report/formats/format-csv.ts';
import { CAUSE_DOCS, CAUSES } from '../src/rules/causes/cause-names.ts';
import { EXPECTATION_RULES } from '../src/rules/expectation-rules.ts';
import { lastack } from './cli/run.ts';

/**
 * Parts of the README and of the pages in docs/ are made from what they describe. `UPDATE_README=1 npx vitest run --config
 * test/vitest.config.ts test/readme.test.ts` writes them anew.
 */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = `${ROOT}README.md`;
const PAGES = [
  README,
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${ROOT}docs/${name}`),
];
const update = process.env['UPDATE_README'] === '1';

describe('the README', () => {
  it('is short enough to be read', () => expect(readFileSync(README).length).toBeLessThanOrEqual(15_000));
  it('leads to pages that are there', () => {
    for (const page of PAGES) {
      const links = [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)];
      for (const [, link = ''] of links)
        expect(existsSync(join(page, '..', link)), `${page}: ${link}`).toBe(true);
    }
  });
  it('shows a leak', async () => {
    const args = ['check', 'captures/close-wait-leak.pcap'];
    expectPart(`output: ${args.join(' ')}`, await session(args));
  });
  it('has the table of rules as their meta has it', () => expectPart('rules', rulesTable()));
  it('has the table of causes as their docs have it', () => expectPart('causes', causesTable()));
  it('has the diagram that the transition table makes', () => expectPart('diagram', diagram()));
  it('says who closed, how and why', async () => {
    const args = ['check', 'captures/data-after-close.pcap'];
    expectPart(`output: ${args.join(' ')}`, await session(args));
  });
  it('says why there are so many sockets', async () => {
    const args = ['sockets', 'captures/sockets-load.pcap', '--profile', 'linux'];
    expectPart('question: sockets', await session(args, 14));
  });
  it('says what to attach', async () => {
    const args = [...EXTRACT.slice(0, 3), '--anonymize', ...EXTRACT.slice(3)];
    expectPart('question: extract', await inFolder((folder) => session(args, Infinity, folder)));
  });
  it('gates CI', async () => {
    const commands = [
      ['init', 'captures/three-way.pcap'],
      ['check', 'captures/abort-unread-data.pcap', '--connections', 'none'],
    ];
    expectPart('question: ci', await inFolder((folder) => sessions(commands, folder)));
  });
  it('says what a change did', async () => {
    expectPart('question: diff', await session(DIFF));
  });
  it('shows what show prints', async () => {
    const args = ['show', 'captures/simultaneous-close-at-middle.pcap', '--connection', '0'];
    expectPart(`output: ${args.join(' ')}`, await session(args));
  });
  it('names the columns of the CSV, in order', () => {
    const listed = /^- `csv`: `([^`]+)`/m.exec(everything())?.[1] ?? '';
    expect(listed.split(/\s+/).join(',')).toBe(csvHeader().trim());
  });
  it('has a recipe for GitHub whose inputs are those of the action', () => {
    const { steps } = parse(recipe('github')) as { steps: { uses?: string; with?: object }[] };
    const used = steps.find(({ uses }) => uses?.includes('/lastack@'))?.with ?? {};
    const { inputs } = parse(readFileSync(`${ROOT}action.yml`, 'utf8')) as { inputs: object };
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(used)));
  });
  it('has a recipe for GitLab that runs as it stands', () => {
    const job = (parse(recipe('gitlab')) as Record<string, { script: string[] }>)['connection-close'];
    const folder = mkdtempSync(join(tmpdir(), 'lastack-readme-'));
    try {
      symlinkSync(ROOT, join(folder, 'lastack'));
      for (const [capture, status] of [
        ['captures/three-way.pcap', 0],
        ['test/violations/no-time-wait.pcap', 1],
      ] as const) {
        cpSync(`${ROOT}${capture}`, join(folder, 'traffic.pcap'));
        const ran = spawnSync('bash', ['-e', '-c', job?.script.join('\n') ?? ''], { cwd: folder });
        expect(ran.status).toBe(status);
        expect(readdirSync(folder).sort()).toEqual([
          'close.json',
          'close.md',
          'close.xml',
          'lastack',
          'traffic.pcap',
        ]);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
  it('shows what extract prints', async () => {
    const printed = await inFolder((folder) => session(EXTRACT, Infinity, folder));
    expectPart('output: extract', printed);
  });
  it.skipIf(!hasTshark())('shows what tshark prints of an extract', async () => {
    expectPart('output: tshark', await inFolder(tsharkSession));
  });
  it('has a configuration that is one', () => expect(validate(configuration())).toEqual([]));
  it('shows what check prints under it', async () => {
    const args = ['check', 'captures/abort-unread-data.pcap'];
    const printed = await inFolder((folder) => {
      writeFileSync(join(folder, 'lastack.config.json'), JSON.stringify(configuration()));
      return session(args, Infinity, folder);
    });
    expectPart('output: policy', printed);
  });
  it('has the table of expectations as their rules have it', () => {
    const rows = Object.entries(EXPECTATION_RULES).map(
      ([key, { id, summary }]) => `| \`${key}\` | \`${id}\` | ${summary} |`,
    );
    expectPart(
      'expectations',
      ['| expectation | rule | reports |', '| --- | --- | --- |', ...rows].join('\n'),
    );
  });
  it('shows what a baseline does', async () => {
    const commands = [
      ['baseline', 'write', 'known.json', 'captures/close-wait-leak.pcap'],
      [
        'check',
        'captures/close-wait-leak.pcap',
        '--baseline',
        'known.json',
        '--fail-on',
        'suspect',
        '--connections',
        'none',
      ],
    ];
    expectPart('output: baseline', await inFolder((folder) => sessions(commands, folder)));
  });
  it('shows what sockets prints', async () => {
    const args = ['sockets', 'captures/sockets-load.pcap', '--profile', 'linux'];
    expectPart('output: sockets', await session(args, 26));
  });
  it('shows what diff prints', async () => {
    expectPart('output: diff', await session(DIFF));
  });
  it('shows a connection of the report', async () => expectPart('output: json', await sampleConnection()));
});

/** The text of all pages. */
function everything(): string {
  return PAGES.map((page) => readFileSync(page, 'utf8')).join('\n');
}

function expectPart(name: string, wanted: string): void {
  const start = `<!-- ${name} -->\n`;
  const page = PAGES.find((file) => readFileSync(file, 'utf8').includes(start)) ?? '';
  expect(page, `no page has a part "${name}"`).not.toBe('');
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(start);
  const to = text.indexOf('<!-- end -->', from);
  if (update)
    writeFileSync(page, `${text.slice(0, from + start.length)}${wanted.trimEnd()}\n${text.slice(to)}`);
  else expect(text.slice(from + start.length, to).trimEnd()).toBe(wanted.trimEnd());
}

/** The configuration that it shows. */
function configuration(): unknown {
  const text = /<!-- config -->\n`{3}json\n(.*?)`{3}\n<!-- end -->/s.exec(everything())?.[1];
  return JSON.parse(text ?? '');
}

/** The YAML of a recipe. */
function recipe(name: string): string {
  const pattern = new RegExp(`<!-- recipe: ${name} -->\\n\`{3}yaml\\n(.*?)\`{3}\\n<!-- end -->`, 's');
  return pattern.exec(everything())?.[1] ?? '';
}

function rulesTable(): string {
  const rows = [...RULES.map(({ meta }) => meta), ...CAPTURE_RULES].map(
    ({ id, tiers, clause, summary }) => `| \`${id}\` | ${tiers.join(', ')} | ${clause} | ${summary} |`,
  );
  return ['| rule | tiers | clause | fires when |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function causesTable(): string {
  const rows = CAUSES.map(
    (name) => `| \`${name}\` | ${CAUSE_DOCS[name].what} | ${CAUSE_DOCS[name].remedy} |`,
  );
  return ['| cause | what the packets show | known to help (advice) |', '| --- | --- | --- |', ...rows].join(
    '\n',
  );
}

function diagram(): string {
  const arrows = STATES.flatMap((from) =>
    EVENTS.flatMap((event) => {
      const { to } = transition(from, event);
      // RST and a reopened 4-tuple end in CLOSED from everywhere: left out, as RFC 9293 figure 5 does.
      const everywhere = event === 'reopen' || event.endsWith('RST');
      return to === from || everywhere ? [] : [`  ${from} --> ${to}: ${event}`];
    }),
  );
  return ['```mermaid', 'stateDiagram-v2', ...arrows, '```'].join('\n');
}

const DIFF = ['diff', 'captures/three-way.pcap', 'captures/abort-unread-data.pcap', '--chance', '1'];
const EXTRACT = ['extract', 'captures/close-wait-leak.pcap', '--findings', '-o', 'evidence.pcapng'];

/** Runs in a folder of its own beside which the captures seem to lie; it is gone afterwards. */
async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'lastack-'));
  try {
    symlinkSync(join(ROOT, 'captures'), join(folder, 'captures'));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function hasTshark(): boolean {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('skipped: tshark is not installed');
    return false;
  }
}

/** What tshark shows of the packets that the finding of an extract names. */
async function tsharkSession(folder: string): Promise<string> {
  await run(EXTRACT, folder);
  const filter = 'frame.comment contains "missing-fin"';
  const options = ['-T', 'fields', '-E', 'aggregator=|', '-e', 'frame.number', '-e', 'frame.comment'];
  const args = ['-r', 'evidence.pcapng', '-Y', filter, ...options];
  const printed = execFileSync('tshark', args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const shown = args.map((arg) => (/[ |]/.test(arg) ? `'${arg}'` : arg)).join(' ');
  return [
    '```',
    `$ tshark ${shown} | tr '|' '\\n'`,
    ...printed.trimEnd().replaceAll('|', '\n').split('\n'),
    '```',
  ].join('\n');
}

async function run(args: readonly string[], cwd: string = ROOT): Promise<string> {
  const { status, stdout, stderr } = await lastack(args, { cwd, env: { NO_COLOR: '1', COLUMNS: '80' } });
  // Findings end with status 1.
  if (status !== 0 && status !== 1) throw new Error(stderr);
  return stdout;
}

/** A command with what it prints, or the first lines of it, in a code block. */
async function session(args: readonly string[], lines = Infinity, cwd: string = ROOT): Promise<string> {
  const printed = (await run(args, cwd)).trimEnd().split('\n');
  const cut = printed.length > lines ? [...printed.slice(0, lines), '…'] : printed;
  return ['```', `$ npx lastack ${args.join(' ')}`, ...cut, '```'].join('\n');
}

/** Commands one after another, in one code block. */
async function sessions(commands: readonly (readonly string[])[], folder: string): Promise<string> {
  const all: string[] = [];
  for (const args of commands) all.push(await session(args, Infinity, folder));
  return all.join('\n').replaceAll('\n```\n```\n', '\n');
}

async function sampleConnection(): Promise<string> {
  const path = `${ROOT}captures/lost-last-ack.pcap`;
  const report = await check([{ path: 'captures/lost-last-ack.pcap', source: openFile(path) }], {
    profile: PROFILES.linux,
  });
  const [connection] = report.connections;
  const shortened = { ...connection, transitions: connection?.transitions.slice(-1) };
  // Objects and lists without others inside stand on one line.
  const json = JSON.stringify(shortened, null, 2).replaceAll(/[{[]\s+[^{}[\]]*?\s+[}\]]/g, (flat) =>
    flat.length > 130 ? flat : flat.replaceAll(/\s+/g, ' ').replace(/^\[ /, '[').replace(/ \]$/, ']'),
  );
  return ['```json', json, '```'].join('\n');
}
