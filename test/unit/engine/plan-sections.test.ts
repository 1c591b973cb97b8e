import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CaptionStyle, Cue } from '../../../src/composition/captions.js';
import type { Composition, VisualClip } from '../../../src/composition/composition.js';
import { shownClips, wholeOf, type Section } from '../../../src/engine/compositor/section.js';
import { canCutWithin, planSections } from '../../../src/engine/outputs/plan-sections.js';
import { placed } from '../../support/frame-bench.js';
import { startThreadTime } from '../../support/thread-time.js';

const RATE = { num: 30, den: 1 };

function clip(startFrame: number, frames: number, overlap = 0): VisualClip {
  return {
    asset: { uri: 'u', field: 'f' },
    source: 'video',
    startFrame,
    frames,
    fit: 'COVER',
    transition: overlap > 0 ? { kind: 'fade', frames: overlap } : null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
  };
}

function compositionOf(clips: readonly VisualClip[]): Composition {
  const frames = Math.max(...clips.map(({ startFrame, frames: length }) => startFrame + length));
  return {
    width: 1080,
    height: 1920,
    frameRate: RATE,
    frames,
    samples: frames * 1600,
    background: { r: 0, g: 0, b: 0, a: 255 },
    layers: [{ kind: 'clips', clips }],
    audio: [],
  };
}

const BLACK = { r: 0, g: 0, b: 0, a: 255 };
const STYLE: CaptionStyle = {
  font: null,
  fontSize: 20,
  textColor: BLACK,
  outlineColor: BLACK,
  outlineWidth: 1,
  boxColor: null,
  boxShape: 'TEXT',
  bold: false,
  position: 'BOTTOM',
};

const everywhere = () => true;
const sectionsOf = (composition: Composition, canCut: () => boolean = everywhere, range = wholeOf(composition)) =>
  planSections(composition, range, canCut);
const lengths = (clips: readonly VisualClip[], canCut: () => boolean = everywhere) =>
  sectionsOf(compositionOf(clips), canCut).map(({ frames }) => frames);

