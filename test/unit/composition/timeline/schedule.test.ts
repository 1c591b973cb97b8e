import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visualClips } from '../../../../src/composition/composition.js';
import { CompositionError } from '../../../../src/composition/composition-error.js';
import { framesOf, sampleOf } from '../../../../src/composition/frame-grid.js';
import { scheduleOf } from '../../../../src/composition/timeline/schedule.js';
import {
  compose,
  factsOf,
  type Inputs,
  type Json,
  timelineOf,
  track,
  violationsOf,
} from '../../../support/timeline.js';

const color = { color: { color: '#ff0000' } };
const video = (fields: Json = {}) => ({ video: { uri: 'v.mp4', ...fields } });
const audio = (fields: Json = {}) => ({ audio: { uri: 'a.wav', ...fields } });
const seconds = (s: number) => `${s}s`;

function scheduled(timeline: Json, inputs: Inputs = {}) {
  return scheduleOf(timelineOf(timeline), factsOf(inputs));
}

/** Start and length in frames, and frames of the transition, of each clip. */
function spans(timeline: Json, inputs: Inputs = {}) {
  return scheduled(timeline, inputs).clips.map((clip) => [clip.startFrame, clip.frames, clip.transitionFrames]);
}

function failure(timeline: Json, inputs: Inputs = {}): string {
  try {
    compose(timeline, inputs);
    return 'none';
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    return `${error.reason} ${error.field} ${error.message}`;
  }
}

