/** Judgements of rendered files against plain decodes by ffmpeg. A verdict is right, wrong, refused or unjudged. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SIDE = 48;
/** Mean difference of a channel, in steps of 255, up to which two frames are alike: other scalers and roundings, no other content. */
const MAX_DIFFERENCE = 14;
/** The longest part of a video that is compared. */
const SECONDS = 4;
const FRAME_RATE = 30;

/** As a material that is fitted into a square. */
export async function judgeMaterial(file, { client, work }) {
  const target = join(work, `${randomUUID()}.mp4`);
  const montage = {
    materials: [{ uri: file }],
    longestClip: `${SECONDS}s`,
    fit: 'FIT_CONTAIN',
    aspectRatio: 'ASPECT_RATIO_1_1',
    resolution: 240,
  };
  try {
    const result = await client.render(montage, target);
    if ('refused' in result) return { verdict: 'refused', reason: result.refused };
    const [ours, theirs] = await Promise.all([framesOf(target), framesOf(file).catch(() => [])]);
    if (theirs.length === 0)
      return { verdict: 'unjudged', reason: 'ffmpeg alone cannot decode it', ...warningsOf(result) };
    return { ...judgeFrames(ours, theirs), ...warningsOf(result) };
  } finally {
    await rm(target, { force: true });
  }
}

/** As a narration below a green image: by its length and the course of its loudness. */
export async function judgeNarration(file, { client, work }) {
  const target = join(work, `${randomUUID()}.mp4`);
  const montage = { materials: [{ uri: 'green.png' }], longestClip: '600s', resolution: 144, narration: { uri: file } };
  try {
    const result = await client.render(montage, target);
    if ('refused' in result) return { verdict: 'refused', reason: result.refused };
    const ours = await loudnessOf(target, []);
    // ffmpeg alone closes pauses without data; with `async` it keeps them, and lengthens files whose format changes on the way: either is a reference.
    const references = await Promise.all(
      [['-af', 'aresample=8000:async=1:first_pts=0'], []].map((args) => loudnessOf(file, args).catch(() => [])),
    );
    const found = references.filter((theirs) => theirs.length > 0);
    if (found.length === 0)
      return { verdict: 'unjudged', reason: 'ffmpeg alone cannot decode it', ...warningsOf(result) };
    const near = found.filter((theirs) => Math.abs(ours.length - theirs.length) <= 3);
    const lengths = found.map((theirs) => `${(theirs.length / 10).toFixed(1)} s`).join(' or ');
    if (near.length === 0)
      return { verdict: 'wrong', reason: `${(ours.length / 10).toFixed(1)} s of audio instead of ${lengths}` };
    const alike = Math.max(...near.map((theirs) => correlation(ours, theirs)));
    if (alike < 0.9)
      return { verdict: 'wrong', reason: `its loudness runs otherwise (correlation ${alike.toFixed(2)})` };
    return { verdict: 'right', ...warningsOf(result) };
  } finally {
    await rm(target, { force: true });
  }
}

/** As subtitles over a green image: that something is seen when ffmpeg reads a first cue, and not before. */
export async function judgeSubtitles(file, { client, work }) {
  const target = join(work, `${randomUUID()}.mp4`);
  const first = await firstCue(file).catch(() => null);
  const seconds = Math.min(600, Math.ceil((first?.end ?? 10) + 1));
  const montage = {
    materials: [{ uri: 'green.png' }],
    longestClip: `${seconds}s`,
    resolution: 144,
    subtitles: { uri: file },
  };
  try {
    const result = await client.render(montage, target);
    if ('refused' in result) return { verdict: 'refused', reason: result.refused };
    if (!first) return { verdict: 'unjudged', reason: 'ffmpeg alone cannot read it', ...warningsOf(result) };
    const [seen, unseen] = await Promise.all([
      detailAt(target, (first.start + first.end) / 2),
      first.start > 0.2 ? detailAt(target, first.start - 0.1) : Promise.resolve(0),
    ]);
    if (seen < 1)
      return { verdict: 'wrong', reason: `nothing is seen at ${((first.start + first.end) / 2).toFixed(1)} s` };
    if (unseen >= 1) return { verdict: 'wrong', reason: `something is seen before ${first.start.toFixed(1)} s` };
    return { verdict: 'right', ...warningsOf(result) };
  } finally {
    await rm(target, { force: true });
  }
}

