import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Files that follow each other in one process: the import of the sources takes longer than most of them. They change nothing
 * of the process. A helper that registers hooks when it is imported (`worker-harness.ts`) needs a process for each file.
 */
const SHARING = [
  'test/unit/*.test.ts',
  'test/unit/!(worker|doctor)/**/*.test.ts',
  'test/media/**/*.test.ts',
  'test/integration/{api,engine,media,notify}/**/*.test.ts',
];
const ELSEWHERE = ['test/chaos/**', 'test/foreign/**', 'node_modules/**'];

export default defineConfig({
  test: {
    // On two cores: with two workers a third of the time passes in waiting, for conditions and for processes that start.
    maxWorkers: 3,
    // Programs that the sources start beside themselves are TypeScript too.
    execArgv: ['--import', fileURLToPath(new URL('test/support/typescript-hooks.mjs', import.meta.url))],
    // A test waits for conditions, each with its own limit; this one is for a test that hangs, on whatever busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default', './test/support/count-reporter.ts'],
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING, exclude: ELSEWHERE, isolate: false } },
      // All others: no file can be in neither.
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: [...SHARING, ...ELSEWHERE] } },
    ],
  },
});
