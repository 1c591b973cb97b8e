import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/chaos/**', 'test/foreign/**', 'node_modules/**'],
    // Two cores: more workers would only make ffmpeg slower.
    maxWorkers: 2,
    // Programs that the sources start beside themselves are TypeScript too.
    execArgv: ['--import', fileURLToPath(new URL('test/support/typescript-hooks.mjs', import.meta.url))],
    // A test waits for conditions, each with its own limit; this one is for a test that hangs, on whatever busy machine.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
