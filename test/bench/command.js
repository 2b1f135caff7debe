import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Bash asks the system for the times of the command, to the millisecond. */
const SCRIPT = 'TIMEFORMAT="%3R %3U %3S"; time "$@" > /dev/null 2>&1';

/**
 * Wall time and CPU time (user and system, all threads) of a command, seconds, and the most memory that it held, looked
 * at every few milliseconds.
 */
export async function measure(command) {
  const env = { ...process.env, LC_ALL: 'C' };
  const bash = spawn('bash', ['-c', SCRIPT, 'bash', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env,
  });
  let kilobytes = 0;
  let printed = '';
  bash.stderr.on('data', (text) => {
    printed += text;
  });
  const timer = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOfChild(bash.pid));
  }, 5);
  const status = await new Promise((resolve, reject) => {
    bash.on('error', reject);
    bash.on('close', resolve);
  });
  clearInterval(timer);
  // lastack ends with 1 where it found something.
  if (status !== 0 && status !== 1) throw new Error(`${command.join(' ')} ended with ${status}`);
  const [seconds = 0, user = 0, system = 0] = (printed.trim().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return { seconds, cpu: user + system, megabytes: kilobytes / 1024 };
}

/** The peak memory so far of the process that bash waits for; 0 where there is none. */
function peakOfChild(pid) {
  try {
    const [child = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ');
    const status = readFileSync(`/proc/${child}/status`, 'latin1');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
