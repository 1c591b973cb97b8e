import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type SpawnedService, spawnService } from '../support/spawned-service.js';

let folder: string;
let service: SpawnedService | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-warnings-'));
});
afterEach(async () => {
  await service?.kill();
  service = null;
  await rm(folder, { recursive: true, force: true });
});

it('a warning of a library is a line of the log like all others', async () => {
  const library = join(folder, 'library.mjs');
  await writeFile(library, "process.on('SIGUSR2', () => process.emitWarning('two\\nlines', 'LibraryWarning'));");
  service = await spawnService({ CUTROOM_DATA_DIR: join(folder, 'data'), NODE_OPTIONS: `--import=${library}` });
  service.signal('SIGUSR2');
  const { log } = service;
  const line = await eventually('the warning is logged', () => log.find((each) => each.includes('LibraryWarning')));
  expect(JSON.parse(line)).toMatchObject({ level: 40, warning: 'LibraryWarning', msg: 'two\nlines' });
  for (const each of log) expect(() => JSON.parse(each) as unknown).not.toThrow();
});
