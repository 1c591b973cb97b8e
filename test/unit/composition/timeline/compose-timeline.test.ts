import { describe, expect, it } from 'vitest';
import type { Keyframes } from '../../../../src/composition/animated.js';
import {
  type CaptionLayer,
  type ClipLayer,
  type Composition,
  type VisualClip,
  visualClips,
} from '../../../../src/composition/composition.js';
import { color, composed, image, inputs, small, video } from '../../../support/small-timeline.js';
import { compose, type Json, track } from '../../../support/timeline.js';

const only = (timeline: Json): VisualClip => visualClips(composed(timeline))[0]!;
const layersOf = ({ layers }: Composition) => layers.filter((layer): layer is ClipLayer => layer.kind === 'clips');
const kindsOf = (composition: Composition) =>
  layersOf(composition).map(({ clips }) =>
    clips.map(({ asset }) => composition.drawings?.find(({ uri }) => uri === asset.uri)?.content.kind ?? asset.uri),
  );

describe('the place of a clip', () => {
  it('is absent for a clip that stands in the whole canvas without any look', () => {
    for (const fit of ['FIT_COVER', 'FIT_CONTAIN'])
      expect(
        only(small({ ...image, layout: { fit }, opacity: 0.5, enter: {}, motion: { kind: 'KIND_ZOOM_IN' } })),
      ).not.toHaveProperty('placement');
    for (const look of [
      { rotation: 1 },
      { flipVertical: true },
      { blend: 'BLEND_MODE_ADD' },
      { blur: 1 },
      { cornerRadius: 1 },
      { layout: { crop: { x: 1 } } },
      { layout: { focus: { x: 1 } }, motion: { kind: 'KIND_ZOOM_IN' } },
      { chromaKey: { color: '#00ff00' } },
    ])
      expect(only(small({ ...image, ...look }))).toHaveProperty('placement');
    const focused = only(small({ ...image, layout: { focus: { x: 10, y: 50 } } }));
    expect(focused).toMatchObject({ focus: { x: 0.1, y: 0.5 } });
    expect(focused).not.toHaveProperty('placement');
  });

  it.each([
    ['ANCHOR_TOP_LEFT', 350, 175],
    ['ANCHOR_TOP', 250, 175],
    ['ANCHOR_TOP_RIGHT', 150, 175],
    ['ANCHOR_LEFT', 350, 125],
    ['ANCHOR_CENTER', 250, 125],
    ['ANCHOR_RIGHT', 150, 125],
    ['ANCHOR_BOTTOM_LEFT', 350, 75],
    ['ANCHOR_BOTTOM', 250, 75],
    ['ANCHOR_BOTTOM_RIGHT', 150, 75],
  ])('is counted from its anchor: %s', (anchor, x, y) => {
    const layout = { box: { x: 25, y: 25, width: 20, height: 20 }, anchor };
    expect(only(small({ ...image, layout })).placement).toMatchObject({ x, y, width: 200, height: 100, scaleX: 1 });
  });

  it.each([{ ...image }, { ...color }])('ends on the pixel on which one that touches it begins', (asset) => {
    const edges = Array.from({ length: 7 }, (_, i) => (100 * i) / 7);
    const placed = edges.map((x) => {
      const layout = { anchor: 'ANCHOR_TOP_LEFT', box: { x, y: 0, width: 100 / 7, height: 100 / 7 } };
      const { x: middle, width } = only(small({ ...asset, layout })).placement!;
      const left = Math.round(Number(middle) - width / 2) + 0;
      return { left, right: left + width };
    });
    expect(placed.map(({ left }) => left)).toEqual(edges.map((x) => Math.round(10 * x)));
    expect(placed.slice(0, -1).map(({ right }) => right)).toEqual(placed.slice(1).map(({ left }) => left));
  });

  it('ends in the middle of a pixel where one that touches it begins there, whatever is left of reckoning its place', () => {
    const canvas = { width: 180, height: 180, frameRate: '25' };
    const edgesOf = (box: Json) => {
      const clip = { ...image, layout: { anchor: 'ANCHOR_TOP_LEFT', box: { ...box, y: 0, height: 50 } } };
      const { x, width } = visualClips(composed({ canvas, ...track(clip) }))[0]!.placement!;
      return { left: Math.round(Number(x) - width / 2), right: Math.round(Number(x) - width / 2) + width };
    };
    // 13.5 pixels.
    const edge = 7.5;
    expect(edgesOf({ x: edge, width: 10 }).left).toBe(14);
    for (let tenth = 1; tenth < 10 * edge; tenth += 1)
      expect(edgesOf({ x: tenth / 10, width: (10 * edge - tenth) / 10 }).right, `${tenth / 10}`).toBe(14);
  });

  it('follows keyframes, by factors of the largest box', () => {
    const keyframes = [
      { property: 'PROPERTY_X', value: 0 },
      { property: 'PROPERTY_X', time: '2s', value: 50 },
      { property: 'PROPERTY_WIDTH', value: 10 },
      { property: 'PROPERTY_WIDTH', time: '2s', value: 40 },
    ];
    const { placement } = only(small({ ...image, duration: '4s', keyframes }));
    expect(placement).toMatchObject({
      width: 400,
      x: [
        { at: 0, value: 50 },
        { at: 50, value: 700 },
      ],
      scaleX: [
        { at: 0, value: 0.25 },
        { at: 50, value: 1 },
      ],
      scaleY: 1,
      y: 250,
    });
  });

  it('has the shape that keyframes give it, also where a zoom is over when they have made it lower', () => {
    const keyframes = [
      { property: 'PROPERTY_HEIGHT', value: 80 },
      { property: 'PROPERTY_HEIGHT', time: '1s', value: 40 },
    ];
    const enter = { kind: 'KIND_ZOOM', duration: '1s' };
    expect(only(small({ ...image, duration: '2s', enter, keyframes })).placement).toMatchObject({
      width: 1000,
      height: 400,
    });
  });

  it('has a key on each frame of an easing that is not linear, and none between the frames of a step', () => {
    const eased = (easing: string) => {
      const { opacity } = only(
        small({
          ...image,
          keyframes: [
            { property: 'PROPERTY_OPACITY', time: '1s' },
            { property: 'PROPERTY_OPACITY', time: '2s', value: 1, easing },
          ],
        }),
      );
      return typeof opacity === 'number' ? [] : opacity;
    };
    const ease = eased('ease');
    expect(ease.map(({ at }) => at).filter((at) => at >= 25 && at <= 50)).toEqual(
      Array.from({ length: 26 }, (_, i) => 25 + i),
    );
    expect(ease.find(({ at }) => at === 37)?.value).toBeCloseTo(0.78177, 4);
    expect(eased('linear')).toEqual([
      { at: 25, value: 0 },
      { at: 50, value: 1 },
    ]);
    expect(eased('step-end').map(({ at, value }) => [at, value])).toEqual([
      [49, 0],
      [50, 1],
    ]);
    expect(eased('step-start').map(({ at, value }) => [at, value])).toEqual([
      [24, 0],
      [25, 1],
    ]);
  });
});

