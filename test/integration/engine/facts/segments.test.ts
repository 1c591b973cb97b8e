import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ffprobe } from '../../../fixtures/run-ffmpeg.js';
import { describeBoth, type Tool } from '../../../support/both-ffmpegs.js';

const LENGTHS = [31, 28, 1, 20] as const;
const TOTAL = 80;
type Rate = readonly [text: string, num: string, den: string];

const RATES: readonly Rate[] = [
  ['30', '30', '1'],
  ['30000/1001', '30000', '1001'],
  ['25', '25', '1'],
];
const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-crf', '10'];

/** Frames whose grey says their number. */
const counted = (rate: string) => `color=c=black:s=64x48:r=${rate},format=yuv420p,geq=lum='20+2*N':cb=128:cr=128`;

async function times(file: string): Promise<readonly number[]> {
  const { packets } = (await ffprobe(['-select_streams', 'v', '-show_entries', 'packet=pts', file])) as {
    packets: { pts: number }[];
  };
  return packets.map(({ pts }) => pts).sort((a, b) => a - b);
}

/** Segments of an encoder's own, joined without encoding again. */
async function joined(tool: Tool, rate: Rate, hasLengths: boolean): Promise<readonly number[]> {
  const [text, num, den] = rate;
  const lines: string[] = [];
  let start = 0;
  for (const [i, length] of LENGTHS.entries()) {
    const cut = `${counted(text)},trim=start_frame=${start}:end_frame=${start + length},settb=${den}/${num},setpts=N`;
    await tool.run(['-f', 'lavfi', '-i', cut, ...X264, `part-${i}.mp4`]);
    const at = (frame: number) => Math.round((frame * Number(den) * 1e6) / Number(num));
    lines.push(`file 'part-${i}.mp4'`);
    if (hasLengths) lines.push(`duration ${((at(start + length) - at(start)) / 1e6).toFixed(6)}`);
    start += length;
  }
  await writeFile(path.join(tool.folder, 'parts.txt'), lines.join('\n'));
  await tool.run(['-f', 'concat', '-safe', '0', '-i', 'parts.txt', '-c', 'copy', 'whole.mp4']);
  return times(path.join(tool.folder, 'whole.mp4'));
}

const stepsOf = (found: readonly number[]) => new Set(found.slice(1).map((pts, i) => pts - found[i]!));

describeBoth('segments', (tool) => {
  // src/engine/outputs/render-steps.ts (`duration` lines).
  it.each(RATES)(
    'at %s frames per second are joined with all frames evenly apart by a list with lengths',
    async (...rate) => {
      const found = await joined(tool, rate, true);
      expect(found).toHaveLength(TOTAL);
      expect(stepsOf(found).size).toBe(1);
      const raw = await tool.run([
        '-i',
        'whole.mp4',
        '-vf',
        'extractplanes=y',
        '-fps_mode',
        'passthrough',
        '-f',
        'rawvideo',
        '-pix_fmt',
        'gray',
        '-',
      ]);
      const greys = Array.from({ length: TOTAL }, (_, i) => raw[i * 64 * 48 + 24 * 64 + 32]!);
      greys.forEach((grey, i) => {
        expect(Math.abs(grey - (20 + 2 * i)), `frame ${i}`).toBeLessThan(2);
      });
    },
  );

  it('are unevenly apart without lengths up to 5.1', async () => {
    const found = await joined(tool, RATES[0]!, false);
    if (tool.major <= 5) expect(stepsOf(found).size).toBeGreaterThan(1);
    else expect(found).toHaveLength(TOTAL);
  });

  const SEEKS = [1, 26, 49, 50, 53, 88];

  /** The greys of the first frame after each seek, by the rule of src/engine/compositor/assets/open-video.ts for exact files. */
  async function sought(file: string): Promise<readonly number[]> {
    const found: number[] = [];
    for (const frame of SEEKS) {
      const at = ['-ss', (frame / 25 - 0.001).toFixed(6), '-i', file, '-frames:v', '1', '-vf', 'extractplanes=y'];
      const raw = await tool.run([...at, '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
      found.push(raw.length === 0 ? -1 : Math.round((raw[24 * 64 + 32]! - 20) / 2));
    }
    return found;
  }

  const source = ['-f', 'lavfi', '-i', `${counted('25')},trim=end_frame=100`];

  // src/engine/probe/media-details.ts (`seeking`).
  it.each(['mp4', 'mkv'])('of H.264 in %s begin with the frame that is sought', async (extension) => {
    await tool.run([...source, ...X264, '-g', '25', `seek.${extension}`]);
    expect(await sought(`seek.${extension}`)).toEqual(SEEKS);
  });

  it('of H.264 in MPEG-TS do not, unless three seconds before are decoded too', async () => {
    await tool.run([...source, ...X264, '-g', '25', '-muxdelay', '0', '-output_ts_offset', '0', 'seek.ts']);
    expect(await sought('seek.ts')).not.toEqual(SEEKS);
    const { streams } = (await ffprobe(['-show_entries', 'stream=start_time', path.join(tool.folder, 'seek.ts')])) as {
      streams: { start_time: string }[];
    };
    const zero = Number(streams[0]!.start_time);
    for (const frame of SEEKS) {
      const time = frame / 25;
      const from = Math.max(0, time - 3);
      const graph = `trim=start=${(zero + time - 0.0005).toFixed(6)},extractplanes=y`;
      const read = ['-copyts', ...(from > 0 ? ['-ss', (zero + from).toFixed(6)] : []), '-i', 'seek.ts', '-vf', graph];
      const raw = await tool.run([...read, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'gray', '-']);
      expect(Math.round((raw[24 * 64 + 32]! - 20) / 2)).toBe(frame);
    }
  });
});
