import { describe, expect, it } from 'vitest';
import { Task as WireTask } from '../../../generated/cutroom/v1/task.js';
import { claimed, failed, progressed, succeeded } from '../../../src/task/lifecycle.js';
import { newTask } from '../../support/new-task.js';
import { printTask } from '../../../src/wire/print-task.js';
import { jsonType, readJson, writeFullJson } from '../../../src/wire/proto-json.js';
import { parseTaskName } from '../../../src/wire/task-name.js';
import { CallError } from '../../../src/task/call-error.js';
import { outputOf, progressAt } from '../../support/paused-renderer.js';

const taskType = jsonType(WireTask, 'cutroom.v1.Task');
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const queued = newTask({ id: 'a', requestId: null, maxAttempts: 2, nowMs });
const running = claimed(queued, { attemptId: 'x', owner: 'o', nowMs });
const json = (task: typeof queued) =>
  writeFullJson(
    taskType,
    printTask(task, (_, output) => `http://h/${output.key}`),
  );

describe('the task on the wire', () => {
  it('has every field when it is queued, also the empty ones', () => {
    expect(json(queued)).toEqual({
      name: 'tasks/a',
      deliveries: [],
      taskId: 'a',
      state: 'QUEUED',
      progress: 0,
      videos: [],
      progressDetail: null,
      outputs: [],
      error: null,
      warnings: [],
      attempt: 0,
      failures: 0,
      createTime: '2026-01-02T03:04:05.678Z',
      startTime: null,
      endTime: null,
      updateTime: '2026-01-02T03:04:05.678Z',
      revision: '1',
      etag: '"a-1"',
      labels: {},
      priority: 0,
      maxAttempts: 2,
      expireTime: null,
      timeouts: { queue: '3600s', total: null, stall: null, fetch: null },
      phaseTimings: [],
      queuePlace: null,
      resolution: null,
      spec: null,
      diagnostics: null,
    });
  });

  it('has its progress while it runs', () => {
    expect(json(progressed(running, { ...progressAt(30), speed: 1.5 }, nowMs))).toMatchObject({
      state: 'RUNNING',
      progress: 30,
      attempt: 1,
      progressDetail: { phase: 'PHASE_RENDERING', framesDone: 30, framesTotal: 100, outTime: '0.999990s', speed: 1.5 },
    });
  });

  it('has signed videos and their facts when it is finished', () => {
    const output = outputOf({ key: { tenant: 'default', id: 'a' }, fence: 1, attemptId: 'x' });
    const warnings = [{ code: 'CUE_CUT_AT_END' as const, message: 'm', field: 'spec.montage.subtitles', count: 2 }];
    expect(json(succeeded(running, { outputs: [output], warnings }, nowMs))).toMatchObject({
      state: 'SUCCEEDED',
      progress: 100,
      videos: ['http://h/final-1.mp4'],
      warnings,
      outputs: [
        {
          key: 'final-1.mp4',
          url: 'http://h/final-1.mp4',
          sizeBytes: '1',
          duration: '1s',
          frameRate: { numerator: 30, denominator: 1 },
        },
      ],
    });
  });

  it('has the URLs of posters and other files, and no videos of sound alone', () => {
    const base = outputOf({ key: { tenant: 'default', id: 'a' }, fence: 1, attemptId: 'x' });
    const parts = [
      { name: 'a.webm.poster.jpg', contentType: 'image/jpeg', role: 'POSTER' as const },
      { name: 'a.webm.sprite.vtt', contentType: 'text/vtt' },
    ];
    const outputs = [
      { ...base, key: 'a.webm', contentType: 'video/webm', parts },
      { ...base, key: 'b.mp3', contentType: 'audio/mpeg', frameCount: 0, width: 0, height: 0, videoCodec: '' },
    ];
    const wire = printTask(succeeded(running, { outputs, warnings: [] }, nowMs), (_, { key }, part) => part ?? key);
    expect(wire.videos).toEqual(['a.webm']);
    expect(wire.outputs).toMatchObject([
      {
        contentType: 'video/webm',
        posterUrl: 'a.webm.poster.jpg',
        files: [
          { name: 'a.webm.poster.jpg', url: 'a.webm.poster.jpg', contentType: 'image/jpeg' },
          { name: 'a.webm.sprite.vtt', url: 'a.webm.sprite.vtt', contentType: 'text/vtt' },
        ],
      },
      { contentType: 'audio/mpeg', posterUrl: '', frameRate: undefined, files: [] },
    ]);
  });

  it('tells how much of a video was rendered, reused and copied', () => {
    const base = outputOf({ key: { tenant: 'default', id: 'a' }, fence: 1, attemptId: 'x' });
    const frameRate = { num: 30, den: 1 };
    const parts = { ...base, frameRate, frameCount: 300, reusedFrames: 60, copiedFrames: 210 };
    const outputs = [parts, { ...base, frameRate, frameCount: 300 }];
    const wire = json(succeeded(running, { outputs, warnings: [] }, nowMs));
    expect(wire).toMatchObject({
      outputs: [
        { renderedDuration: '1s', reusedDuration: '2s', copiedDuration: '7s' },
        { renderedDuration: '10s', reusedDuration: '0s', copiedDuration: '0s' },
      ],
    });
  });

  it('has the reason of a failure, as gRPC would print it', () => {
    const failure = { reason: 'INPUT_EMPTY', message: 'nothing in it', field: 'spec.montage.narration.uri' } as const;
    expect(json(failed(running, failure, nowMs))).toMatchObject({
      state: 'FAILED',
      error: {
        reason: 'INPUT_EMPTY',
        category: 'CATEGORY_INPUT_MEDIA',
        retryable: false,
        field: 'spec.montage.narration.uri',
        status: {
          code: 3,
          message: 'nothing in it',
          details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'INPUT_EMPTY' }],
        },
      },
    });
  });

  it('is read back unchanged', () => {
    const wire = printTask(progressed(running, progressAt(3), nowMs), () => '');
    expect(readJson(taskType, writeFullJson(taskType, wire), { unknownFields: 'refuse' })).toEqual(wire);
  });

  it.each(['', 'tasks', 'tasks/', 'tasks/a/b', 'a', 'tasks/a b', '/tasks/a', 'tasks/a\n', `tasks/${'a'.repeat(65)}`])(
    'is not found by the malformed name %j',
    (name) => {
      expect(() => parseTaskName(name)).toThrow(CallError);
    },
  );
});