describe('an animation of a clip', () => {
  it('fades over its keyframes: both are multiplied on each frame', () => {
    const keyframes = [
      { property: 'PROPERTY_OPACITY', value: 1 },
      { property: 'PROPERTY_OPACITY', time: '1s', value: 0.5 },
    ];
    const { opacity } = only(small({ ...image, keyframes, enter: { duration: '1s' }, exit: { duration: '0.4s' } }));
    const at = (frame: number) => (opacity as Keyframes).find((key) => key.at === frame)?.value;
    expect(at(10)).toBeCloseTo(0.4 * 0.8, 9);
    expect(at(20)).toBeCloseTo(0.8 * 0.6, 9);
    expect(at(115)).toBeCloseTo(0.5, 9);
    expect(at(124)).toBeCloseTo(0.05, 9);
  });

  it.each([
    ['KIND_SLIDE_LEFT', 'x', 1100, -100],
    ['KIND_SLIDE_RIGHT', 'x', -100, 1100],
    ['KIND_SLIDE_UP', 'y', 550, -50],
    ['KIND_SLIDE_DOWN', 'y', -50, 550],
  ] as const)('slides from and to just beyond the canvas: %s', (kind, axis, from, to) => {
    const layout = { box: { x: 10, y: 10, width: 20, height: 20 } };
    const clip = {
      ...image,
      layout,
      enter: { kind, easing: 'linear' },
      exit: { kind, easing: 'linear', duration: '1s' },
    };
    const keys = only(small(clip)).placement?.[axis] as Keyframes;
    const rest = axis === 'x' ? 200 : 100;
    expect(keys[0]).toEqual({ at: 0, value: from });
    expect(keys.filter(({ at }) => at === 13 || at === 100).map(({ value }) => value)).toEqual([rest, rest]);
    expect(keys.at(-1)).toEqual({ at: 124, value: rest + ((to - rest) * 24) / 25 });
  });

  it('zooms by the factors of its box', () => {
    const { placement } = only(small({ ...image, enter: { kind: 'KIND_ZOOM', duration: '1s', easing: 'linear' } }));
    expect(placement).toMatchObject({
      width: 1000,
      scaleX: [
        { at: 0, value: 0 },
        { at: 25, value: 1 },
      ],
      x: 500,
    });
  });

  it('wipes by a transition from and to a picture with nothing in it', () => {
    const composition = composed(
      small({
        ...image,
        start: '1s',
        enter: { kind: 'KIND_WIPE_LEFT', duration: '1s' },
        exit: { kind: 'KIND_WIPE_DOWN' },
      }),
    );
    expect(visualClips(composition)).toMatchObject([
      { startFrame: 25, frames: 25, transition: null },
      { startFrame: 25, frames: 125, transition: { kind: 'wipeleft', frames: 25 }, asset: { uri: 'i.png' } },
      { startFrame: 137, frames: 13, transition: { kind: 'wipedown', frames: 13 } },
    ]);
    expect(composition.drawings).toMatchObject([{ content: { kind: 'COLOR', color: { a: 0 } } }]);
  });

  it('wipes a clip that is mixed with what is below it', () => {
    const wipes = { enter: { kind: 'KIND_WIPE_LEFT' }, exit: { kind: 'KIND_WIPE_UP' } };
    const clips = visualClips(composed(small({ ...image, blend: 'BLEND_MODE_MULTIPLY', ...wipes })));
    expect(clips.map(({ placement }) => placement?.blend)).toEqual(['MULTIPLY', 'MULTIPLY', 'MULTIPLY']);
  });

  it('wipes within its frames, though both times are rounded up', () => {
    const wipe = { kind: 'KIND_WIPE_LEFT', duration: '0.06s' };
    const clips = visualClips(composed(small({ ...image, duration: '0.12s', enter: wipe, exit: wipe })));
    expect(clips.map(({ frames, transition }) => [frames, transition?.frames])).toEqual([
      [2, undefined],
      [3, 2],
      [1, 1],
    ]);
  });

  it('plays backwards from where it would end, also when the video ends before it', () => {
    const clips = [
      { ...video({ reverse: true, trimStart: '6s', speed: 2 }) },
      { ...video({ reverse: true }), duration: '9s' },
    ];
    const { layers, audio } = composed({ ...small(...clips), duration: '4s' });
    const shown = layers.flatMap((layer) => (layer.kind === 'clips' ? layer.clips : []));
    expect(shown.map(({ frames, backwardsFrom }) => [frames, backwardsFrom])).toEqual([
      [50, 50],
      [50, 225],
    ]);
    expect(audio.map(({ samples, backwardsFrom }) => [samples, backwardsFrom])).toEqual([
      [96_000, 96_000],
      [96_000, 432_000],
    ]);
  });

  it('fails where a video that plays backwards lacks its end, though the timeline ends before that', () => {
    const clip = (reverse: boolean) => ({ ...small({ ...video({ reverse }), duration: '11s' }), duration: '2s' });
    expect(composed(clip(false)).frames).toBe(50);
    expect(() => composed(clip(true))).toThrow(/makes a clip of 11 s, but its video gives 10 s/);
  });

  it('is moved to each piece of a video that begins again', () => {
    const clip = { ...video({ trimStart: '8s', shortSource: 'SHORT_SOURCE_LOOP' }), duration: '5s' };
    const clips = visualClips(
      composed(small({ ...clip, enter: { duration: '3s' }, motion: { kind: 'KIND_ZOOM_IN' } })),
    );
    expect(
      clips.map(({ startFrame, frames, trimStartUs, opacity }) => [
        startFrame,
        frames,
        trimStartUs,
        (opacity as Keyframes)[0].at,
      ]),
    ).toEqual([
      [0, 50, 8_000_000, 0],
      [50, 50, 8_000_000, -50],
      [100, 25, 8_000_000, -100],
    ]);
    expect(clips[1]?.effects).toMatchObject([
      {
        kind: 'ZOOM',
        scale: [
          { at: -50, value: 1 },
          { at: 74, value: 1.15 },
        ],
      },
    ]);
  });
});

