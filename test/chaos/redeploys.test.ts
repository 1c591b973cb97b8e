import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { deploy, get, submit } from '../e2e/deployment.js';

/** `docker stop` and its kin: SIGTERM, and SIGKILL so long after it. */
const SUPERVISOR_PATIENCE_MS = 10_000;
const REDEPLOYS = 4;

it('a long render loses only time in redeploys', async () => {
  const place = await deploy('SQLite');
  try {
    await place.media.video('busy.mp4', { size: '640x360', colors: [], secondsEach: 3, source: 'testsrc2' });
    let service = await place.start();
    const montage = {
      materials: Array.from({ length: 100 }, () => ({ uri: 'busy.mp4' })),
      longest_clip: { seconds: 3 },
      resolution: 1080,
    };
    const { name } = await submit(place.client(service), montage);
    for (let n = 1; n <= REDEPLOYS; n += 1) {
      const client = place.client(service);
      await eventually(
        `frames of attempt ${n}`,
        async () => ((await get(client, name)).progress_detail?.frames_done ?? 0) > 0,
        60_000,
      );
      const old = service;
      const timer = setTimeout(() => {
        old.signal('SIGKILL');
      }, SUPERVISOR_PATIENCE_MS);
      expect(await service.stop(), 'ended by itself').toBe(0);
      clearTimeout(timer);
      service = await place.start();
    }
    const client = place.client(service);
    await eventually('one more attempt', async () => (await get(client, name)).attempt === REDEPLOYS + 1, 30_000);
    const { state, failures, error } = await get(client, name);
    expect({ state, failures: failures ?? 0, error: error ?? null }).toEqual({
      state: 'RUNNING',
      failures: 0,
      error: null,
    });
    expect(place.log().some((line) => line.includes('recovered from a lost worker'))).toBe(false);
  } finally {
    await place.close();
  }
}, 300_000);
