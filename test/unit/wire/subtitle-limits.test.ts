import { describe, expect, it } from 'vitest';
import { writeCompactJson } from '../../../src/wire/proto-json.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';
import { type Json, timelineSpec, track, violationsOf } from '../../support/timeline.js';

/** A timeline with these subtitles. */
function timelineWith(subtitles: Json): Json {
  const cues = { cues: [{ end: '1s', text: 'a' }] };
  return track({ subtitles: { cues, ...subtitles }, duration: '1s' });
}

const violations = (subtitles: Json) => violationsOf(timelineWith(subtitles));
const HERE = 'spec.timeline.tracks[0].clips[0].subtitles';

describe('the limits of subtitles', () => {
  it.each([
    [{ maxChars: 2001 }, `${HERE}.max_chars must be 1 to 2000 characters`],
    [{ maxChars: -1 }, `${HERE}.max_chars must be 1 to 2000 characters`],
    [{ style: { safeArea: { top: 46 } } }, `${HERE}.style.safe_area.top must be 0 to 45 %`],
    [{ style: { safeArea: { left: -1 } } }, `${HERE}.style.safe_area.left must be 0 to 45 %`],
  ])('are kept: %j', (subtitles, violation) => {
    expect(violations(subtitles)).toEqual([violation]);
  });

  it('name every margin that is wrong', () => {
    const safeArea = { top: 50, right: 50, bottom: 50, left: 50 };
    expect(violations({ style: { safeArea } })).toHaveLength(4);
  });

  it('allow their ends', () => {
    expect(violations({ maxChars: 1, style: { safeArea: { top: 45, right: 0, bottom: 45, left: 45 } } })).toEqual([]);
    expect(violations({ maxChars: 2000, maxWords: 100, style: { safeArea: {} } })).toEqual([]);
  });

  it('are filled in as they are meant', () => {
    const filled = writeCompactJson(
      renderSpecType,
      fillDefaults(timelineSpec(timelineWith({ style: { safeArea: { bottom: 0 } } }))),
    );
    expect(filled).toHaveProperty('timeline.tracks[0].clips[0].subtitles.style.safeArea', {
      ...{ top: 5, right: 5, bottom: 0, left: 5 },
    });
  });
});
