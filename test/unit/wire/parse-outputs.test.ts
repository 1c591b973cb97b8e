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
      captions: 'BURNED',
      thumbnails: null,
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

  describe('with a transparent background', () => {
    const transparent = (outputs: object[], background = 'transparent') =>
      parseSpec(
        readJson(
          renderSpecType,
          {
            timeline: { canvas: { background }, tracks: [{ clips: [{ color: { color: '#FF0000' } }] }] },
            outputs: outputs as [],
          },
          { unknownFields: 'refuse' },
        ),
      );

    it('are those that keep it', () => {
      const { outputs, violations } = transparent([{ webm: {} }, { mov: {} }, { audio: {} }]);
      expect(violations).toEqual([]);
      expect(outputs.map(({ format }) => format)).toEqual([
        { kind: 'webm', alpha: true },
        { kind: 'mov', alpha: true },
        { kind: 'audio', format: 'M4A' },
      ]);
    });

    it('are refused where they lose it, each with the kinds that do not', () => {
      const { violations } = transparent([{ mp4: {} }, { webm: {} }, { gif: {} }, { hls: {} }]);
      expect(violations.map(({ field }) => field)).toEqual(
        ['mp4', 'gif', 'hls'].map((kind, i) => `spec.outputs[${i === 0 ? 0 : i + 1}].${kind}`),
      );
      for (const { description } of violations) expect(description).toMatch(/webm and mov keep/);
    });

    it('are required', () => {
      expect(transparent([]).violations).toEqual([
        { field: 'spec.outputs', description: expect.stringMatching(/is required .*: webm and mov keep/) as string },
      ]);
    });

    it.each(['#00000000', 'none', 'Transparent'])('is not called %s', (background) => {
      expect(transparent([{ mp4: {} }], background).violations).toEqual([
        { field: 'spec.timeline.canvas.background', description: 'must be a colour as #RRGGBB, or transparent' },
      ]);
    });
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
          captions: 'CAPTIONS_BURNED',
          range: { start: '0s', end: '2s' },
        },
        { key: 'output-2.gif', gif: {}, shortSide: 360, captions: 'CAPTIONS_BURNED' },
        { key: 'output-3.m4a', audio: { format: 'FORMAT_M4A' } },
      ],
    });
  });

  it.each([
    ['a missing kind', {}, '', 'must have one of: mp4, webm, gif, audio, hls, mov'],
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
    ['a size of HLS beside its sizes', { hls: {}, shortSide: 360 }, '.short_side', /hls.short_sides/],
    ['a size of HLS that is larger', { hls: { shortSides: [720, 2000] } }, '.hls.short_sides[1]', /from 64 to 1080/],
    ['an odd size of HLS', { hls: { shortSides: [101] } }, '.hls.short_sides[0]', /must be an even number/],
    ['a size of HLS twice', { hls: { shortSides: [720, 720] } }, '.hls.short_sides[1]', 'must differ from the others'],
    [
      'nine sizes',
      { hls: { shortSides: [64, 66, 68, 70, 72, 74, 76, 78, 80] } },
      '.hls.short_sides',
      /at most 8, not 9/,
    ],
    ['short segments', { hls: { segment: '0.5s' } }, '.hls.segment', 'must be 1 s to 20 s'],
    ['lossless HLS', { hls: {}, quality: 'QUALITY_LOSSLESS' }, '.quality', /must not be QUALITY_LOSSLESS for hls/],
    ['a limit of HLS', { hls: {}, maxSizeBytes: '20000' }, '.max_size_bytes', 'must not be set for hls'],
    ['a stream of another name', { key: 'a.mp4', hls: {} }, '.key', 'must end with .m3u8'],
    ['captions of audio', { audio: {}, captions: 'CAPTIONS_NONE' }, '.captions', 'must not be set for audio'],
    ['a text track of a GIF', { gif: {}, captions: 'CAPTIONS_SOFT' }, '.captions', 'must not be CAPTIONS_SOFT for gif'],
    ['a quality of MOV', { mov: {}, quality: 'QUALITY_HIGH' }, '.quality', 'must not be set for mov'],
    ['a limit of MOV', { mov: {}, maxSizeBytes: '20000' }, '.max_size_bytes', 'must not be set for mov'],
    ['stills of audio', { audio: {}, thumbnails: { count: 1 } }, '.thumbnails', 'must not be set for audio'],
    ['stills at no time', { mp4: {}, thumbnails: {} }, '.thumbnails', 'must have one of: count, times'],
    [
      'stills of two kinds',
      { mp4: {}, thumbnails: { count: 1, times: ['1s'] } },
      '.thumbnails',
      /one of: count, times/,
    ],
    ['too many stills', { mp4: {}, thumbnails: { count: 51 } }, '.thumbnails.count', 'must be 1 to 50'],
    [
      'a still before the start',
      { mp4: {}, thumbnails: { times: ['1s', '-1s'] } },
      '.thumbnails.times[1]',
      /must be 0 s/,
    ],
    [
      'stills larger than the output',
      { mp4: {}, shortSide: 540, thumbnails: { count: 1, width: 542 } },
      '.thumbnails.width',
      /32 to 540/,
    ],
    [
      'stills of no known format',
      { mp4: {}, thumbnails: { count: 1, format: 9 } },
      '.thumbnails.format',
      'has the unknown value 9',
    ],
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

  it('must not have the name of a file of a stream', () => {
    const stream = { key: 'a.m3u8', hls: { shortSides: [720] } };
    for (const other of [
      { key: 'a.720.mp4', mp4: {} },
      { key: 'A.Audio.mp4', mp4: {} },
      { key: 'a.audio.m3u8', hls: {} },
      { key: 'a.subtitles.m3u8', hls: {} },
    ]) {
      const differs = [{ field: 'spec.outputs[1].key', description: 'must differ from spec.outputs[0].key' }];
      expect(parse(stream, other).violations).toEqual(differs);
      expect(parse(other, stream).violations).toEqual(differs);
    }
    expect(parse(stream, { key: 'a.480.mp4', mp4: {} }, { key: 'a.mp4', mp4: {} }).violations).toEqual([]);
  });

  it('are streams in the usual sizes below that of the picture', () => {
    const sidesOf = (output: object, montage: object = {}) =>
      parseSpec(spec([output], montage)).outputs.map(({ format }) => format.kind === 'hls' && format.shortSides)[0];
    expect(sidesOf({ hls: {} })).toEqual([1080, 720, 480, 360]);
    expect(sidesOf({ hls: {} }, { resolution: 500 })).toEqual([500, 480, 360]);
    expect(sidesOf({ hls: { shortSides: [360, 1080] } })).toEqual([1080, 360]);
    // The short side of what is left of the picture.
    expect(sidesOf({ hls: {}, aspectRatio: 'ASPECT_RATIO_16_9' })).toEqual([608, 480, 360]);
    const filled = fillDefaults(spec([{ hls: {} }], { resolution: 480 }));
    expect(writeCompactJson(renderSpecType, filled)).toMatchObject({
      outputs: [{ key: 'output-1.m3u8', hls: { shortSides: [480, 360], segment: '6s' }, quality: 'QUALITY_MEDIUM' }],
    });
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

describe('the destination of an output', () => {
  const put = (url: string, headers: Record<string, string> = {}, more: object = {}) => ({
    mp4: {},
    destination: { httpPut: { url, headers } },
    ...more,
  });

  it('keeps its URL, and its headers in lower case', () => {
    const { outputs, violations } = parse(put('https://a.test/b?c', { 'X-Ms-Blob-Type': 'BlockBlob' }));
    expect(violations).toEqual([]);
    expect(outputs[0]?.destination).toEqual({
      kind: 'http-put',
      url: 'https://a.test/b?c',
      headers: { 'x-ms-blob-type': 'BlockBlob' },
      field: 'spec.outputs[0].destination.http_put.url',
    });
  });

  it.each([
    ['nothing', { mp4: {}, destination: {} }, ['destination']],
    ['no URL', put(''), ['destination.http_put.url']],
    ['HLS', { hls: {}, destination: { httpPut: { url: 'https://a.test' } } }, ['destination']],
    [
      'headers of the connection, with control characters, twice, and without a name',
      put('https://a.test', { 'Content-Length': '1', b: 'x\r\ny', X: '1', x: '2', 'a b': '' }),
      ['"Content-Length"', '"b"', '"x"', '"a b"'].map((name) => `destination.http_put.headers[${name}]`),
    ],
    [
      'too many headers',
      put('https://a.test', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`h${i}`, '']))),
      ['destination.http_put.headers'],
    ],
  ])('is refused with %s', (_what, output, fields) => {
    expect(parse(output).violations.map(({ field }) => field)).toEqual(
      fields.map((field) => `spec.outputs[0].${field}`),
    );
  });

  it('is refused where another output has its URL', () => {
    const { violations } = parse(put('https://a.test/x'), put('https://a.test/y'), put('https://a.test/x'));
    expect(violations).toEqual([
      {
        field: 'spec.outputs[2].destination.http_put.url',
        description: 'must differ from spec.outputs[0].destination.http_put.url',
      },
    ]);
  });

  const bucket = (s3: object, more: object = { mp4: {} }) => ({ ...more, destination: { s3 } });

  it('may be a bucket of the operator, also for HLS, and the same for several files', () => {
    const s3 = { name: 'acme', uri: 's3://acme-videos/renders/2026/', keepExisting: true };
    const { outputs, violations } = parse(bucket(s3), bucket(s3, { hls: {} }), bucket({ name: 'a', uri: 's3://abc' }));
    expect(violations).toEqual([]);
    expect(outputs.map(({ destination }) => destination)).toMatchObject([
      {
        kind: 's3',
        name: 'acme',
        bucket: 'acme-videos',
        prefix: 'renders/2026',
        keepExisting: true,
        field: 'spec.outputs[0].destination.s3',
      },
      { prefix: 'renders/2026' },
      { bucket: 'abc', prefix: '', keepExisting: false },
    ]);
  });

  it.each([
    ['nothing', {}, ['name', 'uri']],
    ['another scheme', { name: 'a', uri: 'https://acme-videos/a' }, ['uri']],
    ['a name with a slash', { name: 'a/b', uri: 's3://acme-videos' }, ['name']],
    ['a way up', { name: 'a', uri: 's3://acme-videos/a/../b' }, ['uri']],
    ['an empty name', { name: 'a', uri: 's3://acme-videos//a' }, ['uri']],
    ['a control character', { name: 'a', uri: 's3://acme-videos/a\u0007' }, ['uri']],
    ['a long prefix', { name: 'a', uri: `s3://acme-videos/${'ä'.repeat(257)}` }, ['uri']],
  ])('is refused in a bucket with %s', (_what, s3, fields) => {
    expect(parse(bucket(s3)).violations.map(({ field }) => field)).toEqual(
      fields.map((field) => `spec.outputs[0].destination.s3.${field}`),
    );
  });

  it('is refused with several variants', () => {
    const { violations } = parseSpec(spec([put('https://a.test')], { variants: 2 }));
    expect(violations).toMatchObject([{ field: 'spec.outputs[0].destination' }]);
  });
});
