// Runs one command line after another in this process, as each would run in its own: what it prints is sent back.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const STANDARD_OUTPUT = 1;

let told = { stdout: [], stderr: [] };

/** @param {'stdout' | 'stderr'} to */
function keep(to, text) {
  // A copy: the block may be filled anew.
  told[to].push(Buffer.from(text));
  return true;
}

const { writeSync } = fs;
fs.writeSync = (descriptor, bytes, ...rest) => {
  if (descriptor !== STANDARD_OUTPUT) return writeSync(descriptor, bytes, ...rest);
  keep('stdout', bytes);
  return bytes.length;
};
syncBuiltinESMExports();
process.stdout.write = (text) => keep('stdout', text);
process.stderr.write = (text) => keep('stderr', text);

const { main } = await import('../../dist/command/main.js');

process.on('message', async ({ args, cwd, env }) => {
  told = { stdout: [], stderr: [] };
  process.chdir(cwd);
  process.env = env;
  process.exitCode = 0;
  await main(args);
  const [stdout, stderr] = [told.stdout, told.stderr].map((parts) => Buffer.concat(parts).toString());
  process.send({ status: process.exitCode, stdout, stderr });
  process.exitCode = 0;
});
process.send('ready');
