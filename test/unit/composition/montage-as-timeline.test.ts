import type { JsonObject } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import type { KnownFacts } from '../../../src/composition/form.js';
import { readJson } from '../../../src/wire/proto-json.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';

const FACTS: KnownFacts = {
  visual: (uri) => (uri.endsWith('.png') ? { kind: 'image' } : { kind: 'video', durationUs: 4_004_000 }),
  audio: () => ({ durationUs: 9_000_000 }),
  audioIfAny: (uri) => (uri.endsWith('.png') ? null : { durationUs: 4_000_000 }),
  cues: () => [],
};

/** The composition of a spec, its assets by their URIs alone: the rest of them is where the caller named them. */
function composed(spec: object): unknown {
  const { form, violations } = parseSpec(
    readJson(renderSpecType, JSON.parse(JSON.stringify(spec)) as JsonObject, { unknownFields: 'refuse' }),
  );
  expect(violations).toEqual([]);
  const [composition] = form!.compose(FACTS).compositions;
  return JSON.parse(
    JSON.stringify(composition, (key, value: unknown) => {
      if (key === 'field') return undefined;
      return key === 'asset' ? (value as { uri: string }).uri : value;
    }),
  );
}

it('a montage is the video of the timeline that says the same', () => {
  const cues = { cues: [{ start: '0.5s', end: '3s', text: 'one two three four' }] };
  const subtitles = { cues, maxWords: 2, style: { position: 'POSITION_TOP' }, highlight: {} };
  const cut = { width: 1920, height: 1080, frameRate: '30000/1001' };
  const duration = '0.5005s';
  const transition = { kind: 'wipeleft', duration };
  const video = (uri: string, gainDb = -6) => ({ video: { uri, sound: { gainDb } } });
  const audio = (uri: string, fields: object) => ({ audio: { uri, ...fields }, start: '4.004s', duration: '9.009s' });
  expect(
    composed({
      montage: {
        materials: [{ uri: 'a.mp4' }, { uri: 'b.png', focus: { x: 20, y: 50 } }, { uri: 'c.mp4' }],
        frameRate: cut.frameRate,
        aspectRatio: 'ASPECT_RATIO_16_9',
        resolution: 1080,
        longestClip: '3.003s',
        transition: { name: 'wipeleft', duration },
        narration: { uri: 'n.wav' },
        music: { uri: 'm.mp3', gainDb: -12, fadeOut: '2s' },
        materialSound: { gainDb: -6 },
        subtitles,
        intro: { uri: 'i.mp4' },
      },
    }),
  ).toEqual(
    composed({
      timeline: {
        canvas: cut,
        tracks: [
          { clips: [audio('n.wav', {})] },
          { clips: [audio('m.mp3', { sound: { gainDb: -12, fadeOut: '2s' }, loop: true })] },
          {
            clips: [
              video('i.mp4', 0),
              { ...video('a.mp4'), duration: '3.003s' },
              { image: { uri: 'b.png' }, duration: '3.003s', transition, layout: { focus: { x: 20, y: 50 } } },
              { ...video('c.mp4'), duration: '3.003s', transition },
              { ...video('a.mp4'), duration: '1.5015s', transition },
            ],
          },
          { clips: [{ subtitles, start: '4.004s', duration: '9.009s' }] },
        ],
      },
    }),
  );
});
