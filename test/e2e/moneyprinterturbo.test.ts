import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colorDistance, readSound, readVideo, streamEnds, toneAt } from '../support/media-content.js';
import { createPollingClient } from '../support/polling-client.js';
import type { SpawnedService } from '../support/spawned-service.js';
import { deploy, type Deployment } from './deployment.js';

let place: Deployment;
let service: SpawnedService;
beforeAll(async () => {
  place = await deploy('SQLite');
  await place.media.video('red.mp4', { size: '160x284', colors: ['c81e1e'], secondsEach: 3 });
  await place.media.image('blue.png', { size: '160x284', colors: ['1e3cc8', '1e3cc8', '1e3cc8', '1e3cc8'] });
  await place.media.tones('voice.wav', { hz: [440], secondsEach: 3 });
  await place.media.tones('song.mp3', { hz: [200], secondsEach: 1 });
  await place.media.file('text.mp4', 'this is no video');
  service = await place.start();
});
afterAll(() => place.close());

const client = (base = service.http) => createPollingClient(base, { intervalMs: 50 });

describe('a client of MoneyPrinterTurbo that changes its host', () => {
  it('sends its materials, narration and text, and gets the video', async () => {
    const their = client(`${service.http}/api/v1`);
    expect(await their.isAlive()).toBe(true);
    const id = await their.create({
      video_subject: 'Spring',
      video_script: 'Spring is here.',
      video_terms: ['spring'],
      video_aspect: '9:16',
      video_source: 'local',
      video_materials: [
        { provider: 'local', url: place.media.path('red.mp4'), duration: 0 },
        { provider: 'local', url: 'blue.png', duration: 0 },
      ],
      video_concat_mode: 'sequential',
      video_transition_mode: 'None',
      video_clip_duration: 2,
      video_count: 1,
      custom_audio_file: 'voice.wav',
      voice_name: '',
      voice_volume: 1.0,
      bgm_type: 'custom',
      bgm_file: 'song.mp3',
      bgm_volume: 0.2,
      subtitle_enabled: true,
      subtitle_cues: [{ start: 0, end: 1, text: 'Spring' }],
      subtitle_position: 'bottom',
      font_name: 'STHeitiMedium.ttc',
      font_size: 60,
      text_fore_color: '#FFFFFF',
      stroke_color: '#000000',
      stroke_width: 1.5,
      n_threads: 2,
      paragraph_number: 1,
    });
    const seen = await their.poll(id);
    const end = seen.at(-1)!;
    expect(end).toMatchObject({ state: 1, progress: 100 });
    for (const record of seen.slice(0, -1)) {
      expect(record.state).toBe(4);
      expect(record.progress).toBeLessThan(100);
    }
    const progress = seen.map((record) => record.progress);
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(end.warnings!.map(({ field }) => field).sort()).toEqual(['font_name']);

    const [url] = end.videos!;
    const bytes = Buffer.from(await (await fetch(their.join(url!))).arrayBuffer());
    const streamed = await fetch(their.streamOf(url!), { headers: { range: 'bytes=0-99' } });
    expect([streamed.status, Buffer.from(await streamed.arrayBuffer())]).toEqual([206, bytes.subarray(0, 100)]);
    const file = place.media.path('result.mp4');
    await writeFile(file, bytes);
    // As long as the narration: two seconds of the video, one of the image.
    expect((await streamEnds(file)).videoFrames).toBe(90);
    // A tenth of its size, or its pictures are half a gigabyte.
    const video = await readVideo(await place.media.make('small.mp4', ['-i', file, '-vf', 'scale=iw/10:ih/10', '-an']));
    expect([video.width, video.height]).toEqual([108, 192]);
    expect(colorDistance(video.colorAt(30, 0.5, 0.25), 'c81e1e')).toBeLessThan(8);
    expect(colorDistance(video.colorAt(75, 0.5, 0.25), '1e3cc8')).toBeLessThan(8);
    const { left } = await readSound(file);
    expect(toneAt(left, 440, 0.5, 2.5)).toBeGreaterThan(0.2);
    expect(toneAt(left, 200, 0.2, 1)).toBeGreaterThan(0.02);

    expect((await their.list(1, 10)).tasks.map((task) => task.task_id)).toContain(id);
    await their.remove(id);
    await expect(their.read(id)).rejects.toThrow('404');
    expect((await fetch(url!)).status).toBe(404);
  });

  it('sees the reason of a failed task, and the file at fault', async () => {
    const their = client();
    const id = await their.create({
      video_subject: 's',
      video_materials: [{ url: 'text.mp4' }],
      custom_audio_file: 'voice.wav',
      bgm_type: '',
    });
    const end = (await their.poll(id)).at(-1)!;
    expect(end).toMatchObject({
      state: -1,
      failed_stage: 'materials',
      error: expect.stringMatching(/^INPUT_NOT_MEDIA: video_materials\[0\]\.url: /) as string,
    });
    expect(JSON.stringify(end)).not.toContain(place.media.folder);
  });

  it('cannot read other files of the server', async () => {
    const their = client();
    for (const path of ['/etc/passwd', '../../../etc/passwd', 'file:///etc/passwd']) {
      await expect(
        their.create({
          video_subject: 's',
          video_materials: [{ url: 'blue.png' }],
          custom_audio_file: path,
          bgm_type: '',
        }),
      ).rejects.toThrow(/^400: custom_audio_file: /);
    }
  });
});
