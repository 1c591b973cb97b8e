import type { JsonValue } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import type { TimelineForm } from '../../../src/composition/timeline/timeline-form.js';
import { JsonProblemsError } from '../../../src/wire/json-problems.js';
import { jsonType, readCallersJson } from '../../../src/wire/proto-json.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';

const requestType = jsonType(SubmitTaskRequest, 'cutroom.v1.SubmitTaskRequest');
const read = (spec: unknown) => readCallersJson(renderSpecType, spec as JsonValue, { unknownFields: 'refuse' });

function problemsOf(spec: unknown): string[] {
  try {
    read(spec);
    return [];
  } catch (error) {
    if (!(error instanceof JsonProblemsError)) throw error;
    return error.violations.map(({ field, description }) => `${field} ${description}`);
  }
}

/** A spec with a placeholder in a field of every type. */
const template = (variables: Record<string, string>) => ({
  timeline: {
    canvas: { width: '{{width}}', frame_rate: '{{rate}}' },
    tracks: [
      {
        clips: [
          {
            video: { uri: '{{uri}}', muted: '{{muted}}', speed: '{{ speed }}', trimStart: '{{from}}' },
            duration: '{{length}}',
            layout: { fit: '{{fit}}', box: { x: '{{offset}}' } },
          },
        ],
      },
    ],
  },
  outputs: [{ hls: { shortSides: ['{{width}}', 360] } }],
  variables,
});
const VALUES = {
  ...{ width: '640', rate: '25', uri: 'a.mp4', muted: 'true', speed: '1.5', from: '2s', length: '1.25s' },
  ...{ fit: 'FIT_CONTAIN', offset: '-10' },
};
const MEANT = {
  timeline: {
    canvas: { width: 640, frameRate: '25' },
    tracks: [
      {
        clips: [
          {
            video: { uri: 'a.mp4', muted: true, speed: 1.5, trimStart: '2s' },
            duration: '1.25s',
            layout: { fit: 'FIT_CONTAIN', box: { x: -10 } },
          },
        ],
      },
    ],
  },
  outputs: [{ hls: { shortSides: [640, 360] } }],
};

/** The timeline that a parsed spec came to. */
const timelineIn = (parsed: ReturnType<typeof parseSpec> | undefined) => (parsed?.form as TimelineForm).timeline;

describe('variables in JSON', () => {
  it('stand for numbers, booleans, words and durations', () => {
    const spec = read(template(VALUES));
    expect(spec.variables).toEqual({ rate: '25', uri: 'a.mp4' });
    const [given, meant] = [spec, read(MEANT)].map((one) => parseSpec(one));
    expect(given?.violations).toEqual([]);
    expect(given?.outputs).toEqual(meant?.outputs);
    expect(timelineIn(given)).toEqual(timelineIn(meant));
  });

  it('are found in the spec of a request, by either spelling of its fields', () => {
    const request = { spec: template(VALUES), validate_only: true };
    const { spec } = readCallersJson(requestType, request as JsonValue, { unknownFields: 'refuse' });
    expect(spec).toEqual(read(template(VALUES)));
  });

  it('may be named in texts as well', () => {
    const spec = read({
      timeline: { tracks: [{ clips: [{ text: { text: '{{n}} px', fontSize: '{{n}}' }, duration: '1s' }] }] },
      variables: { n: '50' },
    });
    expect(spec.variables).toEqual({ n: '50' });
    expect(parseSpec(spec).violations).toEqual([]);
  });

  it.each([
    ['width', 'wide', 'timeline.canvas.width must be a whole number from -2147483648 to 2147483647, not "wide"'],
    ['muted', 'yes', 'timeline.tracks[0].clips[0].video.muted must be true or false, not "yes"'],
    ['length', '1.25', 'timeline.tracks[0].clips[0].duration must be a duration in seconds such as "1.5s", not "1.25"'],
    ['speed', '', 'timeline.tracks[0].clips[0].video.speed must be a number, not ""'],
    ['offset', '{{width}}', 'timeline.tracks[0].clips[0].layout.box.x must be a number, not "{{width}}"'],
  ])('must be what their field takes: %s', (name, value, problem) => {
    const found = problemsOf(template({ ...VALUES, [name]: value })).filter((one) => one.startsWith('timeline'));
    expect(found).toEqual([`${problem}: that is the value of the variable ${name}`]);
  });

  it('must be words that the field has, and are told the nearest', () => {
    const [found = '', ...more] = problemsOf(template({ ...VALUES, fit: 'FIT_CONTAINS' }));
    expect(more).toEqual([]);
    expect(found).toContain('timeline.tracks[0].clips[0].layout.fit must be one of FIT_COVER');
    expect(found).toContain('did you mean FIT_CONTAIN?: that is the value of the variable fit');
  });

  it('are refused without a value, beside every other problem', () => {
    const values = Object.fromEntries(Object.entries(VALUES).filter(([name]) => name !== 'muted'));
    expect(problemsOf({ ...template({ ...values, lenght: '2s', length: 'long' }), oops: 1 })).toEqual([
      'timeline.tracks[0].clips[0].video.muted has {{muted}}, which spec.variables does not have; write \\{{ for the text {{',
      'timeline.tracks[0].clips[0].duration must be a duration in seconds such as "1.5s", not "long": that is the value of the variable length',
      expect.stringContaining('oops is not a field here'),
    ]);
    expect(problemsOf({ timeline: { tracks: [], duration: '{{d}}' } })).toHaveLength(1);
  });

  it('are refused where nothing names them', () => {
    const spec = read(template({ ...VALUES, other: '1' }));
    expect(parseSpec(spec).violations).toMatchObject([{ field: 'spec.variables["other"]' }]);
  });

  it('must be all of a value that is no text', () => {
    expect(problemsOf(template({ ...VALUES, length: '2' })).length).toBe(1);
    const spec = { timeline: { tracks: [], duration: '{{n}}s' }, variables: { n: '1' } };
    expect(problemsOf(spec)).toEqual(['timeline.duration must be a duration in seconds such as "1.5s", not "{{n}}s"']);
  });
});
