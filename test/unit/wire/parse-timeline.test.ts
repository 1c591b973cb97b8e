import { describe, expect, it } from 'vitest';
import { TRANSITION_KINDS } from '../../../src/composition/transition-kinds.js';
import { startThreadTime } from '../../support/thread-time.js';
import { type Json, timelineOf, timelineSpec, track, violationsOf } from '../../support/timeline.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';

const TRACKS = 'spec.timeline.tracks';
const CLIP = `${TRACKS}[0].clips[0]`;
const color = { color: { color: '#ff0000' } };
const image = { image: { uri: 'i.png' } };
const video = (fields: Json = {}) => ({ video: { uri: 'v.mp4', ...fields } });
const audio = (fields: Json = {}) => ({ audio: { uri: 'a.wav', ...fields } });
const text = (fields: Json = {}) => ({ text: { text: 'Hello there', ...fields } });
const clip = (fields: Json) => track({ ...color, ...fields });
const fieldsOf = (timeline: Json) => parseSpec(timelineSpec(timeline)).violations.map(({ field }) => field);
const many = (count: number, of: Json) => Array.from({ length: count }, () => of);

describe('a timeline of one image alone', () => {
  it('has the defaults of the proto', () => {
    expect(timelineOf(track(image))).toEqual({
      field: 'spec.timeline',
      canvas: { width: 1920, height: 1080, frameRate: { num: 30, den: 1 }, background: { r: 0, g: 0, b: 0, a: 255 } },
      durationUs: null,
      loudness: null,
      tracks: [
        {
          gainDb: 0,
          muted: false,
          duck: null,
          id: '',
          clips: [
            {
              field: CLIP,
              id: '',
              begin: { kind: 'AFTER_PREVIOUS' },
              length: { kind: 'NATURAL' },
              content: {
                kind: 'VISUAL',
                source: { kind: 'IMAGE', asset: { uri: 'i.png', field: `${CLIP}.image.uri` } },
                enter: null,
                exit: null,
                matte: null,
                transition: null,
                look: {
                  ...{ x: 0, y: 0, width: 1920, height: 1080, anchor: { x: 0, y: 0 } },
                  ...{ fit: 'COVER', focus: { x: 0.5, y: 0.5 }, part: null, opacity: 1, rotation: 0 },
                  ...{ flipHorizontal: false, flipVertical: false, cornerRadius: 0, border: null, shadow: null },
                  ...{ blend: 'NORMAL', chromaKey: null, colors: null, lut: null, blur: 0, motion: null },
                },
              },
            },
          ],
        },
      ],
    });
  });

  it('has sizes in pixels of its own canvas', () => {
    const { canvas, tracks } = timelineOf({
      canvas: { width: 960, height: 540, frameRate: '60000/2002' },
      ...clip({ cornerRadius: 20, blur: 8, border: {}, shadow: {}, layout: { box: { x: 10, width: 50, height: 50 } } }),
    });
    expect(canvas.frameRate).toEqual({ num: 30_000, den: 1001 });
    expect(tracks[0]?.clips[0]?.content).toMatchObject({
      look: {
        ...{ x: 96, y: 0, width: 480, height: 270, fit: 'FILL', cornerRadius: 10, blur: 4 },
        border: { width: 2, color: { r: 255, g: 255, b: 255, a: 255 } },
        shadow: { x: 0, y: 4, blur: 6, color: { r: 0, g: 0, b: 0, a: 128 } },
      },
    });
  });
});

