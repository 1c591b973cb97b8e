import { setTimeout as sleep } from 'node:timers/promises';
import { MongoServerError } from 'mongodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod, withClient } from '../support/mongod.js';
import { underLoad } from './callers.js';
import { startFleet, type FleetUnderTest } from './fleet-under-test.js';

/** How long things are broken. */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 120);
const PRIMARY_EVERY_MS = 10_000;
/** A process is stopped and started anew, by turns; of every third turn a worker is killed with -9. */
const PROCESS_EVERY_MS = 6_000;
/** Not a part of `npm test`: some minutes. `npm run chaos:cluster -- --seconds 120` */
describe.skipIf(skipWithoutMongod())('two apis and three workers on a replica set', () => {
  let fleet: FleetUnderTest;
  beforeAll(async () => {
    fleet = await startFleet({ apis: 2, workers: 3 });
    await fleet.media.video('busy.mp4', { size: '256x144', colors: [], secondsEach: 4, source: 'testsrc2' });
  }, 240_000);
  afterAll(() => fleet.close(), 60_000);

  it(
    'lose nothing and double nothing while primaries, processes and workers go',
    { timeout: (SECONDS + 900) * 1000 },
    async () => {
      const { primaries } = await underLoad(fleet, {
        title: `${SECONDS} s of primaries and processes that go`,
        breakThings: async () => {
          const [primaries, processes] = await Promise.all([
            breakPrimaries(fleet, SECONDS * 1000),
            breakProcesses(fleet, SECONDS * 1000),
          ]);
          return { primaries, processes };
        },
      });
      expect(primaries.stepDowns + primaries.kills).toBeGreaterThanOrEqual(
        Math.floor((SECONDS * 1000) / PRIMARY_EVERY_MS / 2),
      );
    },
  );
});

async function breakPrimaries(
  { mongod }: FleetUnderTest,
  forMs: number,
): Promise<{ stepDowns: number; kills: number }> {
  const done = { stepDowns: 0, kills: 0 };
  const endMs = performance.now() + forMs;
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    const nextMs = performance.now() + PRIMARY_EVERY_MS;
    const primary = await eventually(
      'there is a primary',
      () =>
        withClient(`${mongod.uri}&serverSelectionTimeoutMS=5000`, async (client) =>
          String((await client.db('admin').command({ hello: 1 })).primary),
        ).catch(() => null),
      60_000,
    );
    const node = mongod.nodes.find(({ port }) => primary.endsWith(`:${port}`));
    if (!node) throw new Error(`no node is ${primary}`);
    if (turn % 2 === 0) {
      const isDone = await withClient(node.directUri, (client) =>
        client.db('admin').command({ replSetStepDown: 20, secondaryCatchUpPeriodSecs: 5 }),
      ).then(
        () => true,
        // No other was far enough behind it to take over: it stays.
        (error: unknown) => {
          if (error instanceof MongoServerError) return false;
          throw error;
        },
      );
      if (isDone) done.stepDowns += 1;
    } else {
      node.signal('SIGKILL');
      await node.exited();
      done.kills += 1;
      await sleep(2000);
      await node.start();
    }
    await sleep(Math.max(0, Math.min(nextMs, endMs) - performance.now()));
  }
  return done;
}

async function breakProcesses(fleet: FleetUnderTest, forMs: number): Promise<{ restarts: number; kills: number }> {
  const done = { restarts: 0, kills: 0 };
  const endMs = performance.now() + forMs;
  const workers = fleet.names.filter((name) => name.startsWith('worker'));
  for (let turn = 0; performance.now() < endMs; turn += 1) {
    const nextMs = performance.now() + PROCESS_EVERY_MS;
    const isKill = turn % 3 === 2;
    const name = isKill ? workers[done.kills % workers.length]! : fleet.names[done.restarts % fleet.names.length]!;
    if (isKill) {
      await fleet.kill(name);
      done.kills += 1;
    } else {
      await fleet.stop(name);
      done.restarts += 1;
    }
    await fleet.start(name);
    await sleep(Math.max(0, Math.min(nextMs, endMs) - performance.now()));
  }
  return done;
}
