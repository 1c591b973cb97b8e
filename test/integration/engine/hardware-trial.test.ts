import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { encoderNames, findHardware, type HardwareSettings } from '../../../src/engine/hardware/find-hardware.js';
import { runSupervised } from '../../../src/engine/process/supervisor.js';
import { workerBuildOf } from '../../../src/engine/capabilities.js';
import { createStandInFfmpeg, WITHOUT_DEVICES, type StandInFfmpeg } from '../../support/stand-in-ffmpeg.js';
import { knownToolchain } from '../../support/known-toolchain.js';

const paths = {
  ffmpeg: process.env.CUTROOM_FFMPEG ?? 'ffmpeg',
  ffprobe: process.env.CUTROOM_FFPROBE ?? 'ffprobe',
};
const { signal } = new AbortController();

async function find(ffmpeg: string, settings: Partial<HardwareSettings>) {
  const toolchain = await knownToolchain({ ...paths, ffmpeg });
  return findHardware({ encoder: 'auto', device: null, ...settings }, { toolchain, supervise: runSupervised, signal });
}

let standIn: StandInFfmpeg;
beforeEach(async () => {
  for (const [name, value] of Object.entries(WITHOUT_DEVICES)) vi.stubEnv(name, value);
  standIn = await createStandInFfmpeg();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await standIn.remove();
});

describe('a trial of hardware encoders', () => {
  it.each(['nvenc', 'vaapi', 'qsv'] as const)('finds those of %s that work', async (encoder) => {
    const hardware = await find(standIn.ffmpeg, { encoder });
    expect(hardware.failed).toEqual([]);
    expect(encoderNames(hardware)).toEqual({ h264: `h264_${encoder}`, hevc: `hevc_${encoder}` });
    for (const coding of hardware.standIns.values()) expect(coding.device?.identity).toMatch(/^[0-9a-f]{64}$/);
    // CUDA reserves more addresses than the memory of a tool allows.
    expect(hardware.toolchain.wrapper.some((argument) => argument.startsWith('--as='))).toBe(encoder !== 'nvenc');
    expect(workerBuildOf(hardware)).toMatchObject({ h264Encoder: `h264_${encoder}`, hevcEncoder: `hevc_${encoder}` });
  });

  it('takes the first family that works', async () => {
    const hardware = await find(standIn.ffmpeg, {});
    expect(encoderNames(hardware)).toEqual({ h264: 'h264_nvenc', hevc: 'hevc_nvenc' });
  });

  it('is not made where the operator wants none', async () => {
    const hardware = await find(standIn.ffmpeg, { encoder: 'none' });
    expect(encoderNames(hardware)).toEqual({ h264: 'libx264', hevc: 'libx265' });
    expect(await standIn.asked()).toEqual([]);
  });

  it('takes an encoder whose key frames are not where they were asked for as one that does not work', async () => {
    await standIn.ignoreKeyFrames();
    const { standIns, failed } = await find(standIn.ffmpeg, { encoder: 'qsv' });
    expect(standIns.size).toBe(0);
    expect(failed).toEqual([{ encoder: 'h264_qsv', reason: 'it made 2 key frames instead of 4' }]);
  });

  /** The real answers of ffmpeg. */
  it('tells why encoders without a device do not work', async () => {
    const hardware = await find(paths.ffmpeg, {});
    expect(hardware.standIns.size).toBe(0);
    expect(hardware.failed.map(({ encoder }) => encoder)).toEqual(['h264_nvenc', 'h264_vaapi', 'h264_qsv']);
    for (const { reason } of hardware.failed)
      expect(reason).toMatch(/^(?:ffmpeg ended with code \d+: .{10,}|this ffmpeg does not have it)$/);
    expect(workerBuildOf(hardware)).toMatchObject({ h264Encoder: 'libx264', failedEncoders: hardware.failed });
    expect(hardware.toolchain).toBe(await knownToolchain(paths));
  });

  it('opens the device that is named, and keeps its path to itself', async () => {
    const { failed } = await find(paths.ffmpeg, { encoder: 'vaapi', device: '/dev/dri/renderD200' });
    expect(failed).toEqual([
      { encoder: 'h264_vaapi', reason: expect.stringMatching(/^ffmpeg ended with code \d+: .*device/) as string },
    ]);
    expect(failed[0]?.reason).not.toContain('/dev');
  });
});
