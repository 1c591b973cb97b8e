import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../../src/composition/subtitles/decode-text.js';
import { parseSubtitles } from '../../../../src/composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../../../src/composition/subtitles/subtitle-text.js';

const SRT = '1\n00:00:00,000 --> 00:00:01,000\n[Music] 你好';
const VTT = 'WEBVTT\n\n00:00.000 --> 00:01.000\n[Music] 你好';
const ASS = '[Events]\nFormat: Start, End, Text\nDialogue: 0:00:00.00,0:00:01.00,[Music] 你好';
const cues = [{ startUs: 0, endUs: 1_000_000, text: '[Music] 你好' }];

function utf16(text: string, order: 'little' | 'big'): Buffer {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return order === 'little' ? bytes : bytes.swap16();
}

function utf32(text: string, order: 'little' | 'big'): Buffer {
  const characters = Array.from(text);
  const bytes = Buffer.alloc(characters.length * 4);
  characters.forEach((character, i) => {
    const code = character.codePointAt(0)!;
    if (order === 'little') bytes.writeUInt32LE(code, i * 4);
    else bytes.writeUInt32BE(code, i * 4);
  });
  return bytes;
}

const noGuess = () => null;

describe('the subtitle reader', () => {
  it('recognizes formats by their content', () => {
    expect(parseSubtitles(SRT, 'f')).toEqual({ cues, warnings: [] });
    expect(parseSubtitles(VTT, 'f')).toEqual({ cues, warnings: [] });
    expect(parseSubtitles(ASS, 'f')).toMatchObject({
      cues,
      warnings: [{ code: 'SUBTITLE_STYLING_IGNORED', field: 'f', count: 1 }],
    });
  });

  it('reports the number of left-out cues and the place of the first one', () => {
    const bad = '00:00:03,000 --> 00:00:02,000\nx\n\n';
    const message = 'subtitles are left out: line 1 ends before it starts';
    expect(parseSubtitles(bad + bad + SRT, 'f')).toEqual({
      cues,
      warnings: [{ code: 'SUBTITLES_SKIPPED', message, field: 'f', count: 2 }],
    });
  });

  it.each([
    ['SRT', (text: string) => `1\n00:00:00,000 --> 00:00:01,000\n${text}\n`, 2],
    ['WebVTT', (text: string) => `WEBVTT\n\n00:00.000 --> 00:01.000\n${text}\n`, 3],
    ['ASS', (text: string) => `[Events]\nDialogue: 0,0:00:00.00,0:00:01.00,,,,,,,${text}\n`, 2],
  ] as const)('leaves out a text that is too long for a cue: %s', (_, fileOf, line) => {
    expect(parseSubtitles(fileOf('😀'.repeat(2000)), 'f').cues).toHaveLength(1);
    expect(() => parseSubtitles(fileOf('a'.repeat(2001)), 'f')).toThrow(
      `line ${line} has a text of more than 2000 characters`,
    );
  });

  it.each([
    ['UTF-8', Buffer.from(SRT)],
    ['UTF-8 with mark', Buffer.from(`\uFEFF${SRT}`)],
    ['UTF-16, little end first', utf16(SRT, 'little')],
    ['UTF-16, big end first', utf16(SRT, 'big')],
    ['UTF-32, little end first', utf32(`\uFEFF${SRT} 😀`, 'little')],
    ['UTF-32, big end first', utf32(`\uFEFF${SRT} 😀`, 'big')],
  ])('reads %s', (_, bytes) => {
    const { text, assumed } = decodeText(bytes, noGuess);
    expect(parseSubtitles(text.replace(' 😀', ''), 'f').cues).toEqual(cues);
    expect(assumed).toBeNull();
  });

  it.each([
    [
      'another code page',
      Buffer.concat([Buffer.from('1\n00:00:00,000 --> 00:00:01,000\n'), Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x0a])]),
      /see line 3$/,
    ],
    ['a character cut off at the end', Buffer.from('a\nb\n好').subarray(0, -1), /see line 3$/],
    ['half a character of UTF-16', utf16('a', 'little').subarray(0, -1), /UTF-16/],
    ['half a pair of UTF-16', Buffer.from([0xff, 0xfe, 0x00, 0xd8]), /UTF-16/],
    ['a part of a character of UTF-32', utf32('\uFEFFa', 'big').subarray(0, -1), /UTF-32/],
    ['a number beyond UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0xff, 0xff, 0xff, 0xff]), /UTF-32/],
    ['half a pair in UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0, 0xd8, 0, 0]), /UTF-32/],
  ])('refuses bytes with %s, and names the line', (_, bytes, message) => {
    expect(() => decodeText(bytes, noGuess)).toThrow(SubtitleSyntaxError);
    expect(() => decodeText(bytes, noGuess)).toThrow(message);
  });

  it('fails with a typed error only, on any content', () => {
    const pieces = [
      '00:00:01,000 --> 00:00:02,000',
      '00:01.000 --> 00:02.000 a:b',
      '',
      '7',
      'NOTE',
      '<c',
      '&#',
      '{\\p1}',
      'WEBVTT',
      '[Events]',
      ASS,
      'Format: Start, Text, End',
      'Dialogue: 0,0:00:00.00,0:00:01.00,,,,,,,a',
    ];
    const line = fc.oneof(fc.string(), fc.constantFrom(...pieces));
    fc.assert(
      fc.property(fc.constantFrom('', 'WEBVTT\n\n', '[Events]\n'), fc.array(line), (head, lines) => {
        try {
          for (const cue of parseSubtitles(head + lines.join('\n'), 'f').cues) {
            expect(cue.endUs).toBeGreaterThan(cue.startUs);
            expect(cue.text.trim()).not.toBe('');
          }
        } catch (error) {
          if (!(error instanceof SubtitleSyntaxError)) throw error;
        }
      }),
    );
  });
});