describe('what is drawn around a clip', () => {
  const decorated = {
    ...image,
    layout: { box: { width: 20, height: 20 } },
    border: { width: 10.8 },
    shadow: { x: 0, y: 0, blur: 10.8 },
  };

  it('lies below and above it, with the same middle', () => {
    const composition = composed(small({ ...decorated, cornerRadius: 54 }));
    expect(kindsOf(composition)).toEqual([['BOX_SHADOW'], ['i.png'], ['BORDER']]);
    const [shadow, main, border] = visualClips(composition).map(({ placement }) => placement!);
    expect([shadow, main, border].map((placement) => [placement?.x, placement?.y])).toEqual([
      [100, 50],
      [100, 50],
      [100, 50],
    ]);
    expect(shadow).toMatchObject({ width: 230, height: 130 });
    expect(border).toMatchObject({ width: 210, height: 110 });
    expect(composition.drawings?.map(({ content }) => content)).toMatchObject([
      { kind: 'BOX_SHADOW', box: { width: 200, height: 100, radius: 25 }, overlap: 1.5 },
      { kind: 'BORDER', line: 5, radius: 25 },
      { kind: 'ROUNDED_MASK', box: { width: 201.5, height: 101.5, radius: 25.75 } },
    ]);
    expect(main?.mask?.uri).toBe(composition.drawings?.[2]?.uri);
  });

  it('reaches over no part of a clip that is seen through it', () => {
    for (const change of [{ opacity: 0.5 }, { border: { width: 10.8, color: '#FFFFFF80' } }]) {
      const { drawings } = composed(small({ ...decorated, ...change, cornerRadius: 54 }));
      const mask = { kind: 'ROUNDED_MASK', box: { width: 200, height: 100, radius: 25 } };
      expect(drawings?.map(({ content }) => content)).toContainEqual(mask);
    }
  });

  it.each([
    ['stands', {}, 0],
    ['is turned', { rotation: 30 }, 1.5],
    ['has round corners', { cornerRadius: 54 }, 1.5],
    ['is seen through', { rotation: 30, opacity: 0.5 }, 0],
    ['is mixed with it', { rotation: 30, blend: 'BLEND_MODE_MULTIPLY' }, 0],
    ['is a translucent surface', { rotation: 30, image: undefined, color: { color: '#FF000080' } }, 0],
  ])('has a shadow that reaches as far under a clip as that hides it: one that %s', (_, change, overlap) => {
    const clip = Object.entries({ ...decorated, ...change }).filter(([, value]) => value !== undefined);
    const { drawings } = composed(small(Object.fromEntries(clip)));
    expect(drawings?.[0]?.content).toMatchObject({ kind: 'BOX_SHADOW', overlap });
  });

  it('has a border that reaches over a clip that is turned or moved, so that nothing shows between', () => {
    const moves = { keyframes: [{ property: 'PROPERTY_X' }, { property: 'PROPERTY_X', time: '1s', value: 10 }] };
    for (const change of [{ rotation: 30 }, moves]) {
      const { drawings } = composed(small({ ...decorated, ...change, cornerRadius: 54 }));
      expect(drawings?.[1]?.content).toMatchObject({ kind: 'BORDER', line: 5.75, radius: 24.25 });
    }
  });

  it('goes through the transitions of its clip, beside clips without any as well', () => {
    const composition = composed(small(decorated, { ...image, transition: { kind: 'slideup' } }, image));
    const transition = { kind: 'slideup', frames: 12 };
    const row = [{ startFrame: 0, transition: null }, { transition }];
    expect(layersOf(composition).map(({ clips }) => clips)).toMatchObject([row, [...row, { transition: null }], row]);
  });

  it('is drawn once for equal clips', () => {
    const { drawings } = composed(small(decorated, decorated, { ...color }, { ...color }));
    expect(drawings?.map(({ content }) => content.kind)).toEqual(['BOX_SHADOW', 'BORDER', 'COLOR']);
    expect(new Set(drawings?.map(({ uri }) => uri)).size).toBe(3);
  });
});

