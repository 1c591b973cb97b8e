import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { crossFade, montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

let bench: RenderBench;
const signal = new AbortController().signal;
beforeAll(async () => {
  bench = await createRenderBench();
  await bench.media.video('plain.mp4', {
    size: '320x240',
    colors: ['aa2222'],
    secondsEach: 2,
    rate: '30000/1001',
    sound: true,
  });
  await bench.media.image('alpha.png', {
    size: '64x48',
    colors: ['ff0000', '00ff00', '0000ff', 'ffffff'],
    pixFmt: 'rgba',
  });
  await bench.media.tones('voice.wav', { hz: [440], secondsEach: 1, channels: 1, rate: 44_100 });
  await bench.media.file('text.mp4', 'no video\n'.repeat(50));
  await bench.media.file('empty.wav', '');
});
afterAll(() => bench.close());

describe('the probe of an input', () => {
  const probe = (uri: string) => bench.inspector.probe(uri, { field: 'uri', signal });

  it('returns video and audio of a video file', async () => {
    expect(await probe('plain.mp4')).toMatchObject({
      format: 'mov,mp4,m4a,3gp,3g2,mj2',
      video: {
        image: false,
        codec: 'h264',
        width: 320,
        height: 240,
        rotation: 0,
        frameRate: { num: 30000, den: 1001 },
        pixelFormat: 'yuv420p',
        alpha: false,
      },
      audio: { codec: 'aac', sampleRate: 44_100, channels: 1 },
    });
  });

  it('distinguishes an image and an audio file from a video', async () => {
    expect(await probe('alpha.png')).toMatchObject({
      durationUs: null,
      video: { image: true, alpha: true, frameRate: null, durationUs: null },
      audio: null,
    });
    expect(await probe('voice.wav')).toMatchObject({
      video: null,
      audio: { codec: 'pcm_s16le', channels: 1, durationUs: 1_000_000 },
    });
  });

  it('refuses every input that a render would refuse', async () => {
    await expect(probe('text.mp4')).rejects.toMatchObject({ failure: { reason: 'INPUT_NOT_MEDIA', field: 'uri' } });
    await expect(probe('empty.wav')).rejects.toMatchObject({ failure: { reason: 'INPUT_EMPTY', field: 'uri' } });
  });
});

describe('the check of a montage', () => {
  it('reports all problems with its inputs at once', async () => {
    const montage = montageOf(3, {
      materials: ['text.mp4', 'plain.mp4', 'gone.mp4'].map((uri, i) => ({
        uri,
        field: `spec.montage.materials[${i}].uri`,
      })),
      narration: { asset: { uri: 'empty.wav', field: 'spec.montage.narration.uri' }, gainDb: 0 },
    });
    const violations = await bench.inspector.check(montageForm(montage), { signal });
    expect(violations.map((v) => v.field)).toEqual([
      'spec.montage.materials[0].uri',
      'spec.montage.materials[2].uri',
      'spec.montage.narration.uri',
    ]);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('reports inputs that do not fit together, and none that do', async () => {
    const montage = montageOf(3, {
      materials: [0, 1, 2].map((i) => ({ uri: 'plain.mp4', field: `spec.montage.materials[${i}].uri` })),
    });
    expect(await bench.inspector.check(montageForm(montage), { signal })).toEqual([]);
    const violations = await bench.inspector.check(montageForm({ ...montage, transition: crossFade(1.5) }), { signal });
    expect(violations).toEqual([
      { field: 'spec.montage.materials[1].uri', description: expect.stringContaining('CLIP_TOO_SHORT') as string },
    ]);
  });
});
