import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { startMemoryS3, type MemoryS3, type S3Fault } from '../support/memory-s3.js';
import { skipWithoutMongod } from '../support/mongod.js';
import { underLoad } from './callers.js';
import { startFleet, type FleetOptions, type FleetUnderTest } from './fleet-under-test.js';

/** How long things are broken. */
const SECONDS = Number(process.env.CHAOS_SECONDS ?? 120);
const OUTAGE_MS = 1000 * Math.min(60, SECONDS);
/** Of Debian's package `faketime`. */
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';
const CLOCKS = ['+5m', '-5m', '+0m'];
/** Of twenty requests to the bucket one fails. */
const FAULT_EVERY = 20;
const FAULTS: readonly S3Fault[] = [
  { kind: 'status', status: 500, code: 'InternalError' },
  { kind: 'status', status: 503, code: 'SlowDown' },
  { kind: 'half' },
  { kind: 'corrupt' },
  { kind: 'stall', ms: 30_000 },
];

/** Not a part of `npm test`: some minutes each. `npm run chaos:cluster -- --form half-open`, and so on. */
describe.skipIf(skipWithoutMongod())('two apis and three workers on a replica set lose and double nothing', () => {
  let fleet: FleetUnderTest | null = null;
  let s3: MemoryS3 | null = null;
  afterEach(async () => {
    for (const proxy of fleet?.proxies ?? []) proxy.heal();
    await fleet?.close();
    s3?.close();
    [fleet, s3] = [null, null];
  }, 60_000);

  async function start(more: Partial<FleetOptions> = {}): Promise<FleetUnderTest> {
    fleet = await startFleet({ apis: 2, workers: 3, ...more });
    await fleet.media.video('busy.mp4', { size: '256x144', colors: [], secondsEach: 4, source: 'testsrc2' });
    return fleet;
  }
  const limits = { timeout: (SECONDS + 900) * 1000 };

  it('half-open: while no byte goes to or from any node, and nothing says so', limits, async () => {
    const running = await start({ proxied: true });
    await underLoad(running, {
      title: `half-open for ${OUTAGE_MS / 1000} s in front of every node`,
      breakThings: async () => {
        await sleep(5_000);
        for (const proxy of running.proxies) proxy.halfOpen();
        await sleep(OUTAGE_MS);
        for (const proxy of running.proxies) proxy.heal();
        return { proxies: running.proxies.length };
      },
    });
  });

  it('storage: while their bucket fails in every way', limits, async () => {
    const bucket = await startMemoryS3();
    s3 = bucket;
    const env = {
      ...{ AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 's3cret', AWS_REGION: 'us-east-1' },
      ...{ CUTROOM_STORAGE: 's3://videos', CUTROOM_S3_ENDPOINT: bucket.endpoint, CUTROOM_S3_ADDRESSING: 'path' },
    };
    const running = await start({ envOf: () => env });
    await underLoad(running, {
      title: `${SECONDS} s of a bucket that fails`,
      breakThings: async () => {
        let asked = 0;
        bucket.fault = () => {
          asked += 1;
          return asked % FAULT_EVERY === 0 ? FAULTS[(asked / FAULT_EVERY) % FAULTS.length]! : null;
        };
        await sleep(SECONDS * 1000);
        bucket.fault = () => null;
        return Object.fromEntries(bucket.faults);
      },
    });
    expect(bucket.faults.size).toBeGreaterThanOrEqual(4);
  });

  it.skipIf(!existsSync(FAKETIME))('clocks: while those of the machines differ by ten minutes', limits, async () => {
    const clockOf = (name: string) => CLOCKS[(Number(name.split('-')[1]) - 1) % CLOCKS.length]!;
    const running = await start({
      envOf: (name) => ({ LD_PRELOAD: FAKETIME, FAKETIME: clockOf(name), FAKETIME_DONT_FAKE_MONOTONIC: '1' }),
    });
    await underLoad(running, {
      title: `${SECONDS} s of clocks at ${CLOCKS.join(', ')}`,
      breakThings: async () => {
        await sleep((SECONDS * 1000) / 2);
        // Whoever takes over has another clock.
        await running.kill('worker-1');
        await sleep((SECONDS * 1000) / 2);
        await running.start('worker-1');
        return { killed: 1 };
      },
    });
  });

  it('restarts: while each process in turn is stopped and started anew', limits, async () => {
    const running = await start();
    await underLoad(running, {
      title: 'each process restarted in turn',
      breakThings: async () => {
        let restarts = 0;
        const endMs = performance.now() + SECONDS * 1000;
        do {
          for (const name of running.names) {
            await running.stop(name);
            await running.start(name);
            restarts += 1;
          }
        } while (performance.now() < endMs);
        return { restarts };
      },
    });
  });
});
