import { describe, expect, it } from 'vitest';
import { CompositionError } from '../../../src/composition/composition-error.js';
import type { SupervisedResult } from '../../../src/engine/process/supervisor.js';
import { asRenderError, mayPass, renderFailed } from '../../../src/engine/render-failure.js';
import { failureOf, RenderError } from '../../../src/task/failure.js';

function result(stderrTail: string, changes: Partial<SupervisedResult> = {}): SupervisedResult {
  return {
    exitCode: 1,
    signal: null,
    firedClock: null,
    stdoutOverflow: false,
    stdout: Buffer.alloc(0),
    stderrTail,
    peakRssBytes: 0,
    cpuMs: 0,
    ...changes,
  };
}

describe('renderFailed', () => {
  it('returns the first error of ffmpeg, without addresses and paths of the server', () => {
    const stderr =
      '[h264 @ 0x55e0] [warning] fine\n[AVFilterGraph @ 0x5581d2] [error] Cannot open /srv/data/scratch/x.ass: Permission denied\n[error] Error initializing complex filters.\n';
    expect(renderFailed(result(stderr)).failure).toEqual({
      reason: 'RENDER_FAILED',
      message: 'ffmpeg ended with code 1: Cannot open …: Permission denied',
      field: '',
    });
  });

  it('names the signal when another process ended ffmpeg', () => {
    expect(renderFailed(result('', { exitCode: null, signal: 'SIGKILL' })).failure.message).toBe(
      'ffmpeg was ended by SIGKILL',
    );
  });
});

describe('asRenderError', () => {
  it('recognizes full disks and impossible compositions', () => {
    expect(failureOf(asRenderError(Object.assign(new Error('x'), { code: 'ENOSPC' }))).reason).toBe('OUT_OF_DISK');
    expect(failureOf(asRenderError(new CompositionError('CLIP_TOO_SHORT', 'a.field', 'too short')))).toEqual({
      reason: 'CLIP_TOO_SHORT',
      message: 'too short',
      field: 'a.field',
    });
  });

  it('returns an unknown error unchanged, as an internal one', () => {
    const error = new TypeError('a bug');
    expect(asRenderError(error)).toBe(error);
    expect(failureOf(error).reason).toBe('INTERNAL');
  });
});

describe('mayPass', () => {
  const failed = (stderr: string, changes: Partial<SupervisedResult> = {}) => renderFailed(result(stderr, changes));

  it('is true for a tool that was killed from outside, a disk that fails, and a machine without room', () => {
    expect(mayPass(failed('', { exitCode: null, signal: 'SIGKILL' }))).toBe(true);
    expect(mayPass(failed('', { exitCode: null, signal: 'SIGTERM' }))).toBe(true);
    expect(mayPass(failed('[error] av_interleaved_write_frame(): Input/output error'))).toBe(true);
    expect(mayPass(failed('[out#0/mp4 @ 0x1] [error] Error muxing a packet: Input/output error'))).toBe(true);
    expect(mayPass(Object.assign(new Error('x'), { code: 'EIO' }))).toBe(true);
    expect(mayPass(new RenderError('OUT_OF_PROCESSES', 'x'))).toBe(true);
    expect(mayPass(new RenderError('OUTPUT_NOT_STORED', 'x'))).toBe(true);
  });

  it('is false for all that ends the same way again', () => {
    expect(mayPass(failed('[error] Invalid data found'))).toBe(false);
    expect(mayPass(failed('[file:a @ 0x1] [error] inputs/0: Input/output error'))).toBe(false);
    expect(mayPass(failed('', { exitCode: null, signal: 'SIGSEGV' }))).toBe(false);
    expect(mayPass(failed('', { exitCode: null, signal: 'SIGKILL', firedClock: 'OVERRUN' }))).toBe(false);
    expect(mayPass(failed('', { exitCode: null, signal: 'SIGKILL', stdoutOverflow: true }))).toBe(false);
    for (const reason of [
      'STALLED',
      'OUT_OF_MEMORY',
      'OUT_OF_DISK',
      'MEMORY_LIMIT_EXCEEDED',
      'OUTPUT_MISMATCH',
    ] as const)
      expect(mayPass(new RenderError(reason, 'x'))).toBe(false);
    expect(mayPass(new TypeError('a bug'))).toBe(false);
  });
});