describe('the schedule of a timeline', () => {
  it('puts clips one after another, less their transitions', () => {
    expect(
      spans(
        track(
          { ...color, duration: '2s' },
          { ...color, duration: '2s', transition: { duration: '0.5s' } },
          { ...color },
        ),
      ),
    ).toEqual([
      [0, 60, 0],
      [45, 60, 15],
      [105, 150, 0],
    ]);
  });

  it('starts clips with and after others of any track, later by an offset and never before the video', () => {
    const timeline = {
      tracks: [
        {
          clips: [
            { id: 'b', ...color, startWith: 'a', offset: '0.5s', duration: '1s' },
            { ...color, startAfter: 'a', offset: '-0.2s', duration: '1s' },
          ],
        },
        { clips: [{ id: 'a', ...color, start: '1s', duration: '2s' }] },
        { clips: [{ ...color, startWith: 'a', offset: '-5s', duration: '1s' }] },
      ],
    };
    expect(spans(timeline)).toEqual([
      [45, 30, 0],
      [84, 30, 0],
      [30, 60, 0],
      [0, 30, 0],
    ]);
  });

  it('takes the length of a video from its trim and speed, and that of a picture from the voice over it', () => {
    const timeline = {
      tracks: [
        { clips: [{ id: 'picture', image: { uri: 'i.png' }, sameAs: 'voice' }, video({ trimStart: '1s', speed: 2 })] },
        { clips: [{ id: 'voice', ...audio({ trimStart: '0.5s' }) }] },
        { clips: [{ ...color, toEnd: true }] },
      ],
    };
    const inputs: Inputs = { visual: { 'i.png': 'image', 'v.mp4': 5 }, audio: { 'a.wav': 3.5 } };
    expect(spans(timeline, inputs)).toEqual([
      [0, 90, 0],
      [90, 60, 0],
      [0, 90, 0],
      [0, 150, 0],
    ]);
    expect(scheduled(timeline, inputs).frames).toBe(150);
  });

  it('is cut by the duration of the whole, without clips that begin after it', () => {
    const timeline = {
      ...track({ ...color, duration: '2s' }, { ...color, duration: '2s' }, { id: 'late', ...color }),
      duration: '3s',
    };
    const { frames, clips, warnings } = scheduled(timeline);
    expect(frames).toBe(90);
    expect(clips.map((clip) => [clip.startFrame, clip.frames])).toEqual([
      [0, 60],
      [60, 30],
    ]);
    expect(warnings).toMatchObject([{ code: 'CLIP_AFTER_END', field: 'spec.timeline.tracks[0].clips[2]' }]);
  });

  const rates = fc.constantFrom('24000/1001', '25', '30000/1001', '30', '50', '60');
  const lengths = fc.array(fc.integer({ min: 70_000, max: 7_000_000 }), { minLength: 1, maxLength: 12 });
  it('never leaves the cumulative grid: boundaries are rounded times, lengths their differences', () => {
    fc.assert(
      fc.property(rates, lengths, fc.boolean(), (frameRate, all, withTransitions) => {
        const clips = all.map((us, i) => ({
          ...color,
          duration: seconds(us / 1e6),
          ...(withTransitions && i > 0 ? { transition: { duration: '0.0418s' } } : {}),
        }));
        fc.pre(!withTransitions || all.every((us) => us > 90_000));
        const timeline = { canvas: { frameRate }, ...track(...clips) };
        const { composition } = compose(timeline);
        const rate = composition.frameRate;
        let at = 0;
        const bounds = all.map((us, i) => {
          const start = i > 0 && withTransitions ? at - 41_800 : at;
          at = start + us;
          return [framesOf(start, rate), framesOf(at, rate)];
        });
        expect(visualClips(composition).map(({ startFrame, frames }) => [startFrame, startFrame + frames])).toEqual(
          bounds,
        );
        expect(composition.frames).toBe(framesOf(at, rate));
        expect(composition.samples).toBe(sampleOf(composition.frames, rate, 48_000));
      }),
    );
  });

  it('cuts sound at the boundaries of its picture, to the sample', () => {
    fc.assert(
      fc.property(rates, lengths, (frameRate, all) => {
        const clips = all.map((us) => ({
          ...video({ shortSource: 'SHORT_SOURCE_HOLD' }),
          duration: seconds(us / 1e6),
        }));
        const { composition } = compose(
          { canvas: { frameRate }, ...track(...clips) },
          { visual: { 'v.mp4': 9 }, audio: { 'v.mp4': 9 } },
        );
        const sample = (frame: number) => sampleOf(frame, composition.frameRate, 48_000);
        expect(composition.audio.map(({ startSample, samples }) => [startSample, startSample + samples])).toEqual(
          visualClips(composition).map(({ startFrame, frames }) => [sample(startFrame), sample(startFrame + frames)]),
        );
        const last = composition.audio.at(-1)!;
        expect(last.startSample + last.samples).toBe(composition.samples);
      }),
    );
  });
});

