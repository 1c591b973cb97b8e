import { expect, it } from 'vitest';
import { track, violationsOf } from '../../support/timeline.js';

const HERE = 'spec.timeline.tracks[0].clips[0].audio.sound';
const withSound = (sound: object) => track({ audio: { uri: 'a.wav', sound }, duration: '2s' });

it('refuses the curve of a fade that is not there', () => {
  const curve = 'FADE_CURVE_EQUAL_POWER';
  expect(violationsOf(withSound({ fadeInCurve: curve, fadeOutCurve: curve }))).toEqual([
    `${HERE}.fade_in_curve must not be set without fade_in`,
    `${HERE}.fade_out_curve must not be set without fade_out`,
  ]);
  expect(violationsOf(withSound({ fadeIn: '1s', fadeInCurve: curve, fadeOut: '1s', fadeOutCurve: curve }))).toEqual([]);
});

it('refuses curves that it does not know', () => {
  const clips = [
    { image: { uri: 'a.png' }, duration: '2s' },
    { image: { uri: 'a.png' }, duration: '2s', transition: { audioCurve: 77 } },
  ];
  expect(violationsOf({ tracks: [{ clips }] })).toEqual([
    'spec.timeline.tracks[0].clips[1].transition.audio_curve has the unknown value 77',
  ]);
  expect(violationsOf(withSound({ fadeIn: '1s', fadeInCurve: 77 }))).toEqual([
    `${HERE}.fade_in_curve has the unknown value 77`,
  ]);
});
