import { describe, expect, it } from 'vitest';
import { lastack } from './run.ts';

const VIOLATIONS = new URL('../violations/', import.meta.url).pathname;

/** Whole runs, as somebody sees them. The file of a snapshot is named by the command line. */
const COMMANDS = [
  '--help',
  'check --help',
  'show --help',
  'view --help',
  'extract --help',
  'baseline --help',
  'baseline write --help',
  'diff --help',
  'rules',
  'explain close-wait',
  'explain CLOSED',
  'explain time-wait',
  'explain data-after-fin',
  'explain time-wait-pressure',
  'explain expected-kinds',
  'explain longestCloseWait',
  'three-way.pcap',
  'four-way-client-first.pcap',
  'close-wait-leak.pcap',
  'cut-after-first-fin.pcap --fail-on inconclusive',
  'fin-wait-2-reaped-late-data.pcap',
  'no-time-wait.pcap',
  'time-wait-assassinated.pcap lost-last-ack.pcap',
  'short-connections-300.pcap --profile linux',
  'four-way-client-first.pcap --format json',
  'close-wait-leak.pcap --format ndjson',
  'close-wait-leak.pcap --format csv',
  'close-wait-leak.pcap --format github',
  'close-wait-leak.pcap --format gitlab',
  'no-time-wait.pcap --format junit',
  'no-time-wait.pcap --format markdown',
  'diff four-way-client-first.pcap three-way.pcap --by port',
  'diff three-way.pcap abort-unread-data.pcap',
  '--print-config --profile linux',
  'sockets --help',
  'sockets sockets-load.pcap --profile linux --at +5s',
  'sockets four-way-client-first.pcap',
  'sockets four-way-client-first.pcap --every 100ms',
  'sockets half-close-with-data.pcap --list --at +0.3s',
  'sockets four-way-client-first.pcap --format csv --at #5',
  'sockets lost-fin.pcap --format ndjson --profile linux',
  'show three-way.pcap',
  'show no-time-wait.pcap --connection 0',
  'show ipv6-four-way.pcap',
  'show four-way-client-first.pcap --format json',
  'show short-connections-300.pcap --filter 10.9.0.2:80',
] as const;

describe('lastack', () => {
  it.each(COMMANDS)('%s', async (command) => {
    const { status, stdout, stderr } = await lastack(
      command.split(' '),
      command.includes('no-time-wait') ? { cwd: VIOLATIONS } : {},
    );
    const text = `$ lastack ${command}\n${stdout}${stderr}[exit status ${status}]\n`;
    const stable = text.replace(
      /("version": ?"|name="lastack" value="|\blastack )\d+\.\d+\.\d+/g,
      '$1VERSION',
    );
    await expect(stable).toMatchFileSnapshot(`snapshots/${command}.txt`);
    if (command.includes('--format')) return;
    const copied = /^(\/\/ Wireshark:|See it:|error\[)/;
    expect(
      text.split('\n').filter((line) => line.length > 80 && !copied.test(line) && !line.startsWith('$')),
    ).toEqual([]);
  });
});
