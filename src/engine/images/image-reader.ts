/**
 * The program that reads images: `node image-reader.js JOBS`, where JOBS is a file with a JSON array of jobs. It answers each by a line of JSON on
 * standard output, in order, and reports each frame that is done on descriptor 3, which must be open, as ffmpeg reports frames.
 *
 * It runs as a process of its own because what it reads is anyone's: it may be killed, and take its memory along, at any time.
 */
import { writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { AnswerLine, ImageJob } from './image-protocol.js';
import { readJob } from './reader/read-job.js';

const PROGRESS_DESCRIPTOR = 3;

// Standard output is for answers; libheif's module says there what it thinks.
console.log = console.error;
sharp.cache(false);
sharp.concurrency(1);
// Everything that libvips can load, then the formats that are told by signature before: none that draws, refers to files or runs another program.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp', 'Tiff', 'Nsgif', 'Heif'].map((name) => `VipsForeignLoad${name}`) });

const jobs = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as readonly ImageJob[];
let frame = 0;
const report = () => {
  frame += 1;
  writeSync(PROGRESS_DESCRIPTOR, `frame=${frame}\nprogress=continue\n`);
};
for (const [i, job] of jobs.entries()) {
  const line: AnswerLine = { job: i, answer: await readJob(job, report) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  report();
}
