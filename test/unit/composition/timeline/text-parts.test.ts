import { describe, expect, it } from 'vitest';
import { textParts } from '../../../../src/composition/text-parts.js';

const partsOf = (text: string, by: 'WORD' | 'CHARACTER' | 'LINE') =>
  textParts(text, by).map(({ start, end }) => text.slice(start, end));

describe('the parts of a text', () => {
  it('are words, which any white space parts', () => {
    expect(partsOf('  Two words,\n and\u3000more ', 'WORD')).toEqual(['Two', 'words,', 'and', 'more']);
  });

  it('are characters as readers count them, without space', () => {
    expect(partsOf('né 👨‍👩‍👧\n🇩🇪 को', 'CHARACTER')).toEqual(['n', 'é', '👨‍👩‍👧', '🇩🇪', 'को']);
  });

  it('are the lines of the text itself, without empty ones', () => {
    expect(partsOf('one line\n\n  \nanother', 'LINE')).toEqual(['one line', 'another']);
  });

  it('are none of space alone', () => {
    for (const by of ['WORD', 'CHARACTER', 'LINE'] as const) expect(partsOf(' \n ', by)).toEqual([]);
  });
});
