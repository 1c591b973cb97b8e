/**
 * The program that draws pictures: `node picture-drawer.js ORDER`, where ORDER is a file with the fonts and the jobs in JSON. It answers each job by a line of JSON
 * on standard output, in order, and reports each on descriptor 3, which must be open, as ffmpeg reports frames.
 *
 * It runs as a process of its own because drawing is native code that reads fonts of others: it cannot be ended in a thread, and may take its process along.
 */
import { writeSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createDrawer } from './draw-picture.js';
import type { DrawAnswer, DrawOrder } from './draw-protocol.js';
import { pngOf } from './png.js';
import { FontUnusableError, openFontBook } from './text/font-book.js';

const PROGRESS_DESCRIPTOR = 3;

const { fonts, jobs } = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as DrawOrder;
const drawer = createDrawer(openFontBook(fonts));
for (const [i, { drawing, out }] of jobs.entries()) {
  let answer: DrawAnswer;
  try {
    const { picture, missing } = await drawer.draw(drawing);
    await writeFile(out, pngOf(picture));
    answer = { kind: 'drawn', missing };
  } catch (error) {
    if (!(error instanceof FontUnusableError)) throw error;
    answer = { kind: 'font-unusable' };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  writeSync(PROGRESS_DESCRIPTOR, `frame=${i + 1}\nprogress=continue\n`);
}
