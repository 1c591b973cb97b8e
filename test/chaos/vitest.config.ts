import { defineConfig } from 'vitest/config';

/** What breaks things on purpose and takes minutes: not a part of `npm test`. `npm run test:chaos` */
export default defineConfig({
  test: { include: ['test/chaos/**/*.test.ts'], root: '.', fileParallelism: false, testTimeout: 600_000 },
});
