import { describe, expect, it } from 'vitest';
import { DEFAULT_OUTPUTS } from '../../../src/composition/output-spec.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../../src/wire/render-spec/spec-identity.js';
import { readJson, writeCompactJson } from '../../../src/wire/proto-json.js';

const spec = (outputs: object[], montage: object = {}) =>
  readJson(
    renderSpecType,
    { montage: { materials: [{ uri: 'a.mp4' }], ...montage }, outputs: outputs as [] },
    { unknownFields: 'refuse' },
  );
const parse = (...outputs: object[]) => parseSpec(spec(outputs));

describe('the outputs of a spec', () => {
  it('are one MP4 where none is asked for', () => {
    expect(parse().outputs).toEqual(DEFAULT_OUTPUTS);
  });

  it('have defaults by their kinds', () => {
    const { outputs, violations } = parse({ mp4: {} }, { webm: {} }, { gif: {} }, { audio: { format: 'FORMAT_MP3' } });
    expect(violations).toEqual([]);
    const common = {
      isNumbered: false,
      shortSide: null,
      crop: null,
      quality: 'MEDIUM',
      range: null,
      maxSize: null,
      spriteSheet: null,
      streamCopy: false,
    };
    expect(outputs).toEqual([
      {
        ...common,
        key: 'output-1.mp4',
        format: { kind: 'mp4', videoCodec: 'H264' },
        codecField: 'spec.outputs[0].mp4.video_codec',
      },
      { ...common, key: 'output-2.webm', format: { kind: 'webm' }, codecField: 'spec.outputs[1].webm' },
      {
        ...common,
        key: 'output-3.gif',
        format: { kind: 'gif', playOnce: false },
        shortSide: 360,
        codecField: 'spec.outputs[2].gif',
      },
      {
        ...common,
        key: 'output-4.mp3',
        format: { kind: 'audio', format: 'MP3' },
        codecField: 'spec.outputs[3].audio.format',
      },
    ]);
  });

  it('copy frames where that is asked for, as H.264 alone', () => {
    const { outputs, violations } = parse(
      { mp4: { streamCopy: 'STREAM_COPY_AUTO' } },
      { mp4: { streamCopy: 'STREAM_COPY_NEVER', videoCodec: 'VIDEO_CODEC_HEVC' } },
      { mp4: { streamCopy: 'STREAM_COPY_AUTO', videoCodec: 'VIDEO_CODEC_HEVC' } },
    );
    expect(outputs.slice(0, 2).map(({ streamCopy }) => streamCopy)).toEqual([true, false]);
    expect(violations.map(({ field }) => field)).toEqual(['spec.outputs[2].mp4.stream_copy']);
  });

  it('show every default when it is filled in', () => {
    const filled = fillDefaults(
      spec([{ mp4: {}, aspectRatio: 'ASPECT_RATIO_16_9', range: { end: '2s' } }, { gif: {} }, { audio: {} }]),
    );
    expect(writeCompactJson(renderSpecType, { ...filled, kind: undefined })).toEqual({
      outputs: [
        {
          key: 'output-1.mp4',
          mp4: { videoCodec: 'VIDEO_CODEC_H264', streamCopy: 'STREAM_COPY_NEVER' },
          shortSide: 608,
          aspectRatio: 'ASPECT_RATIO_16_9',
          focus: { x: 50, y: 50 },
          quality: 'QUALITY_MEDIUM',
          range: { start: '0s', end: '2s' },
        },
        { key: 'output-2.gif', gif: {}, shortSide: 360 },
        { key: 'output-3.m4a', audio: { format: 'FORMAT_M4A' } },
      ],
    });
  });

  it.each([
    ['a missing kind', {}, '', 'must have one of: mp4, webm, gif, audio'],
    ['an unknown codec', { mp4: { videoCodec: 9 } }, '.mp4.video_codec', 'has the unknown value 9'],
    ['a key of another kind', { key: 'a.webm', mp4: {} }, '.key', 'must end with .mp4'],
    ['a path as a key', { key: '../a.mp4', mp4: {} }, '.key', /must be 1 to 64 letters/],
    ['a hidden file', { key: '.mp4', mp4: {} }, '.key', /begin with a letter or a digit/],
    ['an odd size', { mp4: {}, shortSide: 721 }, '.short_side', /even number from 64 to 1080/],
    ['a size above the picture', { mp4: {}, shortSide: 2160 }, '.short_side', /even number from 64 to 1080/],
    [
      'a size above the cut',
      { mp4: {}, shortSide: 720, aspectRatio: 'ASPECT_RATIO_16_9' },
      '.short_side',
      /even number from 64 to 608/,
    ],
    ['a size of audio', { audio: {}, shortSide: 720 }, '.short_side', 'must not be set for audio'],
    ['a shape of audio', { audio: {}, aspectRatio: 'ASPECT_RATIO_1_1' }, '.aspect_ratio', 'must not be set for audio'],
    ['a focus without a cut', { mp4: {}, focus: { x: 1 } }, '.focus', 'must not be set without aspect_ratio'],
    [
      'a focus outside',
      { mp4: {}, aspectRatio: 'ASPECT_RATIO_1_1', focus: { x: 101 } },
      '.focus.x',
      'must be 0 to 100',
    ],
    ['a quality of a GIF', { gif: {}, quality: 'QUALITY_HIGH' }, '.quality', 'must not be set for gif'],
    [
      'lossless AV1',
      { mp4: { videoCodec: 'VIDEO_CODEC_AV1' }, quality: 'QUALITY_LOSSLESS' },
      '.quality',
      'must not be QUALITY_LOSSLESS for AV1',
    ],
    ['a limit of a GIF', { gif: {}, maxSizeBytes: '20000' }, '.max_size_bytes', 'must not be set for gif'],
    ['a limit that is too low', { mp4: {}, maxSizeBytes: '9999' }, '.max_size_bytes', /must be 10000 to/],
    ['a negative limit', { mp4: {}, maxSizeBytes: '-1' }, '.max_size_bytes', /must be 10000 to/],
    [
      'a limit of a lossless video',
      { mp4: {}, maxSizeBytes: '20000', quality: 'QUALITY_LOSSLESS' },
      '.max_size_bytes',
      'must not be set with QUALITY_LOSSLESS',
    ],
    ['a sprite sheet of audio', { audio: {}, spriteSheet: {} }, '.sprite_sheet', 'must not be set for audio'],
    ['odd sprites', { mp4: {}, spriteSheet: { width: 33 } }, '.sprite_sheet.width', /even number from 32 to 640/],
    ['too many sprites', { mp4: {}, spriteSheet: { interval: '0.01s' } }, '.sprite_sheet.interval', /must be 0.1 s to/],
    ['an empty range', { mp4: {}, range: { start: '2s', end: '2s' } }, '.range.end', 'must be after start'],
    ['a negative start', { mp4: {}, range: { start: '-1s' } }, '.range.start', /must be 0 s to/],
  ])('refuse %s', (_, output, field, description) => {
    expect(parse(output).violations).toEqual([
      {
        field: `spec.outputs[0]${field}`,
        description: typeof description === 'string' ? description : (expect.stringMatching(description) as string),
      },
    ]);
  });

  it('must have names that differ in more than case', () => {
    expect(
      parse({ key: 'a.mp4', mp4: {} }, { key: 'A.mp4', mp4: {} }, { key: 'output-4.mp4', mp4: {} }, { mp4: {} })
        .violations,
    ).toEqual([
      { field: 'spec.outputs[1].key', description: 'must differ from spec.outputs[0].key' },
      { field: 'spec.outputs[3].key', description: 'must differ from spec.outputs[2].key' },
    ]);
  });

  it('are at most 20', () => {
    const violations = [{ field: 'spec.outputs', description: 'must be at most 20, not 21' }];
    expect(parse(...Array.from({ length: 21 }, () => ({}))).violations).toEqual(violations);
  });

  it('are told all violations at once, with those of the montage', () => {
    const { violations } = parseSpec(spec([{ mp4: {}, shortSide: 3 }, {}], { fit: 9 }));
    expect(violations.map(({ field }) => field)).toEqual([
      'spec.montage.fit',
      'spec.outputs[0].short_side',
      'spec.outputs[1]',
    ]);
  });
});
