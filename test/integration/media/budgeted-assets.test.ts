import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBudgetedAssets } from '../../../src/media/budgeted-assets.js';
import { createLocalFiles } from '../../../src/media/local-files.js';

let folder: string;
let limit: number | null = 10;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-budget-'));
  for (const name of ['a', 'b', 'c']) await writeFile(path.join(folder, name), 'four');
});
afterAll(() => rm(folder, { recursive: true }));

describe('inputs within a budget', () => {
  const files = () => createBudgetedAssets(createLocalFiles({ roots: [folder] }), () => limit);
  const fetched = (assets: ReturnType<typeof files>, uri: string, task: string) =>
    assets.fetch(uri, { field: `field.${uri}`, signal: new AbortController().signal, folder: path.join(folder, task) });

  it('may have so many bytes together for each task, a file that is named twice counted once', async () => {
    limit = 10;
    const assets = files();
    for (const name of ['a', 'b', 'a', './a']) await fetched(assets, name, 'one');
    await expect(fetched(assets, 'c', 'one')).rejects.toMatchObject({
      failure: { reason: 'TASK_TOO_LARGE', field: 'field.c' },
    });
    await fetched(assets, 'c', 'two');
  });

  it('follow a change of the limit, and have none without one', async () => {
    limit = 3;
    const assets = files();
    await expect(fetched(assets, 'a', 'one')).rejects.toMatchObject({ failure: { reason: 'TASK_TOO_LARGE' } });
    limit = null;
    for (const name of ['a', 'b', 'c']) await fetched(assets, name, 'two');
  });

  it('tell their sizes before they are fetched', async () => {
    expect([await files().sizeOf('a'), await files().sizeOf('none'), await files().sizeOf('/etc/passwd')]).toEqual([
      4,
      null,
      null,
    ]);
  });
});
