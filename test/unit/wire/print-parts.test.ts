import { describe, expect, it } from 'vitest';
import { Capabilities, MediaInfo } from '../../../generated/cutroom/v1/media.js';
import { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import { formatDiagnostics } from '../../../src/task/diagnostics.js';
import { printCapabilities } from '../../../src/wire/print-capabilities.js';
import { printFullTask } from '../../../src/wire/print-full-task.js';
import { printMedia } from '../../../src/wire/print-media.js';
import { printTask } from '../../../src/wire/print-task.js';
import { jsonType, writeCompactJson } from '../../../src/wire/proto-json.js';
import { newTask } from '../../support/new-task.js';

const mediaType = jsonType(MediaInfo, 'cutroom.v1.MediaInfo');
const capabilitiesType = jsonType(Capabilities, 'cutroom.v1.Capabilities');
const taskType = jsonType(WireTask, 'cutroom.v1.Task');

describe('the printer of an inspected input', () => {
  it('prints a video with audio', () => {
    const video = {
      image: false,
      codec: 'h264',
      width: 1920,
      height: 1080,
      rotation: 90,
      frameRate: { num: 30_000, den: 1001 },
      durationUs: 2_002_000,
      pixelFormat: 'yuv420p',
      alpha: false,
      pixelAspectRatio: { num: 4, den: 3 },
      mirrored: false,
      displayWidth: 1080,
      displayHeight: 2560,
      orientationApplied: true,
      decoded: false,
    } as const;
    const audio = { codec: 'aac', sampleRate: 44_100, channels: 2, durationUs: 2_000_000 };
    expect(writeCompactJson(mediaType, printMedia({ format: 'mov', durationUs: 2_002_000, video, audio }))).toEqual({
      format: 'mov',
      duration: '2.002s',
      video: {
        codec: 'h264',
        width: 1920,
        height: 1080,
        rotation: 90,
        frameRate: { numerator: 30_000, denominator: 1001 },
        duration: '2.002s',
        pixelFormat: 'yuv420p',
        pixelAspectRatio: { numerator: 4, denominator: 3 },
        displayWidth: 1080,
        displayHeight: 2560,
        orientationApplied: true,
      },
      audio: { codec: 'aac', sampleRate: 44_100, channels: 2, duration: '2s' },
    });
  });

  it('prints an image without duration, frame rate and audio', () => {
    const video = {
      image: true,
      codec: 'png',
      width: 2,
      height: 3,
      rotation: 0,
      frameRate: null,
      durationUs: null,
      pixelFormat: 'rgba',
      alpha: true,
      pixelAspectRatio: null,
      mirrored: true,
      displayWidth: 2,
      displayHeight: 3,
      orientationApplied: true,
      decoded: true,
    } as const;
    expect(
      writeCompactJson(mediaType, printMedia({ format: 'png_pipe', durationUs: null, video, audio: null })),
    ).toEqual({
      format: 'png_pipe',
      video: {
        image: true,
        codec: 'png',
        width: 2,
        height: 3,
        pixelFormat: 'rgba',
        alpha: true,
        mirrored: true,
        displayWidth: 2,
        displayHeight: 3,
        orientationApplied: true,
        decoded: true,
      },
    });
  });
});

describe('the printer of capabilities', () => {
  const facts = { fonts: ['Noto Sans'], fontFiles: ['Own.ttf'], maxInputPixels: 5_000_000_000 };

  it('counts workers of one build together, and workers without a build only by their slots', () => {
    const old = { version: '5.1', encoders: ['libx264'], decoders: ['h264'] };
    const fresh = { version: '8.0', encoders: ['libx264'], decoders: ['h264'] };
    const workers = [
      { owner: 'a', slots: 2, build: fresh },
      { owner: 'b', slots: 1, build: old },
      { owner: 'c', slots: 1, build: { ...fresh } },
      { owner: 'd', slots: 4, build: null },
    ];
    const printed = printCapabilities(workers, facts);
    expect(printed.builds.map(({ version, workers: count }) => [version, count])).toEqual([
      ['5.1', 1],
      ['8.0', 2],
    ]);
    expect(printed.slots).toBe(8);
  });

  it('names the encoders of each build, and those that do not work', () => {
    const build = { version: '5.1', encoders: ['libx264'], decoders: ['h264'] };
    const failedEncoders = [{ encoder: 'h264_vaapi', reason: 'no VA display' }];
    const workers = [
      { owner: 'a', slots: 1, build: { ...build, h264Encoder: 'h264_nvenc', hevcEncoder: 'hevc_nvenc' } },
      { owner: 'b', slots: 1, build: { ...build, h264Encoder: 'libx264', hevcEncoder: null, failedEncoders } },
      // Of an earlier version.
      { owner: 'c', slots: 1, build },
    ];
    const { builds } = printCapabilities(workers, facts);
    expect(
      builds.map(({ h264Encoder, hevcEncoder, failedEncoders: failed }) => [h264Encoder, hevcEncoder, failed]),
    ).toEqual([
      ['h264_nvenc', 'hevc_nvenc', []],
      ['libx264', '', failedEncoders],
      ['', '', []],
    ]);
  });

  it('prints limits without any worker', () => {
    expect(writeCompactJson(capabilitiesType, printCapabilities([], facts))).toMatchObject({
      fonts: ['Noto Sans'],
      fontFiles: ['Own.ttf'],
      transitions: expect.not.arrayContaining(['KIND_UNSPECIFIED']) as unknown,
      limits: { maxMaterials: 2000, minResolution: 144, maxResolution: 2160, maxInputPixels: '5000000000' },
    });
  });
});

describe('the printer of the full view', () => {
  const basic = printTask(newTask(), () => '');

  it('leaves out missing parts, and fields of the spec of a later version', () => {
    expect(printFullTask(basic, { specJson: null, diagnosticsJson: null })).toEqual(basic);
    const specJson = '{"montage":{"materials":[{"uri":"a"}],"later":1},"latest":2}';
    expect(writeCompactJson(taskType, printFullTask(basic, { specJson, diagnosticsJson: null }))).toMatchObject({
      spec: { montage: { materials: [{ uri: 'a' }] } },
    });
  });

  it('prints the commands of the attempt', () => {
    const run = {
      program: 'ffmpeg',
      arguments: ['-i', 'spec.montage.materials[0].uri'],
      filterGraph: '[0:v]null',
      exitCode: -1,
      signal: 'SIGKILL',
      watchdog: 'STALLED',
      stderr: 'e',
      lastProgress: 'frame=1',
      peakMemoryBytes: 3_000_000_000,
      cpuMs: 1500.25,
      wallMs: 2000,
    };
    const diagnosticsJson = formatDiagnostics({ attempt: 2, ffmpegVersion: '5.1', commands: [run] });
    expect(writeCompactJson(taskType, printFullTask(basic, { specJson: null, diagnosticsJson }))).toMatchObject({
      diagnostics: {
        attempt: 2,
        ffmpegVersion: '5.1',
        commands: [
          {
            program: 'ffmpeg',
            arguments: ['-i', 'spec.montage.materials[0].uri'],
            filterGraph: '[0:v]null',
            exitCode: -1,
            signal: 'SIGKILL',
            watchdog: 'STALLED',
            stderr: 'e',
            lastProgress: 'frame=1',
            peakMemoryBytes: '3000000000',
            cpuTime: '1.500250s',
            wallTime: '2s',
          },
        ],
      },
    });
  });
});
