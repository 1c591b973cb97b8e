import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogSync } from '../../../src/store/sqlite/log-sync.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-log-'));
  file = join(folder, 'log');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** How often this process has the file open. */
async function openings(): Promise<number> {
  const targets = await Promise.all(
    (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return targets.filter((target) => target === file).length;
}

describe('the log sync', () => {
  it('lets calls share a round unless it has begun and may have missed their commits', async () => {
    await writeFile(file, 'x');
    const log = createLogSync(file);
    const first = log.sync();
    expect(log.sync()).toBe(first);
    await new Promise(setImmediate);
    const second = log.sync();
    expect(second).not.toBe(first);
    expect(log.sync()).toBe(second);
    const order: number[] = [];
    await Promise.all([second.then(() => order.push(2)), first.then(() => order.push(1))]);
    expect(order).toEqual([1, 2]);
    log.close();
  });

  it("rejects with the store's error when the file cannot be opened, and tries again the next time", async () => {
    const log = createLogSync(file);
    await expect(log.sync()).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
    await writeFile(file, 'x');
    await log.sync();
    log.close();
  });

  it('keeps the file open while calls are under way, and closes it afterwards', async () => {
    await writeFile(file, 'x');
    const log = createLogSync(file);
    await log.sync();
    expect(await openings()).toBe(1);
    const last = log.sync();
    log.close();
    await last;
    expect(await openings()).toBe(0);
  });
});