describe('text', () => {
  it('is drawn in the size of its box', () => {
    const composition = composed(
      small({ text: { text: 'Hi', font: 'Own.ttf' }, layout: { box: { width: 33.33, height: 10 } } }),
    );
    expect(composition.drawings).toMatchObject([
      { width: 333, height: 50, content: { kind: 'TEXT', part: null }, field: 'spec.timeline.tracks[0].clips[0].text' },
    ]);
    expect(only(small({ text: { text: 'Hi' } }))).toMatchObject({ source: 'image', fit: 'FILL' });
  });

  it('has a layer for each part that appears by itself', () => {
    const composition = composed(
      small(image, {
        text: { text: 'One two three', animation: { interval: '0.4s', enter: { duration: '0.2s' } } },
        exit: { duration: '1s' },
      }),
    );
    const parts = visualClips(composition).slice(1);
    expect(layersOf(composition).map(({ clips }) => clips.length)).toEqual([2, 1, 1]);
    expect(parts.map(({ startFrame, frames }) => [startFrame, frames])).toEqual([
      [125, 125],
      [135, 115],
      [145, 105],
    ]);
    for (const { opacity, frames } of parts)
      expect(opacity).toEqual([
        { at: 0, value: 0 },
        { at: 5, value: 1 },
        { at: frames - 25, value: 1 },
        { at: frames - 1, value: expect.closeTo(0.04, 9) as number },
      ]);
    expect(composition.drawings?.map(({ content }) => content.kind === 'TEXT' && content.part?.index)).toEqual([
      0, 1, 2,
    ]);
  });
});

