import { describe, expect, it } from 'vitest';
import type { JsonObject } from '@bufbuild/protobuf';
import { readVideoRequest, type VideoRequest } from '../../../../src/api/http/moneyprinterturbo/read-video-request.js';
import { parseSubmit } from '../../../../src/wire/parse-submit.js';
import { ANYONE } from '../../../../src/task/caller.js';
import type { Montage } from '../../../../src/composition/montage/montage.js';
import { montageIn } from '../../../support/montage.js';

const LEAST: JsonObject = {
  video_subject: 'Spring',
  video_materials: [{ provider: 'local', url: 'a.mp4', duration: 0 }],
  custom_audio_file: 'voice.mp3',
  bgm_type: '',
};

function read(changes: JsonObject = {}, songs: readonly string[] = [], random = 0.5): VideoRequest {
  return readVideoRequest(
    { ...LEAST, ...changes },
    { songs, uploadedSongs: [], fonts: ['Own.ttf'], random: () => random },
  );
}

function montageOf(changes: JsonObject = {}, songs: readonly string[] = []): Montage {
  const { request, violations } = read(changes, songs);
  expect(violations).toEqual([]);
  const { spec } = parseSubmit(request, ANYONE);
  expect(spec.violations).toEqual([]);
  return montageIn(spec)!;
}

const fieldsOf = (of: readonly { field: string }[]) => of.map(({ field }) => field);

describe('the request that is read from POST /videos', () => {
  it('has the defaults of MoneyPrinterTurbo when only the required parameters are given', () => {
    expect(montageOf()).toMatchObject({
      width: 1080,
      height: 1920,
      fit: 'COVER',
      longestClipUs: 5_000_000,
      concat: 'RANDOM',
      speed: 1,
      transition: { kind: 'CUT' },
      imageMotion: 'ZOOM_IN',
      narration: { asset: { uri: 'voice.mp3' }, gainDb: 0 },
      music: null,
      subtitles: null,
      materials: [{ uri: 'a.mp4' }],
    });
    expect(read().request.labels).toEqual({ video_subject: 'Spring' });
    expect(read().warnings).toEqual([]);
  });

  it.each<[JsonObject, object]>([
    [{ video_aspect: '16:9' }, { width: 1920, height: 1080 }],
    [{ video_aspect: '1:1' }, { width: 1080, height: 1080 }],
    [{ video_fit_mode: 'contain' }, { fit: 'CONTAIN' }],
    [{ video_concat_mode: 'sequential' }, { concat: 'SEQUENTIAL' }],
    [{ video_concat_mode: 'random' }, { concat: 'RANDOM', seed: 2 ** 31 }],
    [{ video_clip_duration: 3 }, { longestClipUs: 3_000_000 }],
    [{ video_clip_duration: '7' }, { longestClipUs: 7_000_000 }],
    [{ video_clip_speed: 1.5 }, { speed: 1.5 }],
    [{ video_count: 3 }, { variants: 3 }],
    [{ video_transition_mode: null }, { transition: { kind: 'CUT' } }],
    [{ video_transition_mode: 'None' }, { transition: { kind: 'CUT' } }],
    [
      { video_transition_mode: 'FadeIn' },
      { transition: { kind: 'CLIP_EFFECT', effect: 'FADE_IN', durationUs: 1_000_000 } },
    ],
    [{ video_transition_mode: 'FadeOut' }, { transition: { effect: 'FADE_OUT' } }],
    [{ video_transition_mode: 'SlideIn' }, { transition: { effect: 'SLIDE_IN' } }],
    [{ video_transition_mode: 'SlideOut' }, { transition: { effect: 'SLIDE_OUT' } }],
    [{ video_transition_mode: 'ZoomIn' }, { transition: { effect: 'ZOOM_IN' } }],
    [{ video_transition_mode: 'ZoomOut' }, { transition: { effect: 'ZOOM_OUT' } }],
    [{ video_transition_mode: 'Shuffle' }, { transition: { effect: 'SHUFFLE' } }],
    [{ voice_volume: 2 }, { narration: { gainDb: 20 * Math.log10(2) } }],
    [{ video_source: 'pexels' }, { materials: [{ uri: 'a.mp4' }] }],
  ])('follows the parameters %j', (parameters, expected) => {
    expect(montageOf(parameters)).toMatchObject(expected);
  });

  it.each<[JsonObject, string | null]>([
    [{ bgm_type: '' }, null],
    [{ bgm_type: 'none' }, null],
    [{ bgm_type: null }, null],
    [{ bgm_type: 'random' }, 'songs/b.mp3'],
    [{ bgm_type: 'custom', bgm_file: 'mine.mp3' }, 'mine.mp3'],
    [{ bgm_type: 'random', bgm_file: 'mine.mp3' }, 'mine.mp3'],
    [{ bgm_type: 'random', bgm_volume: 0 }, null],
  ])('has the music of %j', (parameters, uri) => {
    expect(montageOf(parameters, ['songs/a.mp3', 'songs/b.mp3']).music?.asset.uri ?? null).toBe(uri);
  });

  it('has random music at a fifth of its loudness with a fade at the end by default', () => {
    const without: JsonObject = Object.fromEntries(Object.entries(LEAST).filter(([name]) => name !== 'bgm_type'));
    const { request } = readVideoRequest(without, {
      songs: ['songs/a.mp3'],
      uploadedSongs: [],
      fonts: [],
      random: () => 0.99,
    });
    const { music } = montageIn(parseSubmit(request, ANYONE).spec)!;
    expect(music).toMatchObject({ asset: { uri: 'songs/a.mp3' }, fadeOutUs: 3_000_000 });
    expect(music!.gainDb).toBeCloseTo(-13.98, 2);
  });

  it('has subtitles of a file or of cues, in the given style', () => {
    const style = {
      font_size: 50,
      text_fore_color: '#FFEE00',
      stroke_color: '#102030',
      stroke_width: 2,
      text_background_color: '#00000080',
      font_name: 'Charm-Bold.ttf',
      subtitle_position: 'custom',
      custom_position: 25,
    };
    const subtitles = montageOf({ subtitle_file: 'a.srt', ...style }).subtitles!;
    expect(subtitles.source).toMatchObject({ kind: 'file', asset: { uri: 'a.srt' } });
    expect(subtitles.style).toMatchObject({
      textColor: { r: 255, g: 238, b: 0 },
      outlineColor: { r: 16, g: 32, b: 48 },
      outlineWidth: 2,
      boxColor: { a: 128 },
      boxShape: 'WIDE',
      bold: true,
      position: 0.25,
    });
    expect(subtitles.style.font).toBeNull();
    expect(subtitles.style.fontSize).toBeCloseTo(68.5);
    expect(montageOf({ subtitle_file: 'a.srt', font_name: 'Own.ttf' }).subtitles!.style).toMatchObject({
      font: { name: 'Own.ttf' },
      bold: false,
    });
    const cues = montageOf({ subtitle_cues: [{ start: 0.5, end: 2, text: 'hi' }] }).subtitles!;
    expect(cues.source).toEqual({ kind: 'cues', cues: [{ startUs: 500_000, endUs: 2_000_000, text: 'hi' }] });
  });

  it.each([
    ['bottom', 'BOTTOM'],
    ['top', 'TOP'],
    ['center', 'CENTER'],
    ['two_thirds_bottom', 2 / 3],
    ['custom', 0.7],
  ])('has subtitles at %s', (position, expected) => {
    const is = montageOf({ subtitle_file: 'a.srt', subtitle_position: position }).subtitles!.style.position;
    if (typeof expected === 'number') expect(is).toBeCloseTo(expected);
    else expect(is).toBe(expected);
  });

  it('has no subtitles when they are off or have no text, and takes true and false for a black box and no box', () => {
    expect(montageOf({ subtitle_enabled: false, subtitle_file: 'a.srt' }).subtitles).toBeNull();
    expect(montageOf({ text_background_color: true, subtitle_file: 'a.srt' }).subtitles!.style.boxColor).toMatchObject({
      r: 0,
      g: 0,
      b: 0,
      a: 255,
    });
    expect(
      montageOf({ text_background_color: '#112233', rounded_subtitle_background: true, subtitle_file: 'a.srt' })
        .subtitles!.style.boxShape,
    ).toBe('ROUNDED');
    expect(montageOf({ text_background_color: false, subtitle_file: 'a.srt' }).subtitles!.style.boxColor).toBeNull();
    expect(read({ subtitle_enabled: true }).warnings).toMatchObject([
      { code: 'SUBTITLES_MISSING', field: 'subtitle_enabled' },
    ]);
  });
});

