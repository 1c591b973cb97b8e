// A child process of sqlite-file.test.ts: opens the file it is given and inserts tasks for as long as it lives, naming on
// stdout each one that was acknowledged.
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { claimed } from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';

const store = createSqliteStore({ file: process.argv[2] ?? '' });
for (let i = 0; ; i++) {
  const queued = newTask({ id: `task-${i}`, nowMs: i });
  await store.insert(queued, JSON.stringify(`spec-${i}`));
  await store.replace(queued, claimed(queued, { attemptId: `a${i}`, owner: `pid-${process.pid}`, nowMs: i }), {
    leaseMs: 600_000,
  });
  // To a pipe this is synchronous: what is acknowledged has been said before the next one begins.
  process.stdout.write(`task-${i}\n`);
}
