import { makeMedia, SOUND, STILL } from '../scripts/lib/media.mjs';
import { chords, murmur } from '../scripts/lib/synth.mjs';

/** As a camera writes them: medium quality, tagged as BT.709. */
const CLIP = [
  ...['-t', '4', '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-an'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];

const PLASMA =
  "geq=lum='128+48*sin(X/18+2*T)+40*sin((X+Y)/26-1.7*T)+38*sin(hypot(X-160,Y-90)/13-3*T)':cb=128:cr=128,pseudocolor=preset=turbo";
const FRACTAL =
  'start_scale=0.02:end_scale=0.00002:end_pts=260:start_x=-0.743643887037151:start_y=-0.13182590420533:maxiter=400:inner=black';
const gradient = (size, rate, seed) =>
  `gradients=size=${size}:rate=${rate}:duration=4:nb_colors=4:c0=0x0f2027:c1=0xff5f6d:c2=0xffc371:c3=0x2c5364:speed=0.02:seed=${seed}`;

/** Clips of the usual sizes and frame rates, two photos, a voice as long as the video and music that is shorter. */
export const RECIPES = [
  { file: 'dawn.mp4', source: gradient('720x1280', 30, 1), output: CLIP },
  { file: 'fractal.mp4', source: `mandelbrot=size=640x360:rate=30:${FRACTAL},scale=1280:720`, output: CLIP },
  {
    file: 'sunset.jpg',
    source: 'gradients=size=1080x1440:rate=1:duration=1:nb_colors=3:c0=0x2b2d7f:c1=0xf77f00:c2=0x023047:seed=4',
    output: STILL,
  },
  { file: 'plasma.mp4', source: `nullsrc=size=320x180:rate=25,format=yuv444p,${PLASMA},scale=1280:720`, output: CLIP },
  { file: 'test-hd.mp4', source: 'testsrc2=size=1920x1080:rate=30', output: CLIP },
  {
    file: 'life.mp4',
    source:
      'life=size=135x240:rate=30:mold=14:ratio=0.24:random_seed=7:life_color=0xfff3b0:death_color=0x1b263b:mold_color=0x3a86ff,scale=1080:1920:flags=neighbor',
    output: CLIP,
  },
  {
    file: 'set.jpg',
    source: 'mandelbrot=size=1600x1200:rate=1:start_scale=2.6:maxiter=500:inner=mincol',
    output: STILL,
  },
  { file: 'dusk-60.mp4', source: gradient('1920x1080', 60, 9), output: CLIP },
  {
    file: 'waves.mp4',
    source: `nullsrc=size=180x320:rate=30,format=yuv444p,${PLASMA},hue=h=90,scale=1080:1920`,
    output: CLIP,
  },
  { file: 'test-24.mp4', source: 'testsrc2=size=640x480:rate=24', output: CLIP },
  { file: 'voice.wav', source: murmur(30), output: ['-ac', '1', ...SOUND.slice(2)] },
  { file: 'music.wav', source: chords(8), output: SOUND },
];

const TEXTS = [
  'A gradient at dawn',
  'Deeper and deeper',
  '日落',
  'Plasma, 25 frames a second',
  'A test picture in HD',
  '生命游戏',
  'The whole set',
  'Dusk, 60 frames a second',
  '波浪',
  'The end',
];

/** The composition that bench/reference/render.sh makes too: 900 frames, a caption in every clip. */
export const SPEC = {
  montage: {
    materials: RECIPES.slice(0, 10).map(({ file }) => ({ uri: file })),
    longestClip: '3.3s',
    transition: { kind: 'KIND_CROSS_FADE', duration: '0.333333333s' },
    narration: { uri: 'voice.wav' },
    music: { uri: 'music.wav', gainDb: -14, fadeOut: '3s' },
    subtitles: {
      cues: { cues: TEXTS.map((text, index) => ({ start: `${3 * index}s`, end: `${3 * index + 3}s`, text })) },
    },
  },
};

export const FRAMES = 900;

/** What the benches of the API submit. */
export const STILL_RECIPE = { file: 'still.png', source: 'color=teal:size=320x240', output: STILL };

/** Makes what is missing. */
export async function makeBenchMedia(folder, more = []) {
  await makeMedia(folder, [...RECIPES, ...more]);
}
