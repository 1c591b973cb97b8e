import { expect, it } from 'vitest';
import { converted } from './converted.js';

/** The second clip of a document of editly in which a transition with these fields leads to it, and the warnings. */
function joined(transition: object) {
  const clip = (path: string) => ({ duration: 2, layers: [{ type: 'image', path }] });
  const document = {
    outPath: 'a.mp4',
    clips: [{ ...clip('a.jpg'), transition: { name: 'fade', duration: 1, ...transition } }, clip('b.jpg')],
  };
  const { timeline, warnings } = converted(document, 'editly');
  const clips = timeline.tracks.flatMap((own) => own.clips);
  return { transition: clips.find((one) => 'transition' in one)?.transition, warnings };
}

it.each([
  [{}, undefined],
  [{ audioOutCurve: 'tri', audioInCurve: 'tri' }, undefined],
  [{ audioOutCurve: 'qsin', audioInCurve: 'qsin' }, 'FADE_CURVE_EQUAL_POWER'],
  [{ audioOutCurve: 'exp', audioInCurve: 'exp' }, 'FADE_CURVE_EXPONENTIAL'],
])('converts the curves of a cross-fade of editly: %j', (curves, audioCurve) => {
  const { transition, warnings } = joined(curves);
  expect(transition).toEqual({ kind: 'fade', duration: '1s', ...(audioCurve ? { audioCurve } : {}) });
  expect(warnings.filter((warning) => warning.includes('urve'))).toEqual([]);
});

it('warns of curves without a counterpart, and of two different ones', () => {
  expect(joined({ audioOutCurve: 'qua', audioInCurve: 'tri' }).warnings).toContain(
    'clips[0].transition.audioOutCurve: is “qua”, which has no counterpart; it is even here',
  );
  const different = joined({ audioOutCurve: 'qsin', audioInCurve: 'log' });
  expect(different.transition).toMatchObject({ audioCurve: 'FADE_CURVE_EQUAL_POWER' });
  expect(different.warnings.join()).toContain('has different curves for the sounds of both clips');
});
