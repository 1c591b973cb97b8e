import { describe, expect, it } from 'vitest';
import type { TimelineForm } from '../../../src/composition/timeline/timeline-form.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { type Json, timelineSpec, track, violationsOf } from '../../support/timeline.js';

const CLIP = 'spec.timeline.tracks[0].clips[0]';
const frozen = (video: Json, clip: Json = { duration: '1s' }) =>
  track({ video: { uri: 'a.mp4', freeze: true, ...video }, ...clip });

describe('a video that stands still', () => {
  it.each([
    ['speed', { speed: 2 }],
    ['short_source', { shortSource: 'SHORT_SOURCE_HOLD' }],
    ['sound', { sound: { gainDb: 3 } }],
    ['reverse', { reverse: true }],
  ] as const)('has no %s', (name, video) => {
    expect(violationsOf(frozen(video))).toEqual([
      `${CLIP}.video.${name} must not be set with freeze: one frame stands, in silence`,
    ]);
  });

  it('has a length', () => {
    expect(violationsOf(frozen({}, {}))).toEqual([
      `${CLIP}.duration is required for a video with freeze, unless to_end or same_as is set`,
    ]);
    expect(violationsOf(frozen({ trimStart: '3s', muted: true }))).toEqual([]);
    const other = { image: { uri: 'a.png' }, duration: '2s', id: 'other' };
    for (const length of [{ toEnd: true }, { sameAs: 'other' }])
      expect(violationsOf({ tracks: [{ clips: [other] }, ...(frozen({}, length).tracks as Json[])] })).toEqual([]);
  });

  it('has no gain to change', () => {
    const keyframes = [{ property: 'PROPERTY_GAIN_DB', time: '0s', value: 1 }];
    expect(violationsOf(frozen({}, { duration: '1s', keyframes })).join()).toContain(`${CLIP}.keyframes[0].property`);
  });

  it('means the same with its defaults written out', () => {
    const spec = timelineSpec(frozen({ trimStart: '1s' }));
    const [filled, given] = [fillDefaults(spec), spec].map((one) => parseSpec(one).form as TimelineForm | null);
    expect(filled?.timeline).toEqual(given?.timeline);
    expect(given).not.toBeNull();
  });
});
