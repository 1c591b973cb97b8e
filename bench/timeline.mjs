/**
 * What does a timeline cost? Renders 30 s of 1080p with four layers of which two move, five titles, and music that is ducked under a voice: through the service (from
 * submit to SUCCEEDED), by a hand-written ffmpeg command (bench/reference/timeline.sh) and by a script for MoviePy (bench/reference/timeline.py), by turns.
 * Prints `RESULT timeline_…` lines: times and CPU seconds of ours over the others', and the SSIM of each pair; fails when the service's pictures differ from the command's.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeMedia, SOUND, STILL } from '../scripts/lib/media.mjs';
import { ensurePythonTool, pythonTool } from '../scripts/lib/python-tools.mjs';
import { root } from '../scripts/lib/root.mjs';
import { run } from '../scripts/lib/run.mjs';
import { dim, say, step } from '../scripts/lib/say.mjs';
import { startService } from '../scripts/lib/service.mjs';
import { chords, murmur } from '../scripts/lib/synth.mjs';
import { median } from './pairs.mjs';
import { cpuSeconds } from './processes.mjs';
import { createClient, download, fileSsim, renderByService, sumOfTimes } from './render.mjs';

const LEAST_SSIM = 0.97;
const SECONDS = 30;
const folder = join(root, '.cutroom/bench-timeline');
const media = join(folder, 'media');
const reference = (name) => fileURLToPath(new URL(`reference/${name}`, import.meta.url));
const FONT = join(root, 'node_modules/@embedpdf/fonts-latin/fonts/NotoSans-Bold.ttf');

const CLIP = [
  ...['-t', String(SECONDS), '-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-an'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'],
];
const RECIPES = [
  {
    file: 'background.mp4',
    source:
      'gradients=size=1920x1080:rate=30:duration=30:nb_colors=4:c0=0x0f2027:c1=0xff5f6d:c2=0xffc371:c3=0x2c5364:speed=0.02:seed=1',
    output: CLIP,
  },
  { file: 'inset.mp4', source: 'testsrc2=size=1280x720:rate=30', output: CLIP },
  {
    file: 'logo.png',
    source: "color=white:size=300x300,format=rgba,geq=r=255:g=180:b=40:a='255*lt(hypot(X-150,Y-150),140)'",
    output: STILL,
  },
  { file: 'voice.wav', source: `${murmur(10)},apad=whole_dur=15`, output: ['-ac', '1', ...SOUND.slice(2)] },
  { file: 'music.wav', source: chords(SECONDS), output: SOUND },
];

const TITLES = ['One', 'Two titles', 'Three of them', 'Four by four', 'The fifth and last'];

const SPEC = {
  timeline: {
    canvas: { width: 1920, height: 1080, frameRate: '30' },
    tracks: [
      { clips: [{ video: { uri: 'background.mp4' }, duration: `${SECONDS}s` }] },
      {
        clips: [
          {
            color: { color: '#000000' },
            duration: `${SECONDS}s`,
            opacity: 0.5,
            layout: { box: { x: 0, y: 75, width: 100, height: 20 } },
          },
        ],
      },
      {
        clips: [
          {
            video: { uri: 'inset.mp4' },
            duration: `${SECONDS}s`,
            layout: { box: { x: 5, y: 10, width: 30, height: 30 } },
            keyframes: [
              { property: 'PROPERTY_X', time: '0s', value: 5 },
              { property: 'PROPERTY_X', time: `${SECONDS}s`, value: 65 },
            ],
          },
        ],
      },
      {
        clips: [
          {
            image: { uri: 'logo.png' },
            duration: `${SECONDS}s`,
            layout: { box: { x: 80, y: 45, width: 10, height: 20 } },
            keyframes: [
              { property: 'PROPERTY_Y', time: '0s', value: 45 },
              { property: 'PROPERTY_Y', time: `${SECONDS}s`, value: 5 },
            ],
          },
        ],
      },
      {
        clips: TITLES.map((text, i) => ({
          text: { text, fontSize: 96, bold: true, color: '#FFFFFF' },
          start: `${6 * i}s`,
          duration: '6s',
          layout: { box: { x: 0, y: 75, width: 100, height: 20 } },
        })),
      },
      { id: 'music', duck: { under: 'voice', amountDb: 12 }, clips: [{ audio: { uri: 'music.wav' } }] },
      { id: 'voice', clips: [{ audio: { uri: 'voice.wav' } }, { audio: { uri: 'voice.wav' } }] },
    ],
  },
};

/** @param {{pairs: number, peers: boolean}} options pairs beside a warm-up; whether MoviePy renders too */
export async function benchTimeline({ pairs, peers }) {
  await step('media', () => makeMedia(media, RECIPES));
  if (peers) await step('MoviePy', () => ensurePythonTool('moviepy'));
  await rm(join(folder, 'data'), { recursive: true, force: true });
  await mkdir(join(folder, 'out'), { recursive: true });
  const service = await startService({
    env: {
      CUTROOM_DATA_DIR: join(folder, 'data'),
      CUTROOM_INPUT_ROOTS: media,
      CUTROOM_LOG_LEVEL: 'warn',
      // Every render is made anew.
      CUTROOM_CACHE_MB: '0',
    },
    logFile: join(folder, 'service.log'),
  });
  const client = createClient(service.grpc);
  const sides = {
    ours: (file) => byService(client, service.pid, file),
    command: (file) => byCommand(['bash', reference('timeline.sh'), media, file], { FONT }),
    ...(peers && {
      moviepy: (file) =>
        byCommand(['python3', reference('timeline.py'), media, file], {
          FONT,
          PYTHONPATH: pythonTool('moviepy'),
          // The same ffmpeg for all.
          IMAGEIO_FFMPEG_EXE: 'ffmpeg',
        }),
    }),
  };
  try {
    await comparePeers(sides, pairs);
  } finally {
    client.close();
    await service.stop();
  }
}

