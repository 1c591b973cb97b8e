import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Composition, VisualClip } from '../../../src/composition/composition.js';
import { composeMontage } from '../../../src/composition/montage/compose-montage.js';
import type { KnownFacts } from '../../../src/composition/form.js';
import { CompositionError } from '../../../src/composition/composition-error.js';
import { outlineMontage } from '../../../src/composition/montage/outline-montage.js';
import type { Montage } from '../../../src/composition/montage/montage.js';
import type { VisualFacts } from '../../../src/composition/media-facts.js';
import { captionsOf, crossFade, factsFor, montageOf } from '../../support/montage.js';

const video = (seconds: number): VisualFacts => ({ kind: 'video', durationUs: Math.round(seconds * 1e6) });
/** A montage as a composition, given what its inputs are. */
const compose = (montage: Montage, materials: VisualFacts[], audio: Parameters<typeof factsFor>[2] = {}) =>
  composeMontage(montage, factsFor(montage, materials, audio));
const speech = (seconds: number) => ({ durationUs: Math.round(seconds * 1e6) });

function clipsOf(composition: Composition): readonly VisualClip[] {
  const layer = composition.layers[0];
  if (layer?.kind !== 'clips') throw new Error('no clips at the bottom');
  return layer.clips;
}

const fadeOf = (clip: VisualClip | undefined) => clip?.transition?.frames ?? 0;
const shape = (clips: readonly VisualClip[]) => clips.map((c) => [c.startFrame, c.frames, fadeOf(c)]);

describe('a montage without narration', () => {
  it('shows each material once, no longer than the longest clip', () => {
    const { composition } = compose(montageOf(3), [video(10), { kind: 'image' }, video(2)]);
    expect(shape(clipsOf(composition))).toEqual([
      [0, 150, 0],
      [150, 150, 0],
      [300, 60, 0],
    ]);
    expect(composition).toMatchObject({ frames: 360, samples: 576_000 });
  });

  it('overlaps neighbours by the length of their cross-fade', () => {
    const { composition } = compose(montageOf(3, { transition: crossFade(1) }), [video(4), video(4), video(4)]);
    expect(shape(clipsOf(composition))).toEqual([
      [0, 120, 0],
      [90, 120, 30],
      [180, 120, 30],
    ]);
    expect(composition.frames).toBe(300);
  });

  it('is refused with the material that is too short for its transitions', () => {
    const run = () => compose(montageOf(3, { transition: crossFade(1) }), [video(4), video(1.5), video(4)]);
    expect(run).toThrow(expect.objectContaining({ reason: 'CLIP_TOO_SHORT', field: 'spec.montage.materials[1].uri' }));
  });

  it('is refused when a video is shorter than a frame', () => {
    expect(() => compose(montageOf(1), [video(0.01)])).toThrow(CompositionError);
  });
});

describe('a montage with narration', () => {
  const narration = { asset: { uri: 'n.wav', field: 'spec.montage.narration.uri' }, gainDb: 0 };

  it('is as long as the narration, repeats materials in order and cuts the last one', () => {
    const { composition } = compose(montageOf(2, { narration }), [video(10), video(3)], { narration: speech(12) });
    const clips = clipsOf(composition);
    expect(composition.frames).toBe(360);
    expect(shape(clips)).toEqual([
      [0, 150, 0],
      [150, 90, 0],
      [240, 120, 0],
    ]);
    expect(clips.map((c) => c.asset.uri)).toEqual(['m0.mp4', 'm1.mp4', 'm0.mp4']);
  });

  it('cuts materials that are longer than the narration', () => {
    const { composition } = compose(montageOf(2, { narration }), [video(10), video(3)], { narration: speech(2) });
    expect(shape(clipsOf(composition))).toEqual([[0, 60, 0]]);
  });

  it('is refused when it would need too many clips', () => {
    const run = () => compose(montageOf(1, { narration }), [video(0.1)], { narration: speech(1001) });
    expect(run).toThrow(expect.objectContaining({ reason: 'VIDEO_TOO_LONG', field: 'spec.montage.longest_clip' }));
  });
});

describe('the composer of a montage', () => {
  it('fades music that loops to the end, never for longer than the video', () => {
    const music = { asset: { uri: 'b.mp3', field: 'spec.montage.music.uri' }, gainDb: -14, fadeOutUs: 3_000_000 };
    const { composition } = compose(montageOf(1, { music }), [video(2)], { music: speech(1) });
    expect(composition.audio).toMatchObject([
      { startSample: 0, samples: 96_000, loop: true, fadeOutSamples: 96_000, gainDb: -14 },
    ]);
  });

  it('cuts a cue at the end of the video, or leaves it out with a warning', () => {
    const white = { r: 255, g: 255, b: 255, a: 255 };
    const style = {
      fontSize: 8,
      textColor: white,
      outlineColor: white,
      outlineWidth: 1,
      boxColor: null,
      boxShape: 'TEXT' as const,
      font: null,
      bold: false,
      position: 'BOTTOM' as const,
    };
    const cues = [
      { startUs: 9_000_000, endUs: 10_000_000, text: 'never' },
      { startUs: 1_500_000, endUs: 8_000_000, text: 'late' },
      { startUs: 0, endUs: 1_000_000, text: 'early' },
    ];
    const montage = montageOf(1, { subtitles: captionsOf(cues, style) });
    const { composition, warnings } = compose(montage, [video(2)]);
    expect(composition.frames).toBe(60);
    expect(composition.layers.at(-1)).toMatchObject({
      kind: 'captions',
      cues: [{ text: 'early' }, { text: 'late', endUs: 2_000_000 }],
    });
    expect(warnings.map((w) => [w.code, w.count])).toEqual([
      ['CUE_AFTER_END', 1],
      ['CUE_CUT_AT_END', 1],
    ]);
  });
});

