import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ForeignClient } from '../support/foreign-client.js';
import { createStandInFfmpeg, WITHOUT_DEVICES, type StandInFfmpeg } from '../support/stand-in-ffmpeg.js';
import { deploy, submit, watchToEnd, type Deployment } from './deployment.js';

let place: Deployment;
let standIn: StandInFfmpeg;
beforeEach(async () => {
  place = await deploy('SQLite');
  standIn = await createStandInFfmpeg();
  await place.media.video('busy.mp4', { size: '320x240', colors: [], secondsEach: 4, source: 'testsrc2' });
});
afterEach(async () => {
  await place.close();
  await standIn.remove();
});

async function rendered(client: ForeignClient, resolution: number) {
  const { name } = await submit(client, { materials: [{ uri: 'busy.mp4' }], longest_clip: { seconds: 4 }, resolution });
  return (await watchToEnd(client, name)).at(-1)!.task;
}

const warnings = (log: readonly string[]) =>
  log
    .map((line) => JSON.parse(line) as { readonly level: number; readonly msg: string; readonly failed?: object })
    .filter(({ level }) => level >= 40);

it('a service whose hardware encoders do not work says so once, and renders by software', async () => {
  const service = await place.start({ ...WITHOUT_DEVICES, CUTROOM_HARDWARE_ENCODER: 'auto' });
  const client = place.client(service);
  const { builds } = (await client.call('GetCapabilities', {})) as { builds: readonly Record<string, unknown>[] };
  expect(builds).toMatchObject([{ h264_encoder: 'libx264', hevc_encoder: 'libx265' }]);
  expect(builds[0]?.failed_encoders).toMatchObject(
    ['h264_nvenc', 'h264_vaapi', 'h264_qsv'].map((encoder) => ({
      encoder,
      reason: expect.stringMatching(/.{10}/) as string,
    })),
  );
  expect(warnings(service.log)).toMatchObject([
    {
      level: 40,
      msg: 'no hardware encoder works, and videos are encoded by software',
      failed: { h264_nvenc: expect.stringMatching(/.{10}/) as string },
    },
  ]);
  expect(await rendered(client, 144)).toMatchObject({ state: 'SUCCEEDED' });
});

it('a task whose device is lost after the start succeeds by software, with a warning', async () => {
  const service = await place.start({ CUTROOM_HARDWARE_ENCODER: 'nvenc', CUTROOM_FFMPEG: standIn.ffmpeg });
  const client = place.client(service);
  expect(await client.call('GetCapabilities', {})).toMatchObject({
    builds: [{ h264_encoder: 'h264_nvenc', hevc_encoder: 'hevc_nvenc' }],
  });
  const trials = (await standIn.asked()).length;
  const first = await rendered(client, 144);
  expect(first).toMatchObject({ state: 'SUCCEEDED', attempt: 1 });
  expect(first.warnings ?? []).toEqual([]);
  expect((await standIn.asked()).slice(trials)).toEqual(['h264_nvenc']);
  await standIn.lose('OpenEncodeSessionEx failed: out of memory (10): (no details)');
  const second = await rendered(client, 160);
  expect(second).toMatchObject({ state: 'SUCCEEDED', attempt: 1, outputs: [{ frame_count: 120 }] });
  expect(second.warnings).toMatchObject([
    { code: 'HARDWARE_ENCODER_FAILED', message: expect.stringContaining('OpenEncodeSessionEx failed') as string },
  ]);
});
