import { expect, it } from 'vitest';
import { describeBoth } from '../../../support/both-ffmpegs.js';

const tone = (hz: number, level: number, samples: number) =>
  `aevalsrc='${level}*sin(2*PI*${hz}*t)':s=48000,aformat=sample_fmts=fltp,atrim=end_sample=${samples}`;
const MIX = 'normalize=0:duration=longest:dropout_transition=0';

/** The largest distance between samples and a formula. */
function farthest(samples: Float32Array, wanted: (n: number) => number): number {
  let most = 0;
  samples.forEach((sample, n) => (most = Math.max(most, Math.abs(sample - wanted(n)))));
  return most;
}

const sine = (hz: number, n: number) => Math.sin((2 * Math.PI * hz * n) / 48_000);

describeBoth('sound', (tool) => {
  const { samples } = tool;

  // src/engine/compositor/audio/clip.ts and mix.ts: a clip is where its samples say, and as loud as it is alone.
  it('is delayed and summed to the sample', async () => {
    const starts = Array.from({ length: 20 }, (_, i) => i * 1_237);
    const clips = starts.map((start, i) => `${tone(300 + 20 * i, 0.04, 4_801)},adelay=delays=${start}S:all=1[c${i}]`);
    const graph = `${clips.join(';')};${starts.map((_, i) => `[c${i}]`).join('')}amix=inputs=20:${MIX}[out]`;
    const found = await samples(graph);
    expect(found).toHaveLength(starts.at(-1)! + 4_801);
    const wanted = (n: number) =>
      starts.reduce(
        (sum, start, i) => (n >= start && n < start + 4_801 ? sum + 0.04 * sine(300 + 20 * i, n - start) : sum),
        0,
      );
    expect(farthest(found, wanted)).toBeLessThan(1e-5);
  });

  // src/engine/compositor/audio/clip.ts: two fades of which one falls as the other rises.
  it('cross-fades to the sample by two fades and a sum', async () => {
    const graph =
      `${tone(400, 0.3, 4_800)},afade=t=out:start_sample=2400:nb_samples=2400[a];` +
      `${tone(700, 0.3, 4_800)},afade=t=in:start_sample=0:nb_samples=2400,adelay=delays=2400S:all=1[b];[a][b]amix=inputs=2:${MIX}[out]`;
    const found = await samples(graph);
    expect(found).toHaveLength(7_200);
    const fall = (n: number) => (n < 2_400 ? 1 : Math.max(0, (4_800 - n) / 2_400));
    const rise = (n: number) => Math.min(1, Math.max(0, (n - 2_400) / 2_400));
    const wanted = (n: number) => 0.3 * (fall(n) * sine(400, n) + rise(n) * sine(700, n - 2_400));
    expect(farthest(found, wanted)).toBeLessThan(1e-3);
  });

  // src/engine/compositor/audio/clip.ts (`amultiply`).
  it('changes its gain with every sample by an envelope, and in steps by `volume`', async () => {
    const constant = "aevalsrc='0.5':s=48000,aformat=sample_fmts=fltp,atrim=end_sample=48000";
    const envelope = `${constant}[s];aevalsrc='n/48000':s=48000,aformat=sample_fmts=fltp,atrim=end_sample=48000[g];[s][g]amultiply[out]`;
    expect(farthest(await samples(envelope), (n) => (0.5 * n) / 48_000)).toBeLessThan(1e-5);
    const stepped = await samples(`${constant},volume='t':eval=frame[out]`);
    const jumps = [...stepped].filter((value, n) => n > 0 && value !== stepped[n - 1]).length;
    expect(jumps).toBeLessThan(100);
  });

  // src/engine/audio/limiter.ts.
  it('is not moved by the limiter with `latency=1`, and is late without', async () => {
    const impulse = "aevalsrc='0.5*eq(n,24000)':s=48000:d=1,aformat=sample_fmts=fltp";
    const peak = async (options: string) => {
      const found = await samples(`${impulse},alimiter=limit=0.9:level=0:attack=5:release=50${options}[out]`);
      return found.indexOf(Math.max(...found));
    };
    expect(await peak(':latency=1')).toBe(24_000);
    expect(await peak('')).toBeGreaterThan(24_100);
  });

  it('keeps the limit of the limiter at four times its rate, and passes unchanged below it', async () => {
    const limited = 'aresample=192000,alimiter=limit=0.5:attack=5:release=50:level=0:latency=1,aresample=48000';
    const loud = await samples(`${tone(1_000, 1.6, 48_000)},${limited}[out]`);
    expect(Math.max(...loud)).toBeLessThan(0.52);
    const quiet = await samples(`${tone(1_000, 0.3, 48_000)},${limited}[out]`);
    expect(farthest(quiet.subarray(480, 47_000), (n) => 0.3 * sine(1_000, n + 480))).toBeLessThan(2e-3);
  });

  // src/engine/audio/to-stereo.ts.
  it.each([
    ['FL', 0, 1],
    ['FR', 1, 0],
    ['FC', 2, Math.SQRT1_2],
    ['LFE', 3, 0],
    ['BL', 4, Math.SQRT1_2],
    ['BR', 5, 0],
  ] as const)('of 5.1 gives the left side its part of %s', async (_, channel, part) => {
    const exprs = Array.from({ length: 6 }, (_, i) => (i === channel ? '0.25' : '0')).join('|');
    const graph = `aevalsrc=exprs='${exprs}':channel_layout=5.1:s=48000:d=0.2,aformat=sample_fmts=fltp:channel_layouts=stereo,pan=mono|c0=FL[out]`;
    const found = await samples(graph);
    expect(Math.abs(found[4_800]! - 0.25 * part)).toBeLessThan(1e-3);
  });

  // src/engine/compositor/audio/buses.ts: the bus is late by the look-ahead, compressed and moved back.
  it('makes room for a voice before it begins when it is delayed and moved back', async () => {
    const voice = "aevalsrc='0.5*sin(2*PI*500*t)*gte(t,1)':s=48000:d=2,aformat=sample_fmts=fltp";
    const compress = 'sidechaincompress=threshold=0.03:ratio=20:knee=1:attack=20:release=300';
    const ahead =
      `${tone(200, 0.4, 96_000)},adelay=delays=9600S:all=1,apad=whole_len=105600[m];${voice},apad=whole_len=105600[v];` +
      `[m][v]${compress},atrim=start_sample=9600,asetpts=N/SR/TB[out]`;
    const direct = `${tone(200, 0.4, 96_000)}[m];${voice}[v];[m][v]${compress}[out]`;
    const level = (found: Float32Array, from: number) =>
      Math.max(...found.subarray(from * 48_000, (from + 0.02) * 48_000));
    const early = await samples(ahead);
    expect(early).toHaveLength(96_000);
    expect(level(early, 0.5)).toBeGreaterThan(0.39);
    expect(level(early, 0.97)).toBeLessThan(0.15);
    expect(level(await samples(direct), 0.97)).toBeGreaterThan(0.39);
  });

  // src/engine/audio/stretch-pcm.ts pads and cuts, and moves it by what was measured.
  it('keeps its pitch and not quite its length at another speed', async () => {
    for (const speed of [0.5, 2]) {
      const found = await samples(`${tone(440, 0.3, 96_000)},atempo=${speed}[out]`);
      const off = found.length / 48_000 - 2 / speed;
      expect(Math.abs(off), `at ${speed}`).toBeLessThan(0.06);
      const middle = found.subarray(Math.floor(found.length / 4), Math.floor(found.length / 4) + 24_000);
      let rises = 0;
      for (let i = 1; i < middle.length; i += 1) if (middle[i - 1]! < 0 && middle[i]! >= 0) rises += 1;
      expect(Math.abs(rises * 2 - 440), `at ${speed}`).toBeLessThan(8);
    }
    const exact = await samples(
      `${tone(440, 0.3, 96_000)},atempo=0.5,apad=whole_len=192000,atrim=end_sample=192000[out]`,
    );
    expect(exact).toHaveLength(192_000);
  });
});
