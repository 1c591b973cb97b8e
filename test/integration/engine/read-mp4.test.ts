import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readOutline } from '../../../src/engine/mp4/boxes.js';
import { readMp4 } from '../../../src/engine/mp4/read-mp4.js';
import { describeBoth } from '../../support/both-ffmpegs.js';

interface Probed {
  readonly streams: readonly {
    readonly codec_type: string;
    readonly width?: number;
    readonly height?: number;
    readonly avg_frame_rate: string;
    readonly start_time: string;
    readonly duration: string;
    readonly nb_read_packets: string;
    readonly sample_rate?: string;
    readonly channels?: number;
  }[];
  readonly format: { readonly duration: string };
}

/** By the ffprobe of the machine, which shares no line with our reader. */
async function probed(file: string): Promise<Probed> {
  const args = ['-v', 'error', '-count_packets', '-show_streams', '-show_format', '-of', 'json', file];
  return JSON.parse((await promisify(execFile)('ffprobe', args)).stdout) as Probed;
}

const facts = async (file: string) => readMp4(await readOutline(file));
const us = (seconds: string) => Math.round(Number(seconds) * 1e6);

const SOUND = ['-f', 'lavfi', '-i', 'sine=d=2.3:r=48000', '-ac', '2', '-c:a', 'aac'];
const H264 = ['-c:v', 'libx264', '-pix_fmt', 'yuv420p'];
const picture = (size: string, rate: string, seconds = 2) => [
  ...['-f', 'lavfi', '-i', `testsrc2=s=${size}:r=${rate}:d=${seconds}`],
];

describeBoth('an index of MP4', (tool) => {
  const make = async (name: string, args: readonly string[]) => {
    await tool.run([...args, '-movflags', '+faststart', path.join(tool.folder, name)]);
    return path.join(tool.folder, name);
  };

  it.each([
    ['pictures that are shown in another order', [...picture('160x90', '30'), ...SOUND, ...H264, '-bf', '3']],
    ['pictures in their order', [...picture('160x90', '25'), ...SOUND, ...H264, '-preset', 'ultrafast']],
    ['a rate of 24000/1001', [...picture('160x90', '24000/1001'), ...SOUND, ...H264]],
    ['one frame', [...picture('64x64', '30', 1 / 30), ...SOUND, ...H264]],
    ['a size that is no multiple of 16', [...picture('146x82', '60'), ...SOUND, ...H264]],
    ['sound that begins late', [...picture('64x64', '30'), '-itsoffset', '0.5', ...SOUND, ...H264]],
    ['pictures that begin late', [...['-itsoffset', '0.4'], ...picture('64x64', '30'), ...SOUND, ...H264]],
    ['mono of 44.1 kHz', [...picture('64x64', '30'), ...SOUND, ...['-ac', '1', '-ar', '44100'], ...H264]],
    ['pictures without loss', [...picture('64x64', '30'), ...SOUND, ...H264, '-qp', '0']],
    ['sound alone', SOUND],
  ])('is read as ffprobe reads it: %s', async (_, args) => {
    const file = await make('made.mp4', args);
    const [is, wanted] = [await facts(file), await probed(file)];
    expect(Math.abs(is!.durationUs - us(wanted.format.duration))).toBeLessThanOrEqual(1_000);
    expect(is!.tracks.map(({ handler }) => handler === 'vide')).toEqual(
      wanted.streams.map(({ codec_type: type }) => type === 'video'),
    );
    is!.tracks.forEach((track, i) => {
      const stream = wanted.streams[i]!;
      expect(track.samples.count).toBe(Number(stream.nb_read_packets));
      expect(Math.abs(track.startUs - us(stream.start_time)), `start ${stream.start_time}`).toBeLessThanOrEqual(1_000);
      expect(Math.abs(track.durationUs - us(stream.duration)), stream.duration).toBeLessThanOrEqual(1_000);
      if (track.aac) expect(track.aac).toEqual({ sampleRate: Number(stream.sample_rate), channels: stream.channels });
      else {
        const [num, den] = stream.avg_frame_rate.split('/').map(Number);
        expect(track.timescale / track.samples.steps[0]!).toBe(num! / den!);
        expect(track.h264).toMatchObject({ width: stream.width, height: stream.height });
        expect(track.h264!.sets).toMatchObject([{ width: stream.width, height: stream.height, isEightBit420: true }]);
      }
    });
  });

  it('has the colours that its pictures say', async () => {
    const tags = 'colour_primaries=1:transfer_characteristics=6:matrix_coefficients=1:video_full_range_flag=1';
    const file = await make('colors.mp4', [...picture('64x64', '30'), ...H264, '-bsf:v', `h264_metadata=${tags}`]);
    const [video] = (await facts(file))!.tracks;
    expect(video!.h264!.sets[0]!.colors).toEqual({ primaries: 1, transfer: 6, matrix: 1, isFullRange: true });
    const ten = await make('ten.mp4', [...picture('64x64', '30'), '-c:v', 'libx264', '-pix_fmt', 'yuv420p10le']);
    expect((await facts(ten))!.tracks[0]!.h264!.sets[0]!.isEightBit420).toBe(false);
  });

  it('makes no sense where it contradicts itself or the file, and never throws for bytes that are none', async () => {
    const file = await make('good.mp4', [...picture('64x64', '30'), ...SOUND, ...H264]);
    const outline = await readOutline(file);
    const size = outline.fileBytes;
    expect(readMp4(outline)).not.toBeNull();
    expect(readMp4({ ...outline, fileBytes: size - 1 })).toBeNull();
    expect(readMp4({ ...outline, index: null })).toBeNull();
    for (let at = 0; at < outline.index!.length; at += 1) {
      const index = Buffer.from(outline.index!);
      index[at] = index[at]! ^ 0xff;
      readMp4({ ...outline, index });
      readMp4({ ...outline, index: index.subarray(0, at) });
    }
    const fewer = Buffer.from(outline.index!);
    // One sample less than there are sizes.
    const at = fewer.indexOf('stts') + 12;
    fewer.writeUInt32BE(fewer.readUInt32BE(at) - 1, at);
    expect(readMp4({ ...outline, index: fewer })).toBeNull();
    await writeFile(file, (await readFile(file)).subarray(0, size - 100));
    expect(await facts(file)).toBeNull();
  });
});
