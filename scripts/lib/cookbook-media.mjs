import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CLIP, makeMedia, SOUND, STILL } from './media.mjs';
import { chords, murmur } from './synth.mjs';

const WITH_SOUND = [...CLIP.filter((option) => option !== '-an'), ...['-c:a', 'aac', '-b:a', '96k']];

/**
 * The files that the specs of docs/cookbook name, but for the LUT.
 * @param {number} divisor of the sizes of the videos
 */
function filesOf(divisor) {
  const size = (width, height, between = 'x') => `${width / divisor}${between}${height / divisor}`;
  return [
    {
      file: 'sea.mp4',
      source:
        `nullsrc=size=160x90:rate=30,format=gbrp,geq=${sea()},scale=${size(1280, 720, ':')}:flags=bicubic[out0];` +
        "aevalsrc=exprs='0.2*(0.55+0.45*sin(2*PI*0.4*t))*(random(0)-0.5)':sample_rate=48000[out1]",
      output: ['-t', '6', ...WITH_SOUND],
    },
    {
      file: 'fractal.mp4',
      source:
        `mandelbrot=size=${size(640, 360)}:rate=30:start_scale=0.02:end_scale=0.00002:end_pts=260:start_x=-0.743643887037151` +
        ':start_y=-0.13182590420533:maxiter=300:inner=black:outer=normalized_iteration_count,hue=h=90:s=1.2',
      output: ['-t', '4', ...CLIP],
    },
    {
      file: 'plasma.mp4',
      source:
        "nullsrc=size=160x90:rate=30,format=yuv444p,geq=lum='128+48*sin(X/9+2*T)+40*sin((X+Y)/13-1.7*T)+38*sin(hypot(X-80,Y-45)/7-3*T)'" +
        `:cb=128:cr=128,pseudocolor=preset=turbo,scale=${size(640, 360, ':')}`,
      output: ['-t', '4', ...CLIP],
    },
    {
      file: 'green.mp4',
      source: `nullsrc=size=320x180:rate=30,format=gbrp,geq=${ball()},scale=${size(1280, 720, ':')}`,
      output: ['-t', '2', ...CLIP],
    },
    {
      file: 'island.jpg',
      source:
        'mandelbrot=size=1200x900:rate=1:start_scale=2.6:maxiter=500:inner=mincol:outer=normalized_iteration_count,hue=h=150:s=1.1',
      output: STILL,
    },
    {
      file: 'tower.jpg',
      source: `nullsrc=size=360x480:rate=1,format=gbrp,geq=${tower()},scale=720:960`,
      output: STILL,
    },
    { file: 'logo.png', source: `nullsrc=size=400x400:rate=1,format=rgba,geq=${logo()}`, output: STILL },
    { file: 'music.wav', source: chords(12), output: SOUND },
    { file: 'voice.wav', source: murmur(2.5), output: SOUND },
  ];
}

/**
 * Makes the inputs of the cookbook's specs in a folder. The same ffmpeg makes the same bytes.
 * @param {string} folder
 * @param {{divisor?: number}} [options] `divisor`: how much smaller videos are
 */
export async function makeCookbookMedia(folder, { divisor = 1 } = {}) {
  await makeMedia(folder, filesOf(divisor));
  await writeFile(join(folder, 'duotone.cube'), duotone());
}

/** A sun that moves to the right over a sea. */
function sea() {
  const sky = 'lt(Y,54)';
  const glow = 'exp(-pow(hypot(X-(25+17*T),Y-34),2)/70)';
  const shine = 'exp(-abs(X-(25+17*T))/9)*(0.5+0.5*sin(Y*1.9-5*T))';
  return channels(
    `if(${sky},60+150*pow(Y/54,1.5)+255*${glow},15+50*(Y-54)/36+190*${shine})`,
    `if(${sky},70+90*pow(Y/54,2)+225*${glow},50+30*(Y-54)/36+150*${shine})`,
    `if(${sky},130-20*Y/54+120*${glow},95-20*(Y-54)/36+70*${shine})`,
  );
}

/** A ball that swings before a green screen. */
function ball() {
  const [x, y] = ['(160+70*sin(2.1*T))', '(95-30*abs(cos(2.1*T)))'];
  const inside = `lt(hypot(X-${x},Y-${y}),46)`;
  const light = `(1-hypot(X-${x}+16,Y-${y}+18)/90)`;
  return channels(`if(${inside},255*${light},0)`, `if(${inside},120*${light},177)`, `if(${inside},40*${light},64)`);
}

/** A lighthouse at night: tall, with its light near the top. */
function tower() {
  const body = 'between(Y,120,400)*lt(abs(X-180),22+14*(Y-120)/280)';
  const stripe = 'lt(mod(Y,80),40)';
  const glow = 'exp(-pow(hypot(X-180,Y-100),2)/1500)';
  return channels(
    `if(gt(Y,400),40,if(${body},if(${stripe},225,200),25+40*Y/480+230*${glow}))`,
    `if(gt(Y,400),52,if(${body},if(${stripe},225,60),35+50*Y/480+210*${glow}))`,
    `if(gt(Y,400),44,if(${body},if(${stripe},215,55),80+40*Y/480+90*${glow}))`,
  );
}

/** A disc with a hole and a wave, transparent around it. */
function logo() {
  const distance = 'hypot(X-199.5,Y-199.5)';
  const wave = 'lt(abs(Y-200-28*sin(X/28)),20)';
  return `${channels(`if(${wave},255,255-0.2*Y)`, `if(${wave},255,110-0.15*Y)`, `if(${wave},255,70+0.3*Y)`)}:a='255*clip(192-${distance},0,1)'`;
}

function channels(red, green, blue) {
  const within = (value) => `clip(${value},0,255)`;
  return `r='${within(red)}':g='${within(green)}':b='${within(blue)}'`;
}

/** A 3D LUT by which dark is blue and light is cream. */
function duotone() {
  const [dark, light] = [
    [0.05, 0.1, 0.35],
    [1, 0.92, 0.7],
  ];
  const row = (i) => {
    const luma = 0.2126 * (i & 1) + 0.7152 * ((i >> 1) & 1) + 0.0722 * ((i >> 2) & 1);
    return dark.map((value, c) => (value + (light[c] - value) * luma).toFixed(6)).join(' ');
  };
  return ['TITLE "duotone"', 'LUT_3D_SIZE 2', ...Array.from({ length: 8 }, (_, i) => row(i)), ''].join('\n');
}
