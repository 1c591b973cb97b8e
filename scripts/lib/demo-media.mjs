import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIP, durationSeconds, makeMedia, SOUND, STILL } from './media.mjs';
import { run, which } from './run.mjs';
import { chords, murmur } from './synth.mjs';

/** The pictures of the demo, of several shapes, in the order they are shown. */
const PICTURES = [
  {
    file: 'dawn.mp4',
    source:
      'gradients=size=720x1280:rate=30:duration=4:nb_colors=4:c0=0x0f2027:c1=0xff5f6d:c2=0xffc371:c3=0x2c5364:x0=0:y0=0:x1=720:y1=1280:speed=0.02:seed=1',
    output: ['-t', '4', ...CLIP],
  },
  {
    file: 'fractal.mp4',
    source:
      'mandelbrot=size=640x360:rate=30:start_scale=0.02:end_scale=0.00002:end_pts=260:start_x=-0.743643887037151' +
      ':start_y=-0.13182590420533:maxiter=400:inner=black:outer=normalized_iteration_count,hue=h=90:s=1.2,scale=1280:720',
    output: ['-t', '4', ...CLIP],
  },
  {
    file: 'sunset.png',
    source: `nullsrc=size=540x720:rate=1,format=rgb24,geq=${sunset()},scale=1080:1440`,
    output: STILL,
  },
  {
    file: 'plasma.mp4',
    source:
      "nullsrc=size=320x180:rate=30,format=yuv444p,geq=lum='128+48*sin(X/18+2*T)+40*sin((X+Y)/26-1.7*T)+38*sin(hypot(X-160,Y-90)/13-3*T)'" +
      ':cb=128:cr=128,pseudocolor=preset=turbo,scale=1280:720',
    output: ['-t', '4', ...CLIP],
  },
  {
    file: 'set.jpg',
    source:
      'mandelbrot=size=1600x1200:rate=1:start_scale=2.6:maxiter=500:inner=mincol:outer=normalized_iteration_count,hue=h=150:s=1.1',
    output: STILL,
  },
  {
    file: 'life.mp4',
    source:
      'life=size=90x160:rate=30:mold=14:ratio=0.24:random_seed=7:life_color=0xfff3b0:death_color=0x1b263b:mold_color=0x3a86ff' +
      ',scale=720:1280:flags=neighbor',
    output: ['-t', '4', ...CLIP],
  },
];

/** What is said and read. */
const LINES = [
  ['Hello! Cutroom has just made this video.', '你好！这个视频刚刚由 Cutroom 生成。'],
  ['Clips and pictures fade into each other,', '片段和图片交叉淡化，'],
  ['with a voice above and music below.', '配有旁白和背景音乐。'],
  ['These words are part of the picture,', '这些文字已经烧录进画面，'],
  ['in Latin letters and in Chinese. Enjoy!', '有拉丁字母，也有中文。请欣赏！'],
];
const PAUSE_S = 0.35;

/**
 * Makes the demo's media in a folder and answers with a RenderSpec in proto JSON that puts them together; its paths are
 * relative to that folder.
 * @param {string} folder
 */
export async function makeDemo(folder) {
  await makeMedia(folder, [...PICTURES, { file: 'music.wav', source: chords(8), output: SOUND }]);
  const cues = await makeNarration(folder);
  return {
    montage: {
      materials: PICTURES.map(({ file }) => ({ uri: file })),
      longestClip: '3.5s',
      transition: { kind: 'KIND_CROSS_FADE', duration: '0.6s' },
      narration: { uri: 'narration.wav' },
      music: { uri: 'music.wav', gainDb: -12, fadeOut: '2s' },
      subtitles: { cues: { cues }, style: { fontSize: 62, outlineWidth: 4 } },
    },
  };
}

/** Speaks line by line, so that the cues stand exactly when their line is heard. */
async function makeNarration(folder) {
  const speak = which('espeak-ng') === null ? hum : pronounce;
  const [files, cues] = [[], []];
  let startS = 0.3;
  for (const [index, [latin, chinese]] of LINES.entries()) {
    const file = await speak(folder, `line-${index + 1}.wav`, latin);
    files.push(file);
    const endS = startS + (await durationSeconds(file));
    cues.push({ start: `${startS.toFixed(3)}s`, end: `${endS.toFixed(3)}s`, text: `${latin}\n${chinese}` });
    startS = endS + PAUSE_S;
  }
  await concatenate(folder, files);
  return cues;
}

async function pronounce(folder, file, text) {
  const path = join(folder, file);
  await run('espeak-ng', ['-v', 'en-gb', '-s', '150', '-w', path, text], { quiet: true });
  return path;
}

async function hum(folder, file, text) {
  const [path] = await makeMedia(folder, [{ file, source: murmur((text.length * 0.065).toFixed(2)), output: SOUND }]);
  return path;
}

/** One file of all lines: 0.3 s before the first, the pause after each, one second more at the end, at least 12 s. */
async function concatenate(folder, files) {
  const inputs = files.flatMap((file) => ['-i', file]);
  const padded = files.map(
    (_, index) => `[${index}]aresample=48000,aformat=channel_layouts=mono,apad=pad_dur=${PAUSE_S}[p${index}]`,
  );
  const graph = `${padded.join(';')};${files.map((_, index) => `[p${index}]`).join('')}concat=n=${files.length}:v=0:a=1,adelay=300,apad=pad_dur=1,apad=whole_dur=12`;
  const output = join(folder, 'narration.wav');
  await run(
    'ffmpeg',
    ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...inputs, '-filter_complex', graph, ...SOUND, output],
    {
      quiet: true,
    },
  );
}

function sunset() {
  const sun = 'lt(hypot(X-270,Y-430),95)';
  const sea = 'gt(Y,470)';
  const shine = 'exp(-abs(X-270)/40)*abs(sin(Y/5))';
  const red = `if(${sun},255,if(${sea},12+40*(Y-470)/250+60*${shine},40+215*pow(Y/470,1.6)))`;
  const green = `if(${sun},214-0.4*(Y-335),if(${sea},40+20*(Y-470)/250+40*${shine},30+110*pow(Y/470,2.2)))`;
  const blue = `if(${sun},90,if(${sea},80,110-50*Y/470))`;
  return `r='${red}':g='${green}':b='${blue}'`;
}

/** Writes a RenderSpec where the CLI can read it. */
export async function writeSpec(path, spec) {
  await writeFile(path, `${JSON.stringify(spec, null, 2)}\n`);
}
