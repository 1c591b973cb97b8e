import { defineConfig } from 'vitest/config';

/** What breaks things on purpose and takes minutes: not a part of `npm test`. `npx vitest run --config test/chaos/vitest.config.ts` */
export default defineConfig({
  test: { include: ['test/chaos/**/*.test.ts'], root: '.', fileParallelism: false, testTimeout: 600_000 },
});
