import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { expect, it } from 'vitest';

const SCRIPTS = path.join(import.meta.dirname, '../../scripts');

/** `import 'a'`, `import … from 'a'` and `export … from 'a'`. */
const IMPORT = /^(?:import\s+|(?:import|export)\b[^'"`;]*?\bfrom\s+)['"]([^'"]+)['"]/gm;

/** Those that install the packages themselves: on a fresh clone none are there. */
const installing = readdirSync(SCRIPTS).filter(
  (name) => name.endsWith('.mjs') && textOf(path.join(SCRIPTS, name)).includes('ensureNpmPackages'),
);

it.each(installing)('%s imports nothing that it has yet to install', (name) => {
  expect([...packagesOf(path.join(SCRIPTS, name), new Set())]).toEqual([]);
});

it('the commands for a fresh clone are among them', () => {
  expect(installing).toEqual(expect.arrayContaining(['demo.mjs', 'foreign.mjs', 'setup.mjs', 'test.mjs']));
});

/** The packages that a file and the files beside it import when they are loaded, each with the file that does. */
function* packagesOf(file: string, seen: Set<string>): Generator<string> {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, name = ''] of textOf(file).matchAll(IMPORT)) {
    if (name.startsWith('.')) yield* packagesOf(path.resolve(path.dirname(file), name), seen);
    else if (!isBuiltin(name)) yield `${path.relative(SCRIPTS, file)}: ${name}`;
  }
}

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}
