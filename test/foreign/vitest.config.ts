import { defineConfig } from 'vitest/config';

/** What other people's programs make of the service. Needs Go, and a browser: not a part of `npm test`. `npm run test:foreign` */
export default defineConfig({
  test: {
    include: ['test/foreign/**/*.test.ts'],
    root: '.',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