async function comparePeers(sides, pairs) {
  const names = Object.keys(sides);
  const ratios = Object.fromEntries(names.map((name) => [name, { wall: [], cpu: [] }]));
  const file = (name) => join(folder, 'out', `${name}.mp4`);
  // The first turn warms caches, and is not counted.
  for (let turn = 0; turn <= pairs; turn += 1) {
    const took = {};
    for (const name of turn % 2 === 0 ? names : [...names].reverse()) took[name] = await sides[name](file(name));
    say(
      `turn ${turn}: ${names.map((name) => `${name} ${took[name].wall.toFixed(1)} s, cpu ${took[name].cpu.toFixed(1)} s`).join('; ')}${turn === 0 ? dim('  (warm-up)') : ''}`,
    );
    if (turn === 0 && pairs > 0) continue;
    for (const name of names)
      for (const kind of ['wall', 'cpu']) ratios[name][kind].push(took.ours[kind] / took[name][kind]);
  }
  for (const name of names.slice(1)) {
    const ssim = await fileSsim(file('ours'), file(name));
    say(
      `RESULT timeline_${name}_ratio=${median(ratios[name].wall).toFixed(3)} timeline_${name}_cpu_ratio=${median(ratios[name].cpu).toFixed(3)} timeline_${name}_ssim=${ssim.toFixed(4)}`,
    );
    if (name === 'command' && !(ssim >= LEAST_SSIM))
      throw new Error(`the pictures differ: SSIM ${ssim}, at least ${LEAST_SSIM} is wanted`);
  }
}

async function byService(client, pid, file) {
  const [startedMs, cpuBefore] = [performance.now(), cpuSeconds(pid)];
  const url = await renderByService(client, SPEC);
  const result = { wall: (performance.now() - startedMs) / 1000, cpu: cpuSeconds(pid) - cpuBefore };
  await download(url, file);
  return result;
}

async function byCommand(command, env) {
  const startedMs = performance.now();
  const output = await run('bash', ['-c', '"$@"; code=$?; times; exit $code', '-', ...command], {
    env: { ...process.env, ...env },
    quiet: true,
  });
  return {
    wall: (performance.now() - startedMs) / 1000,
    cpu: sumOfTimes(output.trim().split('\n').at(-1)),
  };
}
