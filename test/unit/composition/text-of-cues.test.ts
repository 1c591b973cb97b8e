import { describe, expect, it } from 'vitest';
import { cuesIn, oneAtATime } from '../../../src/composition/subtitles/cues-in.js';
import { parseSrt } from '../../../src/composition/subtitles/srt.js';
import { parseVtt } from '../../../src/composition/subtitles/vtt.js';
import { printSrt, printVtt } from '../../../src/composition/subtitles/print-subtitles.js';
import { languageCode } from '../../../src/engine/outputs/subtitles/language-code.js';

const cue = (start: number, end: number, text: string) => ({ startUs: start * 1e6, endUs: end * 1e6, text });

describe('the cues of a part of a video', () => {
  it('have their times from its start on, within it, in whole milliseconds', () => {
    const cues = [
      cue(0, 1, 'before'),
      cue(3.0004, 9, 'over'),
      cue(1.5, 3, 'in'),
      cue(8, 9, 'after'),
      cue(2, 2.0001, 'short'),
    ];
    expect(cuesIn(cues, 1_200_000, 4_000_000)).toEqual([cue(0.3, 1.8, 'in'), cue(1.8, 2.8, 'over')]);
  });
});

describe('cues one at a time', () => {
  it.each([
    [
      [cue(0, 2, 'a'), cue(1, 3, 'b')],
      [cue(0, 1, 'a'), cue(1, 2, 'a\nb'), cue(2, 3, 'b')],
    ],
    [
      [cue(0, 3, 'a'), cue(1, 2, 'b')],
      [cue(0, 1, 'a'), cue(1, 2, 'a\nb'), cue(2, 3, 'a')],
    ],
    [
      [cue(0, 1, 'a'), cue(1, 2, 'b'), cue(5, 6, 'c')],
      [cue(0, 1, 'a'), cue(1, 2, 'b'), cue(5, 6, 'c')],
    ],
    [[cue(0, 1, 'a'), cue(0, 1, 'b')], [cue(0, 1, 'a\nb')]],
    [[], []],
  ])('of %j are %j', (cues, expected) => {
    expect(oneAtATime(cues, { bytesEach: Infinity, characters: Infinity })).toEqual(expected);
  });
});

describe('printed cues', () => {
  const cues = [cue(0.5, 2, 'a < b & c\nsecond'), cue(3_600.001, 36_000.25, '{x} --> 你好')];

  it('are read as they were, as WebVTT', () => {
    expect(parseVtt(printVtt(cues)).cues).toEqual(cues);
  });

  it('are read as they were, as SubRip', () => {
    expect(printSrt(cues)).toContain('2\n01:00:00,001 --> 10:00:00,250\n{x} --> 你好\n');
    expect(parseSrt(printSrt([cue(0.5, 2, 'one\n\ntwo')])).cues).toEqual([cue(0.5, 2, 'one\ntwo')]);
  });
});

describe('the code of a language', () => {
  it.each([
    ['en', 'eng'],
    ['pt-BR', 'por'],
    ['ZH-Hans', 'zho'],
    ['yue', 'yue'],
    ['xx', 'und'],
    ['', 'und'],
  ])('%s is %s', (tag, code) => {
    expect(languageCode(tag)).toBe(code);
  });
});
