import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { prepareFonts } from '../../../src/engine/captions/fonts.js';
import { readFonts } from '../../../src/engine/captions/read-fonts.js';

it('the reader of fonts skips a font whose reading never ends, and returns the others', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-fonts-'));
  try {
    const [own] = (await prepareFonts(path.join(folder, 'fonts'))).own;
    const endless = path.join(folder, 'endless.ttf');
    execFileSync('mkfifo', [endless]);
    const damaged = path.join(folder, 'damaged.ttf');
    await writeFile(damaged, 'no font');
    const answers = await readFonts([endless, damaged, own!.regular], { patienceMs: 3_000 });
    expect(answers).toEqual([
      { problem: 'reading it does not end' },
      { problem: 'it is cut short, or no font' },
      { em: expect.any(Number) as number, hasKana: false },
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
