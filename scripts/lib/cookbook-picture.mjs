import { seconds } from './cookbook.mjs';
import { run } from './run.mjs';

const WAVE = { width: 480, height: 120 };

/** Widths of the frames of a picture by their number; all together are at most 960 pixels wide. */
const WIDTHS = [480, 480, 400, 320, 240];

/**
 * One JPEG of the frames of a recipe, and of its sound below them.
 * @param {import('./cookbook.d.mts').Recipe} recipe
 * @param {readonly string[]} files its finished outputs
 * @param {string} picture where the JPEG goes
 */
export async function takePicture(recipe, files, picture) {
  const seen = recipe.frames.length === 0 ? [] : await withPicture(files);
  const rows = [
    ...(seen.length > 1 ? [await beside(seen, recipe)] : []),
    ...(seen.length === 1 ? [await strip(seen[0], recipe)] : []),
    ...(recipe.sound ? [wave(recipe)] : []),
  ];
  const used = seen.length > 1 ? seen : [files[0]];
  const parts = rows.map(({ filters }, i) => `${filters},${fit(rows)}[row${i}]`);
  const graph = `${parts.join(';')};${rows.map((_, i) => `[row${i}]`).join('')}${rows.length > 1 ? `vstack=inputs=${rows.length}` : 'null'}[out]`;
  await run(
    'ffmpeg',
    [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...used.flatMap((file) => ['-i', file])],
      ...['-filter_complex', graph, '-map', '[out]', '-frames:v', '1', '-update', '1', '-q:v', '5', picture],
    ],
    { quiet: true },
  );
}

/** Rows are as wide as the first. */
function fit(rows) {
  return `scale=${rows[0].width}:-2:flags=lanczos,setsar=1,format=yuvj420p`;
}

/** Frames of one video, side by side, four in a row. */
async function strip(file, { frames }) {
  const rate = await frameRate(file);
  const numbers = frames.map((time) => Math.round(seconds(time) * rate));
  const select = numbers.map((number) => `eq(n\\,${number})`).join('+');
  const columns = Math.min(frames.length, 4);
  const width = WIDTHS[columns];
  const tile = `tile=${columns}x${Math.ceil(frames.length / columns)}:padding=4:color=white`;
  return {
    filters: `[0:v]select='${select}',scale=${width}:-2:flags=area,${tile}`,
    width: width * columns + 4 * (columns - 1),
  };
}

/** The first named frame of several videos, side by side. */
async function beside(files, { frames }) {
  const height = 180;
  const taken = await Promise.all(
    files.map(async (file, i) => {
      const number = Math.round(seconds(frames[0]) * (await frameRate(file)));
      return `[${i}:v]select='eq(n\\,${number})',scale=-2:${height}:flags=area,format=yuv420p,setsar=1,pad=iw+4:ih:0:0:white[v${i}]`;
    }),
  );
  const all = files.map((_, i) => `[v${i}]`).join('');
  return { filters: `${taken.join(';')};${all}hstack=inputs=${files.length}`, width: -2 };
}

function wave({ frames }) {
  const columns = Math.min(Math.max(frames.length, 1), 4);
  const width = Math.max(WAVE.width, WIDTHS[columns] * columns);
  return {
    filters: `[0:a]aformat=channel_layouts=mono,showwavespic=s=${width}x${WAVE.height}:colors=0x9BC4FF:scale=sqrt:filter=peak`,
    width,
  };
}

async function withPicture(files) {
  const found = await Promise.all(files.map(async (file) => ((await frameRate(file)) > 0 ? [file] : [])));
  return found.flat();
}

/** Frames per second; 0 of sound. */
async function frameRate(file) {
  const text = await run(
    'ffprobe',
    ['-v', 'error', '-select_streams', 'v:0', '-show_entries', 'stream=r_frame_rate', '-of', 'csv=p=0', file],
    { quiet: true },
  );
  const [num = 0, den = 1] = text.trim().split('/').map(Number);
  return num / den;
}
