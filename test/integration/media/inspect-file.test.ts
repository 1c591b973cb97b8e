import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Prints what `check` and `fetch` say of an input while no descriptor is left, and then of one that is there. */
const PROGRAM = `
  const { createLocalFiles } = await import(${JSON.stringify(here('../../../src/media/local-files.ts'))});
  const { openSync, closeSync } = await import('node:fs');
  const [root] = process.argv.slice(1);
  const files = createLocalFiles({ roots: [root] });
  const options = { field: 'f', signal: new AbortController().signal, folder: root };
  const said = async () => [
    await files.check('clip.mp4').catch((error) => error.detail?.reason ?? String(error)),
    await files.fetch('clip.mp4', options).then(() => 'fetched', (error) => error.failure?.reason ?? String(error)),
  ];
  const warm = await files.check('other.mp4');
  const taken = [];
  try { for (;;) taken.push(openSync('/dev/null', 'r')); } catch {}
  const without = await said();
  for (const descriptor of taken) closeSync(descriptor);
  console.log(JSON.stringify({ warm, without, again: await said() }));
`;

it('the inspection of an input does not take a lack of descriptors for a fault of the input', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cutroom-files-'));
  try {
    await writeFile(join(root, 'clip.mp4'), 'x');
    const node = [process.execPath, '--import', here('../../support/typescript-hooks.mjs'), '--input-type=module'];
    const { stdout } = await run('prlimit', ['--nofile=64:64', ...node, '--eval', PROGRAM, root]);
    expect(JSON.parse(stdout)).toEqual({
      warm: { description: 'does not exist' },
      without: ['INPUTS_UNAVAILABLE', 'OUT_OF_PROCESSES'],
      again: [null, 'fetched'],
    });
  } finally {
    await rm(root, { recursive: true });
  }
});
