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
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