describe('any montage', () => {
  const facts = fc.oneof(
    fc.constant<VisualFacts>({ kind: 'image' }),
    fc.integer({ min: 1_000, max: 20_000_000 }).map((durationUs): VisualFacts => ({ kind: 'video', durationUs })),
  );
  const cases = fc.record({
    materials: fc.array(facts, { minLength: 1, maxLength: 8 }),
    longestClipUs: fc.integer({ min: 100_000, max: 8_000_000 }),
    fadeUs: fc.option(fc.integer({ min: 40_000, max: 2_000_000 }), { nil: null }),
    narrationUs: fc.option(fc.integer({ min: 1_000, max: 60_000_000 }), { nil: null }),
  });

  it('covers the video exactly, on the grid, with room for every fade, or is refused with the field at fault', () => {
    let expanded = 0;
    fc.assert(
      fc.property(cases, ({ materials, longestClipUs, fadeUs, narrationUs }) => {
        const montage = montageOf(materials.length, {
          longestClipUs,
          transition: fadeUs === null ? { kind: 'CUT' } : crossFade(fadeUs / 1e6),
          narration:
            narrationUs === null ? null : { asset: { uri: 'n', field: 'spec.montage.narration.uri' }, gainDb: 0 },
        });
        let composition: Composition;
        try {
          ({ composition } = compose(montage, materials, {
            narration: narrationUs === null ? null : { durationUs: narrationUs },
          }));
        } catch (error) {
          expect(error).toBeInstanceOf(CompositionError);
          expect((error as CompositionError).field).toMatch(/^spec\.montage\./);
          return;
        }
        expanded += 1;
        const clips = clipsOf(composition);
        const fades = clips.reduce((sum, c) => sum + fadeOf(c), 0);
        expect(clips.reduce((sum, c) => sum + c.frames, 0) - fades).toBe(composition.frames);
        if (narrationUs !== null) expect(composition.frames).toBe(Math.max(1, Math.round((narrationUs * 30) / 1e6)));
        clips.forEach((clip, i) => {
          const before = clips[i - 1];
          expect(clip.startFrame).toBe(before ? before.startFrame + before.frames - fadeOf(clip) : 0);
          expect(clip.frames).toBeGreaterThanOrEqual(fadeOf(clip) + fadeOf(clips[i + 1]));
          expect(clip.frames).toBeLessThanOrEqual(Math.max(1, Math.round((longestClipUs * 30) / 1e6)));
        });
      }),
      { numRuns: 500 },
    );
    expect(expanded).toBeGreaterThan(100);
  });
});

describe('the outline of a montage', () => {
  it('has pictures, watermark, narration and music at their times, after the intro', () => {
    const asset = (name: string) => ({ uri: `${name}.mp4`, field: `spec.montage.${name}.uri` });
    const montage = montageOf(2, {
      narration: { asset: asset('narration'), gainDb: 0 },
      music: { asset: asset('music'), gainDb: 0, fadeOutUs: 0 },
      materialSound: { gainDb: 0 },
      watermark: { asset: asset('watermark'), corner: { x: 0, y: 0 }, size: 10, margin: 0, opacity: 1 },
      intro: asset('intro'),
      outro: asset('outro'),
    });
    const known = factsFor(montage, [video(4), video(4)], { narration: speech(6), music: speech(1) });
    const facts: KnownFacts = {
      ...known,
      visual: (uri) =>
        uri === 'watermark.mp4' ? { kind: 'image' } : /^(intro|outro)/.test(uri) ? video(2) : known.visual(uri),
      audioIfAny: () => ({ durationUs: 1 }),
    };
    const outline = outlineMontage(composeMontage(montage, facts).composition);
    expect(outline.frames).toBe(60 + 180 + 60);
    expect(
      outline.tracks.map(({ field, clips }) => [
        field,
        clips.map((clip) => [clip.field, clip.startFrame, clip.frames]),
      ]),
    ).toEqual([
      [
        'spec.montage.materials',
        [
          ['spec.montage.intro', 0, 60],
          ['spec.montage.materials[0]', 60, 120],
          ['spec.montage.materials[1]', 180, 60],
          ['spec.montage.outro', 240, 60],
        ],
      ],
      ['spec.montage.watermark', [['spec.montage.watermark', 0, 300]]],
      ['spec.montage.narration', [['spec.montage.narration', 60, 180]]],
      ['spec.montage.music', [['spec.montage.music', 60, 180]]],
    ]);
  });
});
