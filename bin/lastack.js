#!/usr/bin/env node
// Syntax that any Node can parse, so that an old one gets this sentence and not a stack trace.
// biome-ignore-all lint/style/useTemplate: as above
// biome-ignore-all lint/complexity/useArrowFunction: as above
// biome-ignore-all lint/suspicious/noVar: as above
var version = process.versions.node.split('.').map(Number);
if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
  console.error(
    'error[node-too-old]: lastack needs Node.js 20.19 or later; this is ' + process.version + '.',
  );
  process.exitCode = 2;
} else {
  import('node:v8')
    .then(inlineLess)
    .then(function () {
      return import('../dist/command/main.js');
    })
    .then(
      (cli) => cli.main(process.argv.slice(2)),
      (error) => {
        console.error(
          'error[internal]: lastack cannot be loaded, ' +
            String(error) +
            '; install it again, and report it with the command and version where that does not help.',
        );
        process.exitCode = 2;
      },
    );
}

// A check of real traffic is over soon, and a third of its CPU time went into V8's optimizing compiler, most of it for functions
// that were put into others. Where V8 may put a third as much into one function, such a check takes 15 % less, and a longer one
// takes the same (Node.js 20, 22 and 24). A V8 that does not know the flag would say so on standard error.
function inlineLess(v8) {
  if (version[0] <= 25) v8.setFlagsFromString('--max-inlined-bytecode-size-cumulative=300');
}
