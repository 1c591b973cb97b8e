import type { Warning } from '../composition/warning.js';
import type { TaskFailure } from './failure.js';
import type { Delivery } from './notify.js';
import type { TaskOptions } from './task-options.js';
import type { Trace } from './trace.js';

export type { Warning } from '../composition/warning.js';
export type { Timeouts } from './task-options.js';

/** The states of a task; `task.proto` documents each for callers. */
export type TaskState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** The phases of an attempt, in this order. */
export type Phase = 'FETCHING' | 'PROBING' | 'RENDERING' | 'FINALIZING' | 'UPLOADING';

/** How far a running attempt is. */
export interface Progress {
  readonly phase: Phase;
  /** 0 to 99: 100 belongs to SUCCEEDED alone. */
  readonly percent: number;
  readonly framesDone: number;
  /** 0 before it is known. */
  readonly framesTotal: number;
  readonly outTimeUs: number;
  /** Seconds of video per second of time, of all that is rendered at once; 0 before it is known. */
  readonly speed: number;
}

/** How long one phase of an attempt took. */
export interface PhaseTiming {
  readonly phase: Phase;
  readonly durationMs: number;
}

/** What a renderer reports of a running attempt. */
export interface ProgressReport extends Progress {
  /** So far, in order; the last is that of the present phase. */
  readonly phaseTimings: readonly PhaseTiming[];
  /** Until the end, at the pace so far; null before that is known. */
  readonly remainingMs: number | null;
}

/** A finished, verified file: a video, or audio alone, which has no size and no frames. */
export interface Output {
  /** The file's name within the task, such as `final-1.mp4`. */
  readonly key: string;
  /** Where the output store keeps it; the fence is part of it, so that no other attempt writes the same place. */
  readonly location: string;
  /** MIME type of the file; absent in records of the first release: `video/mp4`. */
  readonly contentType?: string;
  /** Further files of this output, beside the one that `key` names, such as the segments of a playlist. Absent: none. */
  readonly parts?: readonly OutputPart[];
  readonly sizeBytes: number;
  readonly durationUs: number;
  readonly width: number;
  readonly height: number;
  readonly frameRate: { readonly num: number; readonly den: number };
  readonly frameCount: number;
  /** Empty for audio alone. */
  readonly videoCodec: string;
  /** Empty without sound. */
  readonly audioCodec: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Frames that had been rendered before and were reused; absent: none. */
  readonly reusedFrames?: number;
  /** Frames that were copied from inputs as they are; absent: none. */
  readonly copiedFrames?: number;
  /** The URL that it was put to, without its query; absent: none. */
  readonly destinationUrl?: string;
}

/** A file of an output beside its first. */
export interface OutputPart {
  /** The file's name within the task. */
  readonly name: string;
  readonly contentType: string;
  /** Absent in records of earlier releases. */
  readonly sizeBytes?: number;
  /** Of a still; absent for other files. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Its part in the output. Absent: it is named by the output's first file. */
  readonly role?: 'POSTER';
}

/**
 * The record of one render, and at the same time its entry in the queue. Plain JSON data: a store may keep it as it is.
 * The spec is not part of it: it never changes, and would make each progress write as large as the request.
 */
export interface Task extends TaskOptions {
  readonly id: string;
  readonly tenant: string;
  readonly state: TaskState;
  /** +1 with each stored change, from 1; every compare-and-set is against it. */
  readonly revision: number;
  /** Raised by each claim and each cancel: a write under an older fence is void. */
  readonly fence: number;
  /** Random name of the attempt that has the lease; null unless RUNNING. */
  readonly attemptId: string | null;
  /** The worker that has the lease; null unless RUNNING. */
  readonly owner: string | null;
  readonly requestId: string | null;
  /** SHA-256 of the submitted body: the same hash means the same body for `requestId`. */
  readonly requestHash: string;
  /** The ids that the caller gave the submit, for log lines; absent when it gave none. */
  readonly trace?: Trace;
  /** Place in the queue, lowest first: a time in milliseconds, put forward by the priority (`queue-rank.ts`). */
  readonly queueRankMs: number;
  readonly percent: number;
  readonly progress: Progress | null;
  /** When it will have ended at its pace so far; null before that is known. */
  readonly estimatedEndTimeMs: number | null;
  /** Of the current or last attempt, in order; the last entry grows while its phase lasts. */
  readonly phaseTimings: readonly PhaseTiming[];
  readonly outputs: readonly Output[];
  readonly failure: TaskFailure | null;
  /** The warnings of the submit itself; part of `warnings` at all times. */
  readonly submitWarnings: readonly Warning[];
  readonly warnings: readonly Warning[];
  /** Claims so far. */
  readonly attempt: number;
  /** Attempts that ended in an error of the task's own. */
  readonly failures: number;
  /** Attempts in a row that ended because their worker died. */
  readonly workerLosses: number;
  readonly createTimeMs: number;
  /** Until when a worker must have taken it; null once one has. */
  readonly queueDeadlineMs: number | null;
  readonly startTimeMs: number | null;
  readonly endTimeMs: number | null;
  readonly updateTimeMs: number;
  /** When record and outputs are removed; null before the end. */
  readonly expireTimeMs: number | null;
  /** Events for the targets of `notify`, oldest first. Absent: there were none. */
  readonly deliveries?: readonly Delivery[];
  /** When the first of them is due; null or absent: none is pending. */
  readonly nextDeliveryMs?: number | null;
}

/** Names one task in a store. */
export interface TaskKey {
  readonly tenant: string;
  readonly id: string;
}

/** Whether a task has ended for good. */
export function isTerminal(state: TaskState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';
}
