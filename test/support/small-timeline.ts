import { compose, type Inputs, type Json, track } from './timeline.js';

/** Clips for timelines that are composed without any file. */
export const color = { color: { color: '#ff0000' } };
export const image = { image: { uri: 'i.png' } };
export const video = (fields: Json = {}) => ({ video: { uri: 'v.mp4', ...fields } });
export const inputs: Inputs = { visual: { 'v.mp4': 10, 'i.png': 'image' }, audio: { 'v.mp4': 10, 'a.wav': 4 } };

/** Frames of 1000 x 500 pixels, 25 a second: a percent is ten pixels, or five. */
export const small = (...clips: Json[]) => ({
  canvas: { width: 1000, height: 500, frameRate: '25' },
  ...track(...clips),
});
export const composed = (timeline: Json) => compose(timeline, inputs).composition;