describe('subtitles of a timeline', () => {
  it('stand between the tracks, with times from the start of their clip, cut at its end', () => {
    const cue = (start: string, end: string) => ({ start, end, text: start });
    const timeline = {
      tracks: [
        { clips: [image] },
        {
          clips: [
            {
              subtitles: { cues: { cues: [cue('0s', '1s'), cue('1s', '9s'), cue('5s', '6s')] } },
              start: '1s',
              duration: '3s',
            },
          ],
        },
        { clips: [color] },
      ],
    };
    const { composition, warnings } = compose(timeline, inputs);
    expect(composition.layers.map(({ kind }) => kind)).toEqual(['clips', 'captions', 'clips']);
    expect((composition.layers[1] as CaptionLayer).cues.map(({ startUs, endUs }) => [startUs, endUs])).toEqual([
      [1_000_000, 2_000_000],
      [2_000_000, 4_000_000],
    ]);
    expect(warnings.map(({ code }) => code)).toEqual(['CUE_AFTER_END', 'CUE_CUT_AT_END']);
  });

  it('read 300,000 cues together at most, each clip all of its file, in nested timelines too', () => {
    const cues = Array.from({ length: 100_000 }, (_, i) => ({ startUs: i, endUs: i + 1, text: 'a' }));
    const subtitles = (count: number) => Array<Json>(count).fill({ subtitles: { uri: 's.srt' }, duration: '1s' });
    const facts = { ...inputs, cues: { 's.srt': cues } };
    expect(() => compose(track(color, ...subtitles(3)), facts)).not.toThrow();
    expect(() => compose(track(color, ...subtitles(4)), facts)).toThrow(
      expect.objectContaining({ reason: 'INPUT_TOO_LARGE', field: 'spec.timeline.tracks[0].clips[4].subtitles.uri' }),
    );
    const nested = track({ timeline: track(...subtitles(2)) }, { timeline: track(...subtitles(2)) });
    expect(() => compose(nested, facts)).toThrow(expect.objectContaining({ reason: 'INPUT_TOO_LARGE' }));
  });
});
