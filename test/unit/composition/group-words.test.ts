import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupWords } from '../../../src/composition/subtitles/group-words.js';

const cue = (text: string, startUs = 0, endUs = 10_000_000) => ({ startUs, endUs, text });
const textsOf = (text: string, most: number) => groupWords([cue(text)], most).map((part) => part.text);

describe('cues in groups of words', () => {
  it.each([
    ['one two three four five', 2, ['one two', 'three', 'four five']],
    ['one two three four', 2, ['one two', 'three four']],
    ['Hello, world! “Yes,” she said.', 3, ['Hello, world! “Yes,”', 'she said.']],
    ['a – b – c', 1, ['a –', 'b –', 'c']],
    ['a line\nand  another', 2, ['a line', 'and another']],
    ["don't well-known 3.5", 1, ["don't", 'well-known', '3.5']],
    ['今天天气很好。', 2, ['今天天气', '很好。']],
    ['สวัสดีชาวโลก', 1, ['สวัสดี', 'ชาว', 'โลก']],
    ['我用 TypeScript 写', 3, ['我用', 'TypeScript 写']],
    ['¿Qué?', 1, ['¿Qué?']],
    ['…', 1, ['…']],
  ])('of %j by %i are %j', (text, most, parts) => {
    expect(textsOf(text, most)).toEqual(parts);
  });

  it('look at each word with times a few times, and not once for every part', () => {
    const count = 2_000;
    let reads = 0;
    const times = Array.from({ length: count }, (_, i) => ({ ink: 1, startUs: i * 1_000, endUs: (i + 1) * 1_000 }));
    const words = new Proxy(times, {
      get(target, key, receiver): unknown {
        reads += 1;
        return Reflect.get(target, key, receiver);
      },
    });
    const timed = { ...cue('i '.repeat(count).trim(), 0, count * 1_000), words };
    expect(groupWords([timed], 1)).toHaveLength(count);
    expect(reads).toBeGreaterThan(count);
    expect(reads).toBeLessThan(20 * count);
  });

  it('stay as they are without a limit, or within it, their line breaks too', () => {
    const cues = [cue('one\ntwo')];
    expect(groupWords(cues, undefined)).toBe(cues);
    expect(groupWords(cues, 2)).toEqual(cues);
  });

  it('share the time by the number of characters, without a gap', () => {
    expect(groupWords([cue('ab cdefgh', 1_000_000, 5_000_000)], 1)).toEqual([
      { startUs: 1_000_000, endUs: 2_000_000, text: 'ab' },
      { startUs: 2_000_000, endUs: 5_000_000, text: 'cdefgh' },
    ]);
  });

  it('lose no word and overlap never, whatever the text', () => {
    const words = fc.array(fc.constantFrom('a', 'bee', '你好', 'สวัสดี', '42', '—', '“x”'), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 7 }), fc.nat(3_000_000), (parts, most, lengthUs) => {
        const whole = cue(parts.join(' '), 5, 6 + lengthUs);
        const grouped = groupWords([whole], most);
        expect(grouped[0]?.startUs).toBe(5);
        expect(grouped.at(-1)?.endUs).toBe(whole.endUs);
        grouped.forEach((part, i) => {
          expect(part.endUs).toBeGreaterThan(part.startUs);
          if (i > 0) expect(part.startUs).toBe(grouped[i - 1]?.endUs);
        });
        if (lengthUs > 1000)
          expect(
            grouped
              .map((part) => part.text)
              .join('')
              .replace(/\s/g, ''),
          ).toBe(parts.join(''));
      }),
    );
  });
});

describe('cues in groups of characters', () => {
  const groupsOf = (text: string, maxChars: number, maxWords?: number) =>
    groupWords([cue(text)], maxWords, maxChars).map((part) => part.text);

  it.each([
    ['one two three four five', 9, ['one two', 'three', 'four five']],
    ['one two three four five', 100, ['one two three four five']],
    ['one two', 7, ['one two']],
    ['one two', 6, ['one', 'two']],
    ['aa bb cc dd ee ff', 12, ['aa bb cc', 'dd ee ff']],
    ['Hello, world! “Yes,” she said.', 13, ['Hello, world!', '“Yes,” she', 'said.']],
    ['今天天气很好。', 5, ['今天天气', '很好。']],
    ['incomprehensibly so', 6, ['incomp', 'rehens', 'ibly', 'so']],
    ['a line\nand  another', 6, ['a line', 'and', 'anothe', 'r']],
    ['é'.normalize('NFD').repeat(3), 3, ['é'.normalize('NFD').repeat(3)]],
  ])('of %j by %i are %j', (text, most, parts) => {
    expect(groupsOf(text, most)).toEqual(parts);
  });

  it('keep the limit of words, too', () => {
    expect(groupsOf('a b c d e', 5, 2)).toEqual(['a b', 'c d', 'e']);
    expect(groupsOf('aaaa b c d e', 5, 4)).toEqual(['aaaa', 'b c', 'd e']);
  });

  it('have all of the text in order, in time, within the limits', () => {
    const text = fc.array(fc.stringMatching(/^[a-z,.]{1,9}$/), { minLength: 1 }).map((words) => words.join(' '));
    const limits = [
      fc.integer({ min: 1, max: 20 }),
      fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    ] as const;
    fc.assert(
      fc.property(text, ...limits, (whole, maxChars, maxWords) => {
        const parts = groupWords([cue(whole)], maxWords, maxChars);
        const ink = (value: string) => value.replaceAll(' ', '');
        expect(parts.map((part) => ink(part.text)).join('')).toBe(ink(whole));
        for (const part of parts) expect(part.text.length).toBeLessThanOrEqual(maxChars);
        expect(parts.map((part) => part.startUs).slice(1)).toEqual(parts.map((part) => part.endUs).slice(0, -1));
      }),
    );
  });

  it('begin with their first words where these have times', () => {
    const words = ['one', 'two', 'three'].map((word, i) => ({
      ink: word.length,
      startUs: i * 1e6,
      endUs: i * 1e6 + 5e5,
    }));
    const parts = groupWords([{ ...cue('one two three', 4e6, 7e6), words }], undefined, 7);
    expect(parts.map((part) => [part.text, part.startUs])).toEqual([
      ['one two', 4e6],
      ['three', 6e6],
    ]);
  });
});
