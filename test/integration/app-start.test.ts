import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeDataDir } from '../../src/app/make-data-dir.js';
import { createSqliteStore } from '../../src/store/sqlite/sqlite-store.js';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'cutroom-start-'))));
afterEach(() => rm(folder, { recursive: true }));

describe('a start of the service', () => {
  it('names the data folder that cannot be created, and the fix', async () => {
    await expect(makeDataDir('/proc/cutroom/data')).rejects.toThrow(
      /^the data folder \/proc\/cutroom\/data cannot be made \(E[A-Z]+\): set CUTROOM_DATA_DIR to a folder/,
    );
    await writeFile(join(folder, 'file'), '');
    await expect(makeDataDir(join(folder, 'file'))).rejects.toThrow('(EEXIST)');
    await makeDataDir(join(folder, 'a/b/c'));
    await makeDataDir(join(folder, 'a/b/c'));
  });

  it('names the file that is no database, and the fix', async () => {
    const file = join(folder, 'cutroom.sqlite');
    await writeFile(file, 'this is a text of some length, and no database at all\n'.repeat(100));
    expect(() => createSqliteStore({ file })).toThrow(
      `${file} cannot be opened (file is not a database): it is no SQLite database, or damaged; put a backup in its place`,
    );
  });
});
