import { describe, expect, it } from 'vitest';
import { parseSubtitles } from '../../../../src/composition/subtitles/parse-subtitles.js';
import { startThreadTime } from '../../../support/thread-time.js';

const SIZE = 1_000_000;
/** Far more than reading takes, and far less than time that grows with the square: minutes. */
const MAX_MS = 5_000;

const SRT = '1\n00:00:01,000 --> 00:00:02,000\n';
const VTT = 'WEBVTT\n\n00:01.000 --> 00:02.000\n';
const ASS = '[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,x';

describe('the subtitle reader', () => {
  it.each([
    ['SRT, tags that do not end', SRT, '<b '],
    ['SRT, overrides that do not end', SRT, '{\\'],
    ['WebVTT, tags that do not end', VTT, '<a '],
    ['WebVTT, readings that do not end', VTT, '<rt>'],
    ['WebVTT, one long reading that does not end', `${VTT}<rt>`, 'a'],
    ['WebVTT, time spans', VTT, '-->\n'],
    ['ASS, overrides that do not end', ASS, '{'],
    ['ASS, spaces', `${ASS}\n`, ' '],
    ['ASS, spaces and a word', `${ASS}\n`, 'a '],
    ['ASS, headings that do not end', `${ASS}\n`, '['],
    ['ASS or not, many lines', `\u2028`, '\u2028'],
    ['SRT, digits', `${SRT}1`, '1'],
    ['SRT, spaces', `${SRT}1`, ' '],
    ['Whisper, quotation marks in a string that does not end', '{"segments": NaN, "text": "', '\\"'],
  ])('takes linear time for a file that is made to be slow: %s', (_, head, piece) => {
    const text = head + piece.repeat(SIZE / piece.length);
    const since = startThreadTime();
    try {
      parseSubtitles(text, 'f');
    } catch (error) {
      expect(error).toMatchObject({ name: 'SubtitleSyntaxError' });
    }
    expect(since().cpuMs).toBeLessThan(MAX_MS);
  });
});
