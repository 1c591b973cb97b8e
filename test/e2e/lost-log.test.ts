import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createMediaKit } from '../fixtures/media-kit.js';
import { eventually } from '../support/eventually.js';
import { connect } from '../support/foreign-client.js';
import { spawnService } from '../support/spawned-service.js';
import { get, submit } from './deployment.js';

it('a service whose log cannot be written continues to render, counts the lost lines, and stops on request', async () => {
  const media = await createMediaKit();
  const dataDir = await mkdtemp(join(tmpdir(), 'cutroom-e2e-'));
  await media.video('clip.mp4', { size: '320x180', colors: ['ff0000'], secondsEach: 1 });
  const full = openSync('/dev/full', 'w');
  const service = await spawnService(
    { CUTROOM_DATA_DIR: dataDir, CUTROOM_INPUT_ROOTS: media.folder },
    { stderr: full },
  );
  closeSync(full);
  const client = connect(service.grpc);
  try {
    const { name } = await submit(client, {
      materials: [{ uri: 'clip.mp4' }],
      longest_clip: { seconds: 1 },
      resolution: 240,
    });
    await eventually('the video', async () => (await get(client, name)).state === 'SUCCEEDED', 60_000);
    const page = await (await fetch(`${service.http}/metrics`)).text();
    expect(Number(/^cutroom_log_lines_lost_total (\d+)$/m.exec(page)?.[1])).toBeGreaterThan(2);
    expect(await service.stop()).toBe(0);
  } finally {
    client.close();
    await service.kill();
    await media.remove();
    await rm(dataDir, { recursive: true, force: true });
  }
});
