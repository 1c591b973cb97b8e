import { expect, it } from 'vitest';
import { timelineOf, track, violationsOf } from '../../support/timeline.js';

const moving = (motion: object) => track({ image: { uri: 'a.png' }, duration: '1s', motion });
const HERE = 'spec.timeline.tracks[0].clips[0].motion.focus';

it('takes a focus of motion in percent of the box, the middle by default', () => {
  const focusOf = (motion: object) => {
    const content = timelineOf(moving(motion)).tracks[0]?.clips[0]?.content;
    return content?.kind === 'VISUAL' ? content.look.motion?.focus : undefined;
  };
  expect(focusOf({ kind: 'KIND_ZOOM_IN', focus: { x: 20, y: 70 } })).toEqual({ x: 0.2, y: 0.7 });
  expect(focusOf({ kind: 'KIND_ZOOM_IN', focus: {} })).toEqual({ x: 0, y: 0 });
  expect(focusOf({ kind: 'KIND_PAN_UP' })).toEqual({ x: 0.5, y: 0.5 });
});

it('refuses a focus outside of the box', () => {
  expect(violationsOf(moving({ kind: 'KIND_ZOOM_OUT', focus: { x: -1, y: 101 } }))).toEqual([
    `${HERE}.x must be 0 to 100 %`,
    `${HERE}.y must be 0 to 100 %`,
  ]);
});
