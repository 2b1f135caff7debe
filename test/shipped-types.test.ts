import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';

const shipped = ['index', 'assert', 'matchers'].map((name) =>
  fileURLToPath(new URL(`../dist/${name}.d.ts`, import.meta.url)),
);

test('the shipped types need nothing that their users may not have', () => {
  const program = ts.createProgram(shipped, {
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    noEmit: true,
    skipLibCheck: false,
  });
  const messages = program
    .getSourceFiles()
    .filter(({ fileName }) => fileName.includes('/dist/'))
    .flatMap((file) => ts.getPreEmitDiagnostics(program, file))
    .map(
      ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  expect(program.getSourceFiles().map(({ fileName }) => fileName)).toEqual(expect.arrayContaining(shipped));
  expect(messages).toEqual([]);
});
