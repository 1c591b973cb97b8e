import { describe, expect, it } from 'vitest';
import { allClips } from '../../../../src/composition/composition.js';
import { planSections } from '../../../../src/engine/outputs/plan-sections.js';
import { compose, timelineOf, violationsOf, type Json } from '../../../support/timeline.js';

const color = (more: Json = {}): Json => ({ color: { color: '#FF0000' }, ...more });
const nest = (timeline: Json, more: Json = {}): Json => ({ timeline, ...more });
const tracks = (...clips: Json[]): Json => ({ tracks: [{ clips }] });
const HERE = 'spec.timeline.tracks[0].clips[0].timeline';

describe('a nested timeline', () => {
  it('is as long as it is by itself, less its trim', () => {
    const { composition } = compose({
      canvas: { frameRate: '10' },
      ...tracks(nest({ trimStart: '0.5s', ...tracks(color({ duration: '2s' })) })),
    });
    expect(composition.frames).toBe(15);
    const known = timelineOf(tracks(nest(tracks(color())), color({ start: '5s' })));
    expect(known.tracks[0]?.clips).toHaveLength(2);
    expect(violationsOf(tracks(nest(tracks(color())), color({ start: '4s' })))).toEqual([
      expect.stringContaining('spec.timeline.tracks[0].clips[1].start begins 1 s too early'),
    ]);
    const audio = compose(tracks(nest(tracks({ audio: { uri: 'a' } }))), { audio: { a: 3 } });
    expect(audio.composition.frames).toBe(90);
  });

  it('has ids of its own, and its size from the canvas around it', () => {
    const inner = tracks(color({ id: 'a', duration: '1s' }), color({ sameAs: 'a' }));
    const { tracks: made } = timelineOf({
      canvas: { width: 320, height: 180 },
      ...tracks(color({ id: 'a' }), nest({ height: 90, ...inner })),
    });
    const source = made[0]!.clips[1]!.content;
    expect(source).toMatchObject({
      source: { timeline: { canvas: { width: 320, height: 90, background: { a: 0 } } } },
    });
    expect(violationsOf(tracks(color({ id: 'a' }), nest(tracks(color({ startWith: 'a' })))))).toEqual([
      'spec.timeline.tracks[0].clips[1].timeline.tracks[0].clips[0].start_with names no clip: "a"',
    ]);
  });

  it('is refused with every fault within it, at its path', () => {
    expect(violationsOf(tracks(nest({})))).toEqual([`${HERE}.tracks is required: at least one track`]);
    expect(
      violationsOf(
        tracks(
          nest({
            width: 15,
            trimStart: '6s',
            muted: true,
            gainDb: 3,
            ...tracks(color({ opacity: 2 }), {
              subtitles: { cues: { cues: [{ start: '0s', end: '1s' }] } },
              start: '5s',
            }),
            duration: '6s',
          }),
        ),
      ).map((violation) => violation.replace(/ .*/, '')),
    ).toEqual(
      [
        'width',
        'tracks[0].clips[0].opacity',
        'tracks[0].clips[1].subtitles.cues.cues[0].text',
        'trim_start',
        'gain_db',
      ].map((field) => `${HERE}.${field}`),
    );
  });

  it('lies three deep at most, and counts in the limits of the whole', () => {
    const deep = (depth: number): Json => (depth === 0 ? color() : nest(tracks(deep(depth - 1))));
    expect(violationsOf(tracks(deep(3)))).toEqual([]);
    expect(violationsOf(tracks(deep(4)))).toEqual([
      `${HERE}${'.tracks[0].clips[0].timeline'.repeat(3)} must not be set: timelines lie at most 3 deep in each other`,
    ]);
    const many = { tracks: Array.from({ length: 60 }, () => ({ clips: [color()] })) };
    expect(violationsOf(tracks(nest(many), nest(many)))).toEqual([
      'spec.timeline.tracks must be at most 100 in all nested timelines together, not 121',
    ]);
    const clips = tracks(...Array.from({ length: 1_000 }, () => color({ duration: '1s' })));
    expect(violationsOf(tracks(nest(clips), nest(clips)))).toEqual([
      'spec.timeline.tracks must have at most 2000 clips together, not 2002',
    ]);
  });

  it('is a matte without sound, whose faults are noted and whose clips count', () => {
    const withMatte = (matte: Json) => tracks(color({ matte, duration: '2s' }));
    const field = 'spec.timeline.tracks[0].clips[0].matte';
    expect(violationsOf(withMatte({}))).toEqual([`${field}.timeline is required`]);
    expect(violationsOf(withMatte({ timeline: { trimStart: '1s', ...tracks(color({ duration: '1s' })) } }))).toEqual([
      `${field}.timeline.trim_start is 1 s, but the timeline lasts 1 s`,
    ]);
    expect(violationsOf(tracks({ audio: { uri: 'a' }, matte: { timeline: tracks(color()) } }))).toEqual([
      `${field} must not be set for audio`,
    ]);
    const video = withMatte({ timeline: tracks({ video: { uri: 'v' } }) });
    const { composition } = compose(video, { visual: { v: 1 }, audio: { v: 1 } });
    expect(composition.audio).toEqual([]);
    expect(allClips(composition).map(({ clip }) => [clip.source, clip.frames])).toEqual([
      ['image', 60],
      ['video', 30],
    ]);
  });

  it('fades its sound along a transition, and is cut with it at the end of its clip', () => {
    const sound = { audio: { uri: 'a' }, duration: '3s' };
    const { composition } = compose(
      tracks(
        nest(tracks(sound), { duration: '2s' }),
        nest({ trimStart: '1s', ...tracks(sound) }, { transition: { kind: 'fade', duration: '1s' } }),
      ),
      { audio: { a: 3 } },
    );
    const rate = 48_000;
    expect(composition.audio).toMatchObject([
      { startSample: 0, samples: 2 * rate, bus: 0 },
      { startSample: rate, samples: 2 * rate, trimStartSamples: rate, bus: 1 },
    ]);
    expect(composition.buses).toEqual([
      { gainDb: 0, duck: null, fades: { startSample: 0, endSample: 2 * rate, inSamples: 0, outSamples: rate } },
      { gainDb: 0, duck: null, fades: { startSample: rate, endSample: 3 * rate, inSamples: rate, outSamples: 0 } },
    ]);
  });

  it('keeps its buses, which go into that of its track', () => {
    const ducked = {
      tracks: [
        { id: 'voice', clips: [{ audio: { uri: 'a' } }] },
        { duck: { under: 'voice' }, clips: [{ audio: { uri: 'a' } }] },
      ],
    };
    const { composition } = compose(
      { tracks: [{ gainDb: -3, clips: [nest(ducked), { audio: { uri: 'a' } }] }] },
      { audio: { a: 3 } },
    );
    expect(composition.audio.map(({ bus }) => bus)).toEqual([1, 2, 0]);
    expect(composition.buses).toMatchObject([
      { gainDb: -3, duck: null },
      { gainDb: 0, duck: null, into: 0 },
      { gainDb: 0, duck: { under: 1 }, into: 0 },
    ]);
  });

  it('has its clips counted where a video is cut into sections', () => {
    const layers = { tracks: Array.from({ length: 9 }, () => ({ clips: [{ video: { uri: 'v', muted: true } }] })) };
    const { composition } = compose(
      {
        canvas: { frameRate: '10' },
        ...tracks(nest(layers, { duration: '10s' }), nest({ trimStart: '2s', ...layers }, { duration: '8s' })),
      },
      { visual: { v: 10 } },
    );
    const clips = allClips(composition);
    expect(clips).toHaveLength(20);
    expect(
      clips
        .slice(11)
        .every(({ clip }) => clip.startFrame === 100 && clip.frames === 80 && clip.trimStartUs === 2_000_000),
    ).toBe(true);
    const sections = planSections(composition, { startFrame: 0, frames: 180 }, () => true);
    expect(sections).toContainEqual({ startFrame: 100, frames: 80 });
  });
});
