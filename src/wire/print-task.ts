import { timeUsOf } from '../composition/frame-grid.js';
import type { Output as WireOutput } from '../../generated/cutroom/v1/output.js';
import {
  type ProgressDetail,
  ProgressDetail_Phase,
  type QueuePlace as WireQueuePlace,
  type Task as WireTask,
  type TaskError,
  TaskError_Category,
  Task_State,
} from '../../generated/cutroom/v1/task.js';
import { FAILURES, type FailureCategory, type TaskFailure } from '../task/failure.js';
import type { QueuePlace } from '../task/queue-forecast.js';
import type { Output, Phase, Progress, Task, TaskState } from '../task/task.js';
import { printDeliveries } from './notify.js';
import { printDuration } from './print-duration.js';
import { errorInfo } from './status-details.js';
import { codeOfFailure } from './status-mapping.js';
import { formatTaskName } from './task-name.js';
import { printTaskOptions } from './task-options.js';

/** The URL of an output, or of a further file of it, valid from now on. */
export type SignUrl = (task: Task, output: Output, part?: string) => string;

/**
 * A task as callers see it. Its outputs' URLs are signed now, so the result must not be kept for long.
 * @param place where it stands in the queue, where that was asked for.
 */
export function printTask(task: Task, sign: SignUrl, place: QueuePlace | null = null): WireTask {
  const outputs = task.outputs.map((output) => printOutput(output, (part) => sign(task, output, part)));
  return {
    name: formatTaskName(task.id),
    taskId: task.id,
    state: printState(task.state),
    progress: task.percent,
    videos: outputs.filter(({ frameCount }) => frameCount > 0).map(({ url }) => url),
    progressDetail: task.progress ? printProgress(task.progress, task.estimatedEndTimeMs) : undefined,
    outputs,
    error: task.failure ? printFailure(task.failure) : undefined,
    warnings: task.warnings.map(({ code, message, field, count }) => ({ code, message, field, count })),
    attempt: task.attempt,
    failures: task.failures,
    createTime: new Date(task.createTimeMs),
    startTime: printTime(task.startTimeMs),
    endTime: printTime(task.endTimeMs),
    updateTime: new Date(task.updateTimeMs),
    revision: BigInt(task.revision),
    etag: `"${task.id}-${task.revision}"`,
    ...printTaskOptions(task),
    expireTime: printTime(task.expireTimeMs),
    phaseTimings: task.phaseTimings.map(({ phase, durationMs }) => ({
      phase: printPhase(phase),
      duration: printDuration(durationMs * 1000),
    })),
    resolution: undefined,
    queuePlace: printQueuePlace(place),
    deliveries: printDeliveries(task),
    // Of the full view only: see `print-full-task.ts`.
    spec: undefined,
    diagnostics: undefined,
  };
}

export function printQueuePlace(place: QueuePlace | null): WireQueuePlace | undefined {
  if (place === null) return undefined;
  return { position: place.position, estimatedStartTime: printTime(place.estimatedStartTimeMs) };
}

function printState(state: TaskState): Task_State {
  switch (state) {
    case 'QUEUED':
      return Task_State.QUEUED;
    case 'RUNNING':
      return Task_State.RUNNING;
    case 'SUCCEEDED':
      return Task_State.SUCCEEDED;
    case 'FAILED':
      return Task_State.FAILED;
    case 'CANCELLED':
      return Task_State.CANCELLED;
  }
}

function printPhase(phase: Phase): ProgressDetail_Phase {
  switch (phase) {
    case 'FETCHING':
      return ProgressDetail_Phase.PHASE_FETCHING;
    case 'PROBING':
      return ProgressDetail_Phase.PHASE_PROBING;
    case 'RENDERING':
      return ProgressDetail_Phase.PHASE_RENDERING;
    case 'FINALIZING':
      return ProgressDetail_Phase.PHASE_FINALIZING;
    case 'UPLOADING':
      return ProgressDetail_Phase.PHASE_UPLOADING;
  }
}

function printCategory(category: FailureCategory): TaskError_Category {
  switch (category) {
    case 'INPUT_FETCH':
      return TaskError_Category.CATEGORY_INPUT_FETCH;
    case 'INPUT_MEDIA':
      return TaskError_Category.CATEGORY_INPUT_MEDIA;
    case 'SPEC':
      return TaskError_Category.CATEGORY_SPEC;
    case 'RENDER':
      return TaskError_Category.CATEGORY_RENDER;
    case 'OUTPUT':
      return TaskError_Category.CATEGORY_OUTPUT;
    case 'RESOURCE':
      return TaskError_Category.CATEGORY_RESOURCE;
    case 'TIMEOUT':
      return TaskError_Category.CATEGORY_TIMEOUT;
    case 'INTERNAL':
      return TaskError_Category.CATEGORY_INTERNAL;
  }
}

function printProgress(progress: Progress, estimatedEndTimeMs: number | null): ProgressDetail {
  return {
    phase: printPhase(progress.phase),
    framesDone: progress.framesDone,
    framesTotal: progress.framesTotal,
    outTime: printDuration(progress.outTimeUs),
    speed: progress.speed,
    estimatedEndTime: printTime(estimatedEndTimeMs),
  };
}

function printFailure({ reason, message, field }: TaskFailure): TaskError {
  const { category, retryable } = FAILURES[reason];
  const details = [errorInfo(reason, field === '' ? {} : { field })];
  return {
    status: { code: codeOfFailure(category), message, details },
    reason,
    category: printCategory(category),
    retryable,
    field,
  };
}

function printOutput(output: Output, sign: (part?: string) => string): WireOutput {
  const { reusedFrames = 0, copiedFrames = 0, frameRate, frameCount } = output;
  const poster = output.parts?.find(({ role }) => role === 'POSTER');
  return {
    key: output.key,
    url: sign(),
    sizeBytes: BigInt(output.sizeBytes),
    duration: printDuration(output.durationUs),
    width: output.width,
    height: output.height,
    frameRate: frameCount > 0 ? { numerator: frameRate.num, denominator: frameRate.den } : undefined,
    frameCount,
    videoCodec: output.videoCodec,
    audioCodec: output.audioCodec,
    sha256: output.sha256,
    renderedDuration: printDuration(timeUsOf(frameCount - reusedFrames - copiedFrames, frameRate)),
    reusedDuration: printDuration(timeUsOf(reusedFrames, frameRate)),
    copiedDuration: printDuration(timeUsOf(copiedFrames, frameRate)),
    destinationUrl: output.destinationUrl ?? '',
    contentType: output.contentType ?? 'video/mp4',
    posterUrl: poster ? sign(poster.name) : '',
    files: (output.parts ?? []).map(({ name, contentType, sizeBytes = 0, size }) => ({
      name,
      url: sign(name),
      contentType,
      sizeBytes: BigInt(sizeBytes),
      width: size?.width ?? 0,
      height: size?.height ?? 0,
    })),
  };
}

function printTime(timeMs: number | null): Date | undefined {
  return timeMs === null ? undefined : new Date(timeMs);
}
