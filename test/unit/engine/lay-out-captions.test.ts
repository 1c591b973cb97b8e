import { expect, it } from 'vitest';
import type { Cue } from '../../../src/composition/captions.js';
import { packCues } from '../../../src/engine/text/packed-cues.js';
import { performTextJob } from '../../../src/engine/text/perform-text-job.js';

const rgb = (r: number, g: number, b: number) => ({ r, g, b, a: 255 });
const STYLE = {
  ...{ font: null, fontSize: 20, textColor: rgb(255, 255, 255), outlineColor: rgb(0, 0, 0), outlineWidth: 0 },
  ...{ boxColor: null, boxShape: 'TEXT' as const, bold: false, position: 'BOTTOM' as const },
};
const highlight = { textColor: rgb(0, 255, 0), boxColor: null, scale: 1 };

const layOut = (cues: readonly Cue[], style: typeof STYLE) =>
  performTextJob({
    ...{ kind: 'lay-out', layer: { kind: 'captions', field: 'f', style }, cues: packCues(cues), maxWords: 5 },
    ...{ canvas: { width: 400, height: 200, frameRate: { num: 10, den: 1 } }, fonts: { font: null, ruler: null } },
  });

const cue = (text: string): Cue => ({ text, startUs: 0, endUs: 1_000_000 });
const timed = { ...cue('abcdef'), words: Array.from({ length: 6 }, (_, i) => ({ ink: 1, startUs: i, endUs: i + 1 })) };

it.each([
  ['words', [cue('a b c'), cue('d e f')]],
  ['characters of a script without spaces', [cue('你好世界你好')]],
  ['words with times', [timed]],
])('refuses to highlight more than may be: %s', async (_, cues) => {
  expect(await layOut(cues, { ...STYLE, highlight } as typeof STYLE)).toEqual({ kind: 'too-many-words' });
  expect(await layOut(cues, STYLE)).toMatchObject({ kind: 'laid-out', words: 0 });
  expect(await layOut([cue('a b c'), cue('d e')], { ...STYLE, highlight } as typeof STYLE)).toMatchObject({ words: 5 });
});