function warningsOf({ task }) {
  const codes = [...new Set((task.warnings ?? []).map(({ code }) => code))];
  return codes.length === 0 ? {} : { reason: codes.join(', '), warnings: task.warnings };
}

/** A frame each half second, small, in a square. */
async function framesOf(file) {
  const fit = `scale=${SIDE}:${SIDE}:force_original_aspect_ratio=decrease:eval=frame,pad=${SIDE}:${SIDE}:(ow-iw)/2:(oh-ih)/2:black:eval=frame`;
  const graph = `setsar=1,fps=${FRAME_RATE}:start_time=0,select='not(mod(n\\,15))',${fit},format=rgb24`;
  const args = [
    '-v',
    'error',
    '-t',
    String(SECONDS),
    '-i',
    file,
    '-vf',
    graph,
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024, timeout: 120_000 });
  const bytes = SIDE * SIDE * 3;
  return Array.from({ length: Math.floor(stdout.length / bytes) }, (_, i) =>
    stdout.subarray(i * bytes, (i + 1) * bytes),
  );
}

function judgeFrames(ours, theirs) {
  if (ours.length === 0) return { verdict: 'wrong', reason: 'the output has no frames' };
  const pairs =
    theirs.length === 1 ? [[ours[0], theirs[0]]] : ours.slice(0, theirs.length).map((frame, i) => [frame, theirs[i]]);
  const differences = pairs.map(([a, b]) => {
    let sum = 0;
    for (let i = 0; i < a.length; i += 1) sum += Math.abs(a[i] - b[i]);
    return sum / a.length;
  });
  const worst = Math.max(...differences);
  if (worst <= MAX_DIFFERENCE) return { verdict: 'right' };
  const at = differences.indexOf(worst) / 2;
  return {
    verdict: 'wrong',
    reason: `at ${at.toFixed(1)} s it differs from a plain decode by ${worst.toFixed(0)} of 255`,
  };
}

/** The loudness of each tenth of a second. */
async function loudnessOf(file, filter) {
  const args = ['-v', 'error', '-i', file, '-map', '0:a:0', ...filter, '-ar', '8000', '-ac', '1', '-f', 's16le', '-'];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 512 * 1024 * 1024, timeout: 300_000 });
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, Math.floor(stdout.length / 2));
  return Array.from({ length: Math.floor(samples.length / 800) }, (_, i) => {
    let sum = 0;
    for (const sample of samples.subarray(i * 800, (i + 1) * 800)) sum += sample * sample;
    return Math.sqrt(sum / 800);
  });
}

function correlation(a, b) {
  const length = Math.min(a.length, b.length);
  const mean = (values) => values.slice(0, length).reduce((sum, value) => sum + value, 0) / Math.max(1, length);
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < length; i += 1) {
    ab += (a[i] - ma) * (b[i] - mb);
    aa += (a[i] - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  }
  // Two steady sounds have no course to compare.
  const steady = (sum, m) => sum / Math.max(1, length) < (0.05 * m) ** 2 + 1;
  if (steady(aa, ma) && steady(bb, mb)) return ma > 10 === mb > 10 ? 1 : 0;
  return aa === 0 || bb === 0 ? 0 : ab / Math.sqrt(aa * bb);
}

/** When ffmpeg shows the first text that is one, in seconds. */
async function firstCue(file) {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'srt', '-'], { timeout: 60_000 });
  const times = /(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)\n\s*\S/.exec(stdout);
  if (!times) return null;
  const [start, end] = [1, 5].map(
    (i) => Number(times[i]) * 3600 + Number(times[i + 1]) * 60 + Number(times[i + 2]) + Number(times[i + 3]) / 1000,
  );
  return { start, end };
}

/** Pixels that differ clearly from the frame's mean, by threes: a short word at this size has some six. */
async function detailAt(file, seconds) {
  const args = [
    '-v',
    'error',
    '-ss',
    seconds.toFixed(3),
    '-i',
    file,
    '-frames:v',
    '1',
    '-vf',
    'format=gray',
    '-f',
    'rawvideo',
    '-',
  ];
  const { stdout } = await run('ffmpeg', args, { encoding: 'buffer', maxBuffer: 16 * 1024 * 1024 });
  const mean = stdout.reduce((sum, value) => sum + value, 0) / Math.max(1, stdout.length);
  return stdout.reduce((count, value) => count + (Math.abs(value - mean) > 40 ? 1 : 0), 0) / 3;
}