describe('a timeline that cannot be', () => {
  const a = { id: 'a', ...color, duration: '2s' };

  it('is refused at submit as far as lengths are known: overlaps name both clips and by how much', () => {
    expect(violationsOf(track(a, { id: 'b', ...color, start: '1.5s' }))).toEqual([
      'spec.timeline.tracks[0].clips[1].start begins 0.5 s too early: "b" and "a" before it on its track overlap by that; they may overlap only in a transition',
    ]);
    expect(violationsOf(track(a, { ...color, start: '2.5s', transition: {} }))).toEqual([
      'spec.timeline.tracks[0].clips[1].start begins 1 s too late: it has a transition of 0.5 s, in which "a" must be seen',
    ]);
    expect(violationsOf(track(a, { ...color, transition: { duration: '3s' } }))).toEqual([
      'spec.timeline.tracks[0].clips[1].transition.duration is 3 s, but "a" before it lasts 2 s',
    ]);
    expect(
      violationsOf(
        track(a, { id: 'b', ...color, duration: '1s', transition: { duration: '0.7s' } }, { ...color, transition: {} }),
      ),
    ).toEqual([
      'spec.timeline.tracks[0].clips[2].transition.duration is 0.5 s, but "b" before it lasts 1 s, of which the transition before it takes 0.7 s',
    ]);
  });

  it('is refused where a transition and an exit do not fit into a clip', () => {
    const clip = (exit: string) => ({ ...color, duration: '1s', transition: {}, exit: { duration: exit } });
    expect(violationsOf(track(a, clip('0.5s')))).toEqual([]);
    expect(violationsOf(track(a, clip('0.6s')))).toEqual([
      'spec.timeline.tracks[0].clips[1].exit.duration is together with that of the transition 1.1 s, but spec.timeline.tracks[0].clips[1] lasts 1 s',
    ]);
  });

  it('fails for a picture that lies between two frames', () => {
    const timeline = { canvas: { frameRate: '1' }, ...track(video(), video(), video()) };
    expect(failure(timeline, { visual: { 'v.mp4': 0.6 } })).toBe(
      'CLIP_TOO_SHORT spec.timeline.tracks[0].clips[1] makes a clip of 0.6 s, which falls between two frames',
    );
  });

  it('fails with the same field where lengths come from inputs', () => {
    const timeline = track(video(), { id: 'b', ...color, start: '1.5s' });
    expect(violationsOf(timeline)).toEqual([]);
    expect(failure(timeline, { visual: { 'v.mp4': 2 } })).toMatch(
      /^CLIPS_OVERLAP spec\.timeline\.tracks\[0\]\.clips\[1\]\.start /,
    );
    expect(failure(timeline, { visual: { 'v.mp4': 1.5 } })).toBe('none');
    const fading = track(video(), { ...color, transition: { duration: '1s' } });
    expect(failure(fading, { visual: { 'v.mp4': 0.8 } })).toBe(
      'TRANSITION_TOO_LONG spec.timeline.tracks[0].clips[1].transition.duration is 1 s, but spec.timeline.tracks[0].clips[0] before it lasts 0.8 s',
    );
    expect(failure(track(video()), { visual: { 'v.mp4': 14_401 } })).toMatch(/^VIDEO_TOO_LONG spec\.timeline\.tracks /);
  });

  it('fails for a video that is shorter than its clip, unless it is held or begins again', () => {
    const clip = (shortSource?: string) => track({ ...video(shortSource ? { shortSource } : {}), duration: '3s' });
    const inputs: Inputs = { visual: { 'v.mp4': 1.25 } };
    expect(failure(clip(), inputs)).toBe(
      'CLIP_TOO_SHORT spec.timeline.tracks[0].clips[0].duration makes a clip of 3 s, but its video gives 1.25 s; short_source can hold its last frame or begin it again',
    );
    const held = compose(clip('SHORT_SOURCE_HOLD'), inputs);
    expect(held.warnings).toMatchObject([{ code: 'SOURCE_HELD', field: 'spec.timeline.tracks[0].clips[0].video.uri' }]);
    expect(visualClips(held.composition)).toMatchObject([
      { startFrame: 0, frames: 37, trimStartUs: 0 },
      { startFrame: 37, frames: 53, trimStartUs: 1_200_000, frozen: true },
    ]);
    const looped = compose(clip('SHORT_SOURCE_LOOP'), inputs);
    expect(looped.warnings).toEqual([]);
    expect(visualClips(looped.composition).map(({ startFrame, frames }) => [startFrame, frames])).toEqual([
      [0, 38],
      [38, 37],
      [75, 15],
    ]);
  });

  it('fails for a trim beyond the end of its file, and for the wrong kind of asset', () => {
    expect(failure(track(video({ trimStart: '5s' })), { visual: { 'v.mp4': 3 } })).toBe(
      'CLIP_TOO_SHORT spec.timeline.tracks[0].clips[0].video.trim_start is 5 s, but the file lasts 3 s',
    );
    expect(failure(track(video()), { visual: { 'v.mp4': 'image' } })).toMatch(/^INPUT_NO_VIDEO .*video\.uri/);
    expect(failure(track({ image: { uri: 'v.mp4' } }), { visual: { 'v.mp4': 3 } })).toMatch(/^INPUT_NOT_SUPPORTED /);
  });
});