describe('planSections', () => {
  it('has 3 s at most of a clip that plays backwards', () => {
    const backwards = (startFrame: number, frames: number) => ({ ...clip(startFrame, frames), backwardsFrom: frames });
    expect(lengths([backwards(0, 240)])).toEqual([90, 90, 60]);
    const mixed = sectionsOf(compositionOf([clip(0, 200), backwards(200, 200), clip(400, 100)]));
    const held = mixed.map(({ startFrame, frames }) => Math.min(400, startFrame + frames) - Math.max(200, startFrame));
    expect(Math.max(...held)).toBeLessThanOrEqual(90);
    expect(mixed.reduce((sum, { frames }) => sum + frames, 0)).toBe(500);
  });

  it('makes a short video by one command', () => {
    expect(lengths([clip(0, 12 * 30)])).toEqual([360]);
  });

  it('cuts a long clip into about equal sections', () => {
    expect(lengths([clip(0, 60 * 30)])).toEqual([240, 240, 240, 240, 240, 300, 300]);
    expect(lengths([clip(0, 15 * 30)])).toEqual([225, 225]);
  });

  it('cuts where a clip begins, or soon after its transition, rather than within one', () => {
    expect(lengths([clip(0, 190), clip(190, 190), clip(380, 190)])).toEqual([190, 190, 190]);
    // The transition of the second clip ends at frame 220: of it only 30 frames are decoded again.
    expect(lengths([clip(0, 220), clip(190, 400, 30)])).toEqual([220, 185, 185]);
  });

  it('shows no more than six videos in a section', () => {
    const clips = Array.from({ length: 200 }, (_, i) => clip(i * 10, 10));
    const sections = sectionsOf(compositionOf(clips));
    expect(Math.max(...sections.map((section) => shownClips(clips, section).length))).toBe(6);
    expect(sections).toHaveLength(34);
  });

  it('shows more images at one time, the smaller they are in the frame', () => {
    const image = (i: number, width: number, height: number): VisualClip => ({
      ...clip(i * 5, 5),
      source: 'image',
      placement: placed(width, height),
    });
    const most = (width: number, height: number) => {
      const clips = Array.from({ length: 200 }, (_, i) => image(i, width, height));
      return Math.max(...sectionsOf(compositionOf(clips)).map((section) => shownClips(clips, section).length));
    };
    expect(most(1080, 1920)).toBe(8);
    expect(most(540, 960)).toBe(32);
    expect(most(10, 10)).toBeGreaterThan(45);
  });

  it('cuts anywhere in a frozen video, whichever file that is', () => {
    const frozen = { ...clip(0, 60 * 30), frozen: true };
    const media = { visuals: new Map() };
    expect(canCutWithin(media)(frozen)).toBe(true);
  });

  it('does not cut within a clip of which no place can be found', () => {
    expect(lengths([clip(0, 30 * 30), clip(900, 300)], () => false)).toEqual([900, 300]);
  });

  it('does not begin a section while a cue is seen that was moved out of the way of another', () => {
    const plain = compositionOf([clip(0, 15 * 30)]);
    const cue = (start: number, end: number) => ({ startUs: start * 1e6, endUs: end * 1e6, text: 'x' });
    const withCues = (cues: Cue[]): Composition => ({
      ...plain,
      layers: [...plain.layers, { kind: 'captions', field: '', cues, style: STYLE }],
    });
    const cut = (composition: Composition, range?: Section) =>
      sectionsOf(composition, everywhere, range)[1]?.startFrame;
    expect(cut(withCues([cue(5, 7), cue(7, 9)]))).toBe(225);
    const stacked = withCues([cue(6, 7.4), cue(7, 8.5)]);
    expect(cut(stacked)).toBe(210);
    // The middle of the range is frame 240.
    expect(cut(stacked, { startFrame: 30, frames: 420 })).toBe(255);
    const chain = [cue(6, 7.4), cue(7, 8.5), cue(8, 9.5), cue(9.2, 9.4)];
    expect(cut(withCues(chain))).toBe(210);
  });

  it('divides a range as if the video had nothing else', () => {
    const composition = compositionOf([clip(0, 300), clip(300, 300), clip(600, 1800)]);
    const range = { startFrame: 150, frames: 600 };
    const alone = compositionOf([clip(0, 150), clip(150, 300), clip(450, 150)]);
    const shifted = sectionsOf(alone).map(({ startFrame, frames }) => ({ startFrame: startFrame + 150, frames }));
    expect(sectionsOf(composition, everywhere, range)).toEqual(shifted);
  });

  it('takes linear time for a long video of which every second cue is stacked', () => {
    const hours = compositionOf([clip(0, 3 * 3600 * 30)]);
    const cues = Array.from({ length: 100_000 }, (_, i) => {
      const startUs = i * 100_000;
      return { startUs, endUs: startUs + (i % 2 === 0 ? 100_001 : 90_000), text: 'x' };
    });
    const composition: Composition = {
      ...hours,
      layers: [...hours.layers, { kind: 'captions', field: '', cues, style: STYLE }],
    };
    const since = startThreadTime();
    expect(sectionsOf(composition).length).toBeGreaterThan(1000);
    expect(since().cpuMs).toBeLessThan(2_000);
  });

  it('covers every frame once, whatever the clips', () => {
    const anyClips = fc.array(
      fc.record({ frames: fc.integer({ min: 3, max: 900 }), overlap: fc.constantFrom(0, 0, 2) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(anyClips, fc.boolean(), (parts, canCut) => {
        let end = 0;
        const clips = parts.map(({ frames, overlap }, i) => {
          const back = i === 0 ? 0 : overlap;
          const made = clip(end - back, frames, back);
          end += frames - back;
          return made;
        });
        const sections = sectionsOf(compositionOf(clips), () => canCut);
        let at = 0;
        for (const { startFrame, frames } of sections) {
          expect(startFrame).toBe(at);
          expect(frames).toBeGreaterThan(0);
          at += frames;
        }
        expect(at).toBe(end);
      }),
    );
  });
});