describe('a parameter without effect', () => {
  it('is warned about only where it is unknown or would change the video', () => {
    const { warnings, violations } = read({
      video_script: 'Once',
      paragraph_number: 1,
      n_threads: 2,
      voice_name: '',
      video_terms: null,
      voice_rate: 1.2,
      subtitle_animation: 'pop',
      subtitle_display_mode: 'none',
      match_materials_to_script: false,
      colour_of_moon: 1,
    });
    expect(violations).toEqual([]);
    expect(warnings.map(({ code, field }) => [code, field])).toEqual([
      ['PARAMETER_IGNORED', 'subtitle_animation'],
      ['PARAMETER_UNKNOWN', 'colour_of_moon'],
    ]);
  });

  it('is counted in one warning beyond the first fifty', () => {
    const { warnings } = read(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x${i}`, i])));
    expect(warnings).toHaveLength(51);
    expect(warnings.at(-1)).toMatchObject({ count: 2950 });
  });

  it('may have the name of a property of every object', () => {
    const { warnings } = readVideoRequest(
      { ...LEAST, ...(JSON.parse('{"constructor":1,"__proto__":2,"toString":3}') as JsonObject) },
      { songs: [], uploadedSongs: [], fonts: [], random: () => 0 },
    );
    expect(fieldsOf(warnings)).toEqual(expect.arrayContaining(['constructor', 'toString']));
  });
});

describe('the reader of a request of POST /videos', () => {
  it('reports all violations at once', () => {
    const { violations } = readVideoRequest(
      {
        video_materials: [{ url: '' }, 7, { url: 3 }],
        video_aspect: '4:3',
        video_clip_duration: 0,
        video_count: 11,
        video_clip_speed: 3,
        video_concat_mode: 'sorted',
        video_transition_mode: 'Spin',
        bgm_volume: -1,
        subtitle_position: 'left',
        custom_position: 101,
        font_size: 'big',
        subtitle_enabled: 'maybe',
        subtitle_cues: {},
      },
      { songs: [], uploadedSongs: [], fonts: [], random: () => 0 },
    );
    expect(fieldsOf(violations).sort()).toEqual([
      'custom_audio_file',
      'font_size',
      'subtitle_cues',
      'subtitle_enabled',
      'subtitle_position',
      'video_aspect',
      'video_concat_mode',
      'video_materials[0].url',
      'video_materials[1].url',
      'video_materials[2].url',
      'video_subject',
      'video_transition_mode',
    ]);
  });

  it('replaces a number out of its range by the nearest limit, with a warning', () => {
    const parameters = {
      video_count: 11,
      video_clip_speed: 3,
      video_clip_duration: 0,
      bgm_volume: -1,
      font_size: 1_000,
      custom_position: 101,
    };
    const { violations, warnings, request } = read(parameters);
    expect(violations).toEqual([]);
    expect(montageOf(parameters)).toMatchObject({ speed: 2, longestClipUs: 1_000_000, variants: 10 });
    expect(parseSubmit(request, ANYONE).spec.violations).toEqual([]);
    expect(warnings.map(({ code }) => code)).toEqual(Array.from({ length: 6 }, () => 'PARAMETER_ADJUSTED'));
    expect(fieldsOf(warnings).sort()).toEqual(Object.keys(parameters).sort());
    expect(warnings.find(({ field }) => field === 'video_count')?.message).toBe(
      'must be 1 to 10: 10 is used instead of 11',
    );
  });

  it('changes several videos in sequence to random order, with a warning', () => {
    const parameters = { video_count: 2, video_concat_mode: 'sequential' };
    expect(montageOf(parameters)).toMatchObject({ concat: 'RANDOM', variants: 2 });
    expect(read(parameters).warnings).toMatchObject([{ code: 'PARAMETER_ADJUSTED', field: 'video_concat_mode' }]);
    expect(montageOf({ video_concat_mode: 'sequential' })).toMatchObject({ concat: 'SEQUENTIAL' });
  });

  it.each<[string, object]>([
    ['#F00', { r: 255, g: 0, b: 0, a: 255 }],
    ['red', { r: 255, g: 0, b: 0, a: 255 }],
    ['rgb(1, 2, 3)', { r: 1, g: 2, b: 3, a: 255 }],
    ['rgba(0,0,0,0.5)', { r: 0, g: 0, b: 0, a: 128 }],
    ['#11223344', { r: 17, g: 34, b: 51, a: 68 }],
  ])('reads the colour %s', (color, wanted) => {
    const style = montageOf({ subtitle_file: 'a.srt', text_fore_color: color, text_background_color: color }).subtitles!
      .style;
    expect(style.textColor).toEqual(wanted);
    expect(style.boxColor).toEqual(wanted);
  });

  it('reads a transparent background as none, and refuses an unknown colour', () => {
    const { style } = montageOf({ subtitle_file: 'a.srt', text_background_color: 'transparent' }).subtitles!;
    expect(style.boxColor).toBeNull();
    const { request } = read({ subtitle_file: 'a.srt', stroke_color: 'no colour' });
    expect(fieldsOf(parseSubmit(request, ANYONE).spec.violations)).toEqual([
      'spec.montage.subtitles.style.outline_color',
    ]);
  });

  it('finds a song by its bare name, also an uploaded one, and chooses no upload at random', () => {
    const choices = {
      songs: ['songs/a.mp3'],
      uploadedSongs: ['upload:songs/mine-1.mp3'],
      fonts: [],
      random: () => 0.99,
    };
    const musicOf = (changes: JsonObject) =>
      montageIn(parseSubmit(readVideoRequest({ ...LEAST, ...changes }, choices).request, ANYONE).spec)!.music?.asset
        .uri;
    expect(musicOf({ bgm_type: 'custom', bgm_file: 'a.mp3' })).toBe('songs/a.mp3');
    expect(musicOf({ bgm_type: 'custom', bgm_file: 'mine-1.mp3' })).toBe('upload:songs/mine-1.mp3');
    expect(musicOf({ bgm_type: 'custom', bgm_file: 'other/a.mp3' })).toBe('other/a.mp3');
    expect(musicOf({ bgm_type: 'random' })).toBe('songs/a.mp3');
  });

  it('refuses stock footage and speech', () => {
    const { violations } = read({ video_source: 'pexels', video_materials: null, custom_audio_file: null });
    expect(fieldsOf(violations)).toEqual(['video_materials', 'video_source', 'custom_audio_file']);
    expect(violations[2]!.description).toMatch(/narration file/);
  });
});
