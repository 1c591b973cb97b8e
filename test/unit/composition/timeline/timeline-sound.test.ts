import { describe, expect, it } from 'vitest';
import { color, composed, image, inputs, small, video } from '../../../support/small-timeline.js';
import { compose, formOf } from '../../../support/timeline.js';

describe('the sound of a timeline', () => {
  it('is that of audio and of videos that have some and are not muted', () => {
    const timeline = {
      tracks: [
        {
          clips: [
            { ...video(), duration: '2s' },
            { ...video({ muted: true }), duration: '2s' },
          ],
        },
        { muted: true, clips: [{ ...video(), duration: '2s' }] },
        {
          clips: [
            { ...video({ uri: 'silent.mp4' }), duration: '2s' },
            { audio: { uri: 'a.wav', trimStart: '0.5s' }, duration: '1s' },
          ],
        },
      ],
    };
    const { audio } = compose(timeline, { ...inputs, visual: { 'v.mp4': 10, 'silent.mp4': 9 } }).composition;
    expect(
      audio.map(({ asset, startSample, samples, trimStartSamples }) => [
        asset.uri,
        startSample,
        samples,
        trimStartSamples,
      ]),
    ).toEqual([
      ['v.mp4', 0, 96_000, undefined],
      ['a.wav', 96_000, 48_000, 24_000],
    ]);
    expect(formOf(timeline).inputs.filter(({ role }) => role === 'audio')).toMatchObject([
      { asset: { uri: 'v.mp4' }, optional: true, measured: false },
      { asset: { uri: 'silent.mp4' }, optional: true },
      { asset: { uri: 'a.wav' }, measured: false },
    ]);
  });

  it('cross-fades along transitions, at least as long as its own fades', () => {
    const { audio } = composed(
      small(
        { ...video({ sound: { fadeIn: '1s', fadeOut: '0.1s' } }), duration: '2s' },
        { ...video({ sound: { fadeIn: '1s' } }), duration: '2s', transition: { duration: '0.4s' } },
      ),
    );
    expect(audio.map(({ fadeInSamples, fadeOutSamples }) => [fadeInSamples, fadeOutSamples])).toEqual([
      [48_000, 19_200],
      [48_000, 0],
    ]);
  });

  it('follows keyframes of its gain, in samples', () => {
    const keyframes = [
      { property: 'PROPERTY_GAIN_DB', value: -10 },
      { property: 'PROPERTY_GAIN_DB', time: '1s', value: 0 },
    ];
    const { audio } = composed(small({ audio: { uri: 'a.wav', speed: 2 }, duration: '2s', keyframes }));
    expect(audio).toMatchObject([
      {
        speed: 2,
        gainDb: [
          { at: 0, value: -10 },
          { at: 48_000, value: 0 },
        ],
      },
    ]);
  });

  it('moves its gain to the end of the last frame', () => {
    const keyframes = [
      { property: 'PROPERTY_GAIN_DB', value: -10 },
      { property: 'PROPERTY_GAIN_DB', time: '3s', value: 20 },
    ];
    const clip = { audio: { uri: 'a.wav' }, duration: '2s', keyframes };
    const { audio } = composed({ ...small(clip), canvas: { width: 64, height: 64, frameRate: '1' } });
    expect(audio[0]?.gainDb).toEqual([
      { at: 0, value: -10 },
      { at: 96_000, value: 10 },
    ]);
  });

  it.each(['30', '30000/1001', '7/3', '1'])('steps its gain within a sample at %s frames per second', (frameRate) => {
    const keyframes = [
      { property: 'PROPERTY_GAIN_DB', value: -10 },
      { property: 'PROPERTY_GAIN_DB', time: '1s', value: 0, easing: 'step-end' },
      { property: 'PROPERTY_GAIN_DB', time: '2s', value: -20, easing: 'step-start' },
      { property: 'PROPERTY_GAIN_DB', time: '3s', value: -20 },
      { property: 'PROPERTY_GAIN_DB', time: '4s', value: -5, easing: 'step-end' },
    ];
    const clip = { audio: { uri: 'a.wav' }, duration: '6s', keyframes };
    const { audio } = composed({ ...small(clip), canvas: { width: 64, height: 64, frameRate } });
    const { gainDb } = audio[0]!;
    const [first, second, third, fourth, ...more] = typeof gainDb === 'number' ? [] : gainDb;
    expect(more).toEqual([]);
    expect([first, second, third, fourth].map((key) => key?.value)).toEqual([-10, -20, -20, -5]);
    expect(second!.at - first!.at).toBe(1);
    expect(fourth!.at - third!.at).toBe(1);
  });

  it('has the channels that are asked for, of audio and of videos', () => {
    const right = { sound: { channels: 'CHANNELS_RIGHT' } };
    const both = small({ audio: { uri: 'a.wav', ...right } }, { ...video(right), duration: '1s' });
    expect(composed(both).audio.map(({ channels }) => channels)).toEqual(['RIGHT', 'RIGHT']);
  });

  it('is silent while a frame stands', () => {
    const { audio } = composed(
      small({ ...video({ trimStart: '9s', shortSource: 'SHORT_SOURCE_HOLD' }), duration: '3s' }),
    );
    expect(audio).toMatchObject([{ startSample: 0, samples: 48_000 }]);
  });

  it('goes over buses where tracks are changed as a whole', () => {
    const music = { audio: { uri: 'a.wav', loop: true }, toEnd: true };
    const timeline = {
      tracks: [
        { clips: [image] },
        { id: 'music', gainDb: -6, duck: { under: 'voice' }, clips: [music] },
        { id: 'voice', clips: [{ audio: { uri: 'a.wav' } }] },
        { clips: [{ ...video(), duration: '1s' }], duck: { under: 'none' } },
        { id: 'none', clips: [color] },
      ],
    };
    const { audio, buses } = composed(timeline);
    expect(buses).toEqual([
      { gainDb: -6, duck: { under: 1, amountDb: 12, attackUs: 50_000, releaseUs: 400_000 } },
      { gainDb: 0, duck: null },
    ]);
    expect(audio.map(({ bus, loop }) => [bus, loop])).toEqual([
      [0, true],
      [1, false],
      [undefined, false],
    ]);
  });
});
