import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OutputSpec } from '../../../generated/cutroom/v1/output_spec.js';
import { montageForm } from '../../../src/composition/montage/montage-form.js';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { printResolution } from '../../../src/wire/print-resolution.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { crossFade, montageOf } from '../../support/montage.js';
import { formOf, timelineSpec } from '../../support/timeline.js';
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
    const violations = await bench.inspector.check(montageForm(montage), { signal, specJson: '' });
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
    expect(await bench.inspector.check(montageForm(montage), { signal, specJson: '' })).toEqual([]);
    const violations = await bench.inspector.check(montageForm({ ...montage, transition: crossFade(1.5) }), {
      signal,
      specJson: '',
    });
    expect(violations).toEqual([
      { field: 'spec.montage.materials[1].uri', description: expect.stringContaining('CLIP_TOO_SHORT') as string },
    ]);
  });
});

describe('the resolution of a spec', () => {
  const clip = (field: string, startFrame: number, frames: number, more: object = {}) => ({
    field,
    id: '',
    startFrame,
    frames,
    transitionFrames: 0,
    ...more,
  });

  it('has the times of every clip of a timeline, by the lengths of its inputs', async () => {
    const form = formOf({
      canvas: { width: 64, height: 36, frameRate: '30000/1001' },
      tracks: [
        {
          id: 'pictures',
          clips: [
            { id: 'a', video: { uri: 'plain.mp4', trimStart: '0.5s', speed: 2 } },
            { image: { uri: 'alpha.png' }, duration: '3s', transition: { duration: '0.25s' } },
          ],
        },
        { clips: [{ audio: { uri: 'voice.wav' }, startWith: 'a', offset: '0.5s' }] },
        { clips: [{ subtitles: { cues: { cues: [{ start: '0.5s', end: '1s', text: 'Hello' }] } }, toEnd: true }] },
      ],
    });
    const { violations, resolution } = await bench.inspector.resolve(
      { form, outputs: DEFAULT_OUTPUTS },
      { signal, specJson: '' },
    );
    expect(violations).toEqual([]);
    const tracks = 'spec.timeline.tracks';
    // 2 s of 59.94 frames give 2.002 s, of which 0.751 s are left after the trim at speed 2: 22 or 23 frames, and 7 of them fade.
    expect(resolution?.videos).toEqual([
      {
        outline: {
          ...{ width: 64, height: 36, frameRate: { num: 30_000, den: 1_001 }, frames: 105 },
          tracks: [
            {
              field: `${tracks}[0]`,
              id: 'pictures',
              clips: [
                clip(`${tracks}[0].clips[0]`, 0, 23, { id: 'a' }),
                clip(`${tracks}[0].clips[1]`, 15, 90, { transitionFrames: 8 }),
              ],
            },
            { field: `${tracks}[1]`, id: '', clips: [clip(`${tracks}[1].clips[0]`, 15, 30)] },
            { field: `${tracks}[2]`, id: '', clips: [clip(`${tracks}[2].clips[0]`, 0, 105)] },
          ],
        },
        cues: [{ startUs: 500_000, endUs: 1_000_000, text: 'Hello' }],
      },
    ]);
    expect(resolution?.estimate.pixelFrames).toBe(64 * 36 * 105);
    expect(resolution?.estimate.cpuUs).toBeGreaterThan(0);
    // The frames are those of the render.
    const { output } = await bench.render(form);
    expect(output.frameCount).toBe(105);
    expect(await bench.leftovers()).toEqual([]);
  });

  it('has the materials of each variant of a montage, its sound and its cues', async () => {
    const uri = (name: string, field: string) => ({ uri: name, field: `spec.montage.${field}.uri` });
    const montage = montageOf(2, {
      materials: [0, 1].map((i) => uri('plain.mp4', `materials[${i}]`)),
      longestClipUs: 600_000,
      narration: { asset: uri('voice.wav', 'narration'), gainDb: 0 },
      variants: 2,
    });
    const spec = { form: montageForm(montage), outputs: DEFAULT_OUTPUTS };
    const { resolution } = await bench.inspector.resolve(spec, { signal, specJson: '' });
    const video = {
      outline: {
        ...{ width: montage.width, height: montage.height, frameRate: { num: 30, den: 1 }, frames: 30 },
        tracks: [
          {
            field: 'spec.montage.materials',
            id: '',
            clips: [clip('spec.montage.materials[0]', 0, 18), clip('spec.montage.materials[1]', 18, 12)],
          },
          { field: 'spec.montage.narration', id: '', clips: [clip('spec.montage.narration', 0, 30)] },
        ],
      },
      cues: [],
    };
    expect(resolution?.videos).toEqual([video, video]);
    expect(resolution?.estimate.pixelFrames).toBe(2 * 30 * montage.width * montage.height);
  });

  it('has violations in its place: of inputs, and of outputs that no frame of the video has', async () => {
    const resolve = async (uri: string, range: object) => {
      const timeline = { tracks: [{ clips: [{ video: { uri } }] }] };
      const parsed = parseSpec({
        ...timelineSpec(timeline),
        outputs: parseOutputsOf(range),
      });
      if (!parsed.form) throw new Error(JSON.stringify(parsed.violations));
      return bench.inspector.resolve({ form: parsed.form, outputs: parsed.outputs }, { signal, specJson: '' });
    };
    expect(await resolve('gone.mp4', {})).toMatchObject({
      violations: [{ field: 'spec.timeline.tracks[0].clips[0].video.uri' }],
      resolution: null,
    });
    expect(await resolve('plain.mp4', { start: { seconds: 5n, nanos: 0 } })).toMatchObject({
      violations: [{ field: 'spec.outputs[0].range', description: /^RANGE_OUTSIDE_VIDEO/ }],
      resolution: null,
    });
  });

  it('is listed up to 10,000 clips and 1,000 subtitles in one answer', () => {
    const rate = { num: 25, den: 1 };
    const clips = Array.from({ length: 6_000 }, (_, i) => clip('c', i, 1));
    const cues = Array.from({ length: 700 }, (_, i) => ({ startUs: i, endUs: i + 1, text: '🎬'.repeat(201) }));
    const outline = { width: 2, height: 2, frameRate: rate, frames: 6_000, tracks: [{ field: 't', id: '', clips }] };
    const { videos } = printResolution({
      videos: [
        { outline, cues },
        { outline, cues },
      ],
      warnings: [],
      estimate: { pixelFrames: 1, cpuUs: 1 },
    });
    expect(videos.map(({ tracks, cues: listed }) => [tracks[0]?.clips.length, listed.length])).toEqual([
      [6_000, 700],
      [4_000, 300],
    ]);
    expect(videos.map(({ tracks, cueCount }) => [tracks[0]?.clipCount, cueCount])).toEqual([
      [6_000, 700],
      [6_000, 700],
    ]);
    expect(videos[0]?.cues[0]?.text).toBe(`${'🎬'.repeat(200)}…`);
    expect(videos[0]?.tracks[0]?.clips[1]).toMatchObject({
      start: { nanos: 40_000_000 },
      duration: { nanos: 40_000_000 },
    });
  });
});

function parseOutputsOf(range: object) {
  return [OutputSpec.fromPartial({ kind: { $case: 'mp4', value: {} }, range })];
}