describe('the parser of a timeline', () => {
  it.each<[string, Json, string[]]>([
    ['no tracks', {}, [TRACKS]],
    ['an empty track', { tracks: [{}] }, [`${TRACKS}[0].clips`]],
    ['no asset', track({}), [CLIP]],
    [
      'an odd canvas',
      { canvas: { width: 15, height: 721 }, ...clip({}) },
      ['spec.timeline.canvas.width', 'spec.timeline.canvas.height'],
    ],
    ['a square canvas of 4K', { canvas: { width: 3840, height: 3840 }, ...clip({}) }, ['spec.timeline.canvas.height']],
    ...['0', '0.5', '121', '30/0', '1000000', '30000 / 1001', '-25', '25fps'].map(
      (frameRate): [string, Json, string[]] => [
        `the rate ${frameRate}`,
        { canvas: { frameRate }, ...clip({}) },
        ['spec.timeline.canvas.frame_rate'],
      ],
    ),
    ['a short duration', clip({ duration: '0.01s' }), [`${CLIP}.duration`]],
    ['a negative start', clip({ start: '-1s' }), [`${CLIP}.start`]],
    ['an offset alone', clip({ offset: '1s' }), [`${CLIP}.offset`]],
    ['to_end: false', clip({ toEnd: false }), [`${CLIP}.to_end`]],
    ['to_end before another clip', track({ ...color, toEnd: true }, color), [`${CLIP}.to_end`]],
    ['to_end alone', clip({ toEnd: true }), ['spec.timeline.duration']],
    ['a bad id', clip({ id: 'a b' }), [`${CLIP}.id`]],
    ['an id twice', track({ ...color, id: 'a' }, { ...color, id: 'a' }), [`${TRACKS}[0].clips[1].id`]],
    [
      'a track id twice',
      {
        tracks: [
          { id: 't', clips: [color] },
          { id: 't', clips: [color] },
        ],
      },
      [`${TRACKS}[1].id`],
    ],
    ['an unknown id', clip({ startWith: 'x' }), [`${CLIP}.start_with`]],
    ['itself', clip({ id: 'x', startAfter: 'x' }), [`${CLIP}.start_after`]],
    ['its own length', clip({ id: 'x', sameAs: 'x' }), [`${CLIP}.same_as`]],
    [
      'a loud duck',
      { tracks: [{ clips: [color], duck: { under: 'no', amountDb: 41, attack: '3s', release: '0s' } }] },
      ['under', 'amount_db', 'attack', 'release'].map((name) => `${TRACKS}[0].duck.${name}`),
    ],
    [
      'a track under itself',
      { tracks: [{ id: 'a', clips: [color], duck: { under: 'a' } }] },
      [`${TRACKS}[0].duck.under`],
    ],
    [
      'tracks under each other',
      {
        tracks: [
          { clips: [color], duck: { under: 'a' } },
          { id: 'a', clips: [color], duck: { under: 'b' } },
          { id: 'b', clips: [color], duck: { under: 'a' } },
        ],
      },
      [`${TRACKS}[1].duck.under`],
    ],
    [
      'loudness',
      { ...clip({}), loudness: { integratedLufs: -7, truePeakDbtp: 0 } },
      ['integrated_lufs', 'true_peak_dbtp'].map((name) => `spec.timeline.loudness.${name}`),
    ],
    [
      'a wide box',
      clip({ layout: { box: { x: 1001, width: 0, height: 1001 } } }),
      ['x', 'width', 'height'].map((name) => `${CLIP}.layout.box.${name}`),
    ],
    ['a box of 9,000 pixels', clip({ layout: { box: { width: 500 } } }), [`${CLIP}.layout.box.width`]],
    [
      'a crop beyond its asset',
      track({ ...image, layout: { crop: { x: 60, width: 50, y: 100 } } }),
      ['width', 'y'].map((name) => `${CLIP}.layout.crop.${name}`),
    ],
    [
      'a fit of a colour',
      clip({ layout: { fit: 'FIT_CONTAIN', focus: {} } }),
      [`${CLIP}.layout.fit`, `${CLIP}.layout.focus`],
    ],
    [
      'looks out of range',
      clip({ opacity: 1.1, rotation: 3601, cornerRadius: -1, blur: 201, border: { width: 201 }, shadow: { blur: -1 } }),
      ['opacity', 'rotation', 'corner_radius', 'border.width', 'shadow.blur', 'blur'].map((name) => `${CLIP}.${name}`),
    ],
    [
      'colours out of range',
      clip({
        chromaKey: { similarity: 2, blend: -1 },
        colorAdjustment: { brightness: 2, contrast: 5, saturation: -1, gamma: 11, hue: 181, temperature: 999 },
      }),
      [
        'chroma_key.color',
        'chroma_key.similarity',
        'chroma_key.blend',
        ...['brightness', 'contrast', 'saturation', 'gamma', 'hue', 'temperature'].map(
          (name) => `color_adjustment.${name}`,
        ),
      ].map((name) => `${CLIP}.${name}`),
    ],
    ['a motion of no kind', clip({ motion: { strength: 2 } }), [`${CLIP}.motion.kind`, `${CLIP}.motion.strength`]],
    [
      'a speed',
      track(video({ speed: 5 }), audio({ speed: 0.2 })),
      [`${CLIP}.video.speed`, `${TRACKS}[0].clips[1].audio.speed`],
    ],
    ['the sound of a muted video', track(video({ muted: true, sound: {} })), [`${CLIP}.video.sound`]],
    [
      'reverse without an end to begin at',
      track(video({ reverse: true, shortSource: 'SHORT_SOURCE_LOOP' }), audio({ reverse: true, loop: true })),
      [`${CLIP}.video.reverse`, `${TRACKS}[0].clips[1].audio.reverse`],
    ],
    ['a loop with a speed', track(audio({ loop: true, speed: 2 })), [`${CLIP}.audio.loop`]],
    [
      'a gradient',
      track({
        gradient: {
          kind: 'KIND_RADIAL',
          angle: 3,
          stops: [
            { at: 0.5, color: '#ffffff' },
            { at: 0.4, color: 'red' },
          ],
        },
      }),
      ['angle', 'stops[1].at', 'stops[1].color'].map((name) => `${CLIP}.gradient.${name}`),
    ],
    ['one stop', track({ gradient: { stops: [{ color: '#ffffff' }] } }), [`${CLIP}.gradient.stops`]],
    ['an empty text', track({ text: {} }), [`${CLIP}.text.text`]],
    [
      'texts out of range',
      track(
        text({
          fontSize: 3,
          lineHeight: 5,
          letterSpacing: 201,
          maxLines: 101,
          outline: { width: 101 },
          background: { padding: 501 },
        }),
      ),
      ['font_size', 'line_height', 'letter_spacing', 'outline.width', 'background.padding', 'max_lines'].map(
        (name) => `${CLIP}.text.${name}`,
      ),
    ],
    [
      'a text of too many parts',
      track({ ...text({ text: 'a '.repeat(201), animation: {} }), duration: '60s' }),
      [`${CLIP}.text.animation.by`],
    ],
    ['a text of no parts', track(text({ text: ' ', animation: {} })), [`${CLIP}.text.animation.by`]],
    ['an enter beside parts', track({ ...text({ animation: {} }), enter: {} }), [`${CLIP}.enter`]],
    [
      'parts that take longer than the clip',
      track(text({ animation: { interval: '5s' } })),
      [`${CLIP}.text.animation`],
    ],
    ['a transition of the first clip', clip({ transition: {} }), [`${CLIP}.transition`]],
    ['a transition after sound', track(audio(), { ...color, transition: {} }), [`${TRACKS}[0].clips[1].transition`]],
    [
      'a transition beside enter and exit',
      track({ ...color, exit: {} }, { ...color, enter: {}, transition: {} }),
      [`${CLIP}.exit`, `${TRACKS}[0].clips[1].enter`],
    ],
    ['long animations', clip({ duration: '1s', enter: { duration: '0.6s' }, exit: {} }), [`${CLIP}.exit.duration`]],
    [
      'long fades',
      track({ ...audio({ sound: { fadeIn: '2s', fadeOut: '2s' } }), duration: '1s' }),
      [`${CLIP}.audio.sound.fade_in`, `${CLIP}.audio.sound.fade_out`],
    ],
    ['a wipe with an easing', clip({ enter: { kind: 'KIND_WIPE_LEFT', easing: 'ease' } }), [`${CLIP}.enter.easing`]],
    [
      'looks of sound and subtitles',
      track(
        { ...audio(), layout: {}, opacity: 1, enter: {} },
        { subtitles: { uri: 's.srt' }, blur: 1, keyframes: [{ property: 'PROPERTY_X' }] },
      ),
      ['[0].layout', '[0].opacity', '[0].enter', '[1].blur', '[1].keyframes'].map(
        (name) => `${TRACKS}[0].clips${name}`,
      ),
    ],
    [
      'keyframes of what is not there',
      track(
        { ...audio(), keyframes: [{ property: 'PROPERTY_X' }] },
        { ...image, keyframes: [{ property: 'PROPERTY_GAIN_DB' }, {}] },
      ),
      ['[0].keyframes[0]', '[1].keyframes[0]', '[1].keyframes[1]'].map((name) => `${TRACKS}[0].clips${name}.property`),
    ],
    [
      'keyframes out of order or range',
      clip({
        keyframes: [
          { property: 'PROPERTY_X', time: '1s' },
          { property: 'PROPERTY_OPACITY', value: 2 },
          { property: 'PROPERTY_X', time: '1.01s' },
          { property: 'PROPERTY_WIDTH', value: 0 },
        ],
      }),
      [`${CLIP}.keyframes[1].value`, `${CLIP}.keyframes[2].time`, `${CLIP}.keyframes[3].value`],
    ],
    [
      'keyframes of a track that are not of its gain, in order and in range',
      {
        tracks: [
          {
            clips: [audio()],
            keyframes: [
              { property: 'PROPERTY_X' },
              { property: 'PROPERTY_GAIN_DB', value: 21 },
              { property: 'PROPERTY_GAIN_DB' },
              {},
            ],
          },
        ],
      },
      ['[0].property', '[1].value', '[2].time', '[3].property'].map((name) => `${TRACKS}[0].keyframes${name}`),
    ],
    [
      'a blur beyond its range',
      clip({ keyframes: [{ property: 'PROPERTY_BLUR', value: 201 }] }),
      [`${CLIP}.keyframes[0].value`],
    ],
    [
      'a keyframe of a muted video',
      track({ ...video({ muted: true }), keyframes: [{ property: 'PROPERTY_GAIN_DB' }] }),
      [`${CLIP}.keyframes[0].property`],
    ],
  ])('refuses %s', (_, timeline, fields) => {
    expect(fieldsOf(timeline)).toEqual(fields);
  });

  it('tells every violation at once', () => {
    const timeline = {
      canvas: { frameRate: 'x' },
      tracks: [
        {
          clips: [
            { ...color, opacity: 2 },
            { ...color, start: '4s' },
          ],
        },
        { clips: [{ ...video({ speed: 9 }), startWith: 'none' }] },
      ],
      duration: '18000s',
      loudness: { integratedLufs: 0 },
    };
    expect(fieldsOf(timeline).length).toBe(6);
  });

  it('names the words that are allowed, and the nearest one', () => {
    const eased = (easing: string) => violationsOf(clip({ enter: { easing } }));
    expect(eased('ease_in')).toEqual([
      `${CLIP}.enter.easing must be one of linear, ease, ease-in, ease-out, ease-in-out, step-start, step-end or cubic-bezier(x1, y1, x2, y2); did you mean ease-in?`,
    ]);
    expect(eased('cubic-bezier(0.1, -0.5,.9,1.5 )')).toEqual([]);
    expect(eased('cubic-bezier(1.1, 0, 0, 0)')).toEqual([`${CLIP}.enter.easing must have an x1 and an x2 from 0 to 1`]);
    expect(eased('cubic-bezier(1, 0, 0)')).toHaveLength(1);
    expect(violationsOf(track(color, { ...color, transition: { kind: 'wipe_left' } }))).toEqual([
      `${TRACKS}[0].clips[1].transition.kind is no transition; did you mean wipeleft? Capabilities.xfade_transitions has all`,
    ]);
    expect(violationsOf(track({ ...color, id: 'intro' }, { ...color, startAfter: 'intr' }))).toEqual([
      `${TRACKS}[0].clips[1].start_after names no clip: "intr"; did you mean "intro"?`,
    ]);
  });

  it('has every transition of xfade', () => {
    const clips = [color, ...TRANSITION_KINDS.map((kind) => ({ ...color, transition: { kind } }))];
    expect(violationsOf(track(...clips))).toEqual([]);
  });

  it('finds circles of starts, lengths and the end of the video', () => {
    const circle = {
      tracks: [
        { clips: [{ id: 'a', ...color, startAfter: 'b' }] },
        { clips: [{ id: 'b', ...color, sameAs: 'c' }] },
        { clips: [{ id: 'c', ...color, startAfter: 'a', toEnd: true }] },
      ],
    };
    expect(violationsOf(circle)).toEqual([
      `${TRACKS}[0].clips[0].start_after makes a circle: the time of this clip depends on itself ("a" → "b" → "c" → "a")`,
      `${TRACKS}[1].clips[0].same_as makes a circle: the time of this clip depends on itself ("b" → "c" → "b")`,
    ]);
    expect(violationsOf({ ...circle, duration: '60s' })).toHaveLength(1);
  });

  it('follows a chain of 2,000 clips, each after the next', () => {
    const clips = Array.from({ length: 1_999 }, (_, i) => ({
      ...color,
      id: `c${i}`,
      startAfter: `c${i + 1}`,
      duration: '1s',
    }));
    const tracks = [...clips, { ...color, id: 'c1999', duration: '1s' }];
    const layers = Array.from({ length: 100 }, (_, i) => ({ clips: tracks.slice(i * 20, i * 20 + 20) }));
    // Each is after the one that follows on its track, so that they stand in the wrong order.
    expect(fieldsOf({ tracks: layers }).every((field) => field.endsWith('.start_after'))).toBe(true);
  });

  it('counts before it reads: a request of millions of members is refused at once', () => {
    const since = startThreadTime();
    expect(fieldsOf({ tracks: many(101, { clips: [color] }) })).toEqual([TRACKS]);
    expect(fieldsOf({ tracks: many(3, { clips: many(700, color) }) })).toEqual([TRACKS]);
    expect(fieldsOf(clip({ keyframes: many(1_001, {}) }))).toEqual([`${CLIP}.keyframes`]);
    expect(fieldsOf(track(...many(21, { ...color, keyframes: many(1_000, {}) })))).toEqual([TRACKS]);
    const ofTracks = { clips: [color], keyframes: many(1_000, {}) };
    expect(fieldsOf({ tracks: many(21, ofTracks) })).toEqual([TRACKS]);
    expect(fieldsOf({ tracks: [{ clips: [color], keyframes: many(1_001, {}) }] })).toEqual([`${TRACKS}[0].keyframes`]);
    expect(since().cpuMs).toBeLessThan(5_000);
  });

  it('takes a crop up to the edge whose percents make 100 in decimals only', () => {
    expect(fieldsOf(track({ ...image, layout: { crop: { x: 99.9, width: 0.1, y: 70.1, height: 29.9 } } }))).toEqual([]);
  });

  it('reads images as large as they are shown, and those of FIT_NONE in their own size', () => {
    const boxOf = (layout: Json) =>
      parseSpec(timelineSpec(track({ ...image, layout: { box: { width: 50, height: 10 }, ...layout } }))).form
        ?.inputs[0];
    expect(boxOf({})).toMatchObject({ box: { width: 960, height: 108 } });
    expect(boxOf({ crop: { width: 50, height: 25 } })).toMatchObject({ box: { width: 1_920, height: 432 } });
    expect(boxOf({ fit: 'FIT_NONE' })).toMatchObject({ box: { width: 65_535, height: 65_535 } });
  });

  it('finds the fonts and files that it names', () => {
    const { assets, fonts } = parseSpec(
      timelineSpec(
        track({ ...video(), colorAdjustment: { lutUri: 'l.cube' } }, audio(), text({ font: 'Own.ttf' }), {
          subtitles: { uri: 's.srt', style: { font: 'Other.ttf' } },
        }),
      ),
    );
    expect(assets.map(({ uri }) => uri)).toEqual(['v.mp4', 'l.cube', 'a.wav', 's.srt']);
    expect(fonts.map(({ name }) => name)).toEqual(['Own.ttf', 'Other.ttf']);
  });
});
