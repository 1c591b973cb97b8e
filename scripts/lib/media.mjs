import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.mjs';

/**
 * A file that ffmpeg makes out of nothing: `source` is a lavfi graph, `output` how it is encoded.
 * @typedef {{file: string, source: string, output: readonly string[]}} Recipe
 */

/** Encoder options for a clip that another encode will read: fast, all but lossless, one key frame a second. */
export const CLIP = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '16', '-pix_fmt', 'yuv420p', '-g', '30', '-an'];

/** Encoder options for a still picture. */
export const STILL = ['-frames:v', '1', '-q:v', '2'];

/** Encoder options for sound. */
export const SOUND = ['-ac', '2', '-ar', '48000', '-c:a', 'pcm_s16le'];

/**
 * Makes the files that are missing or whose recipe has changed, and answers with their paths.
 * @param {string} folder
 * @param {readonly Recipe[]} recipes
 * @returns {Promise<string[]>}
 */
export async function makeMedia(folder, recipes) {
  await mkdir(folder, { recursive: true });
  const paths = [];
  for (const recipe of recipes) paths.push(await makeFile(folder, recipe));
  return paths;
}

async function makeFile(folder, { file, source, output }) {
  const path = join(folder, file);
  const args = ['-f', 'lavfi', '-i', source, ...output];
  const recipe = createHash('sha256').update(JSON.stringify(args)).digest('hex');
  const stamp = join(folder, `.${file}.recipe`);
  if ((await exists(path)) && (await readFile(stamp, 'utf8').catch(() => '')) === recipe) return path;
  // Under another name until it is whole; the ending tells ffmpeg the format.
  const partial = join(folder, `.partial-${file}`);
  await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args, partial], { quiet: true });
  await rename(partial, path);
  await writeFile(stamp, recipe);
  return path;
}

/** Length of a media file in seconds. */
export async function durationSeconds(path) {
  const text = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path], {
    quiet: true,
  });
  return Number(text.trim());
}

async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}
