import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/composition/subtitles/decode-text.js';
import { guessEncoding } from '../../../src/engine/text/guess-encoding.js';
import { startThreadTime } from '../../support/thread-time.js';

/** Subtitles of some lines, in an encoding by its name in Python, which is another writer of them than the platform's reader. */
function encoded(lines: readonly string[], encoding: string): { bytes: Buffer; text: string } {
  const text = lines.map((line, i) => `${i + 1}\n00:00:0${i},000 --> 00:00:0${i},900\n${line}\n`).join('\n');
  const program = `import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode('utf-8').encode('${encoding}'))`;
  return { bytes: execFileSync('python3', ['-c', program], { input: text }), text };
}

describe('guessEncoding', () => {
  it.each([
    ['French', 'cp1252', ['Là-bas, l’été était déjà fini.', 'Ça va ? Elle est créée.']],
    ['German', 'cp1252', ['Grüße aus Köln', 'Schöne Straße']],
    ['Spanish', 'cp1252', ['¿Qué mañana?', 'El niño comió piñas']],
    ['English with quotation marks', 'cp1252', ['Hello “world” – it’s fine']],
    ['a single word', 'cp1252', ['café']],
    ['Chinese', 'gb18030', ['欢迎收看今天的节目', '我们来看看天气']],
    ['a few words of Chinese', 'gb18030', ['你好，世界']],
    ['one word of Chinese', 'gb18030', ['我']],
    [
      'Chinese with rare characters and Latin letters',
      'gb18030',
      ['他叫李镕基，用 iPhone 看视频', '这是一个很长的句子，𠮷野家'],
    ],
    ['traditional Chinese', 'big5', ['歡迎收看今天的節目', '我們來看看天氣']],
    ['Japanese', 'shift_jis', ['こんにちは、世界', '今日は天気がいいです']],
    ['Korean', 'euc-kr', ['안녕하세요 세계', '오늘 날씨가 좋네요']],
    ['Russian', 'cp1251', ['Привет, как дела?', 'Сегодня очень хорошая погода', 'Пойдём в кино вечером']],
  ])('recognizes %s in %s', (_name, encoding, lines) => {
    const { bytes, text } = encoded(lines, encoding);
    const decoded = decodeText(bytes, guessEncoding);
    expect(decoded.text).toBe(text);
    expect(decoded.assumed).not.toBeNull();
  });

  it('returns no guess for UTF-8', () => {
    expect(decodeText(Buffer.from('é 我'), guessEncoding)).toEqual({ text: 'é 我', assumed: null });
  });

  it('returns no guess for binary data', () => {
    expect(() =>
      decodeText(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]), guessEncoding),
    ).toThrow('not text');
    expect(() => decodeText(Buffer.from([0x61, 0x81, 0x0a, 0x8d]), guessEncoding)).toThrow('see line 1');
  });

  it('is quick with 4 MiB', () => {
    const { bytes } = encoded(['Là-bas, l’été'], 'cp1252');
    const large = Buffer.alloc(4 * 1024 * 1024, bytes);
    const since = startThreadTime();
    guessEncoding(large);
    expect(since().cpuMs).toBeLessThan(4_000);
  });
});
