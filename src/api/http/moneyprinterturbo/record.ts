import type { JsonObject } from '@bufbuild/protobuf';
import type { TaskFailure } from '../../../task/failure.js';
import type { Phase, Task } from '../../../task/task.js';
import type { SignUrl } from '../../../wire/print-task.js';
import { toParameter } from './parameter-names.js';

/** MoneyPrinterTurbo's numbers of a task's states. */
const COMPLETE = 1;
const PROCESSING = 4;
const FAILED = -1;

/**
 * A task as its clients know it. They take any `videos` for "done", so that is there only when it is; a task that waits for a retry is
 * processing like any other.
 */
export function recordOf(task: Task, sign: SignUrl): JsonObject {
  const warnings = task.warnings.map(({ code, message, field, count }) => ({
    code,
    message,
    field: toParameter(field),
    count,
  }));
  const common = { task_id: task.id, progress: task.percent, ...(warnings.length === 0 ? {} : { warnings }) };
  switch (task.state) {
    case 'QUEUED':
    case 'RUNNING':
      return { ...common, state: PROCESSING };
    case 'SUCCEEDED':
      return { ...common, state: COMPLETE, videos: task.outputs.map((output) => sign(task, output)) };
    case 'CANCELLED':
      return { ...common, state: FAILED, failed_stage: 'cancelled', error: 'the task was cancelled' };
    case 'FAILED':
      return {
        ...common,
        state: FAILED,
        failed_stage: stageOf(task),
        error: task.failure ? textOf(task.failure) : 'the task failed',
      };
  }
}

function textOf({ reason, message, field }: TaskFailure): string {
  return field === '' ? `${reason}: ${message}` : `${reason}: ${toParameter(field)}: ${message}`;
}

/** The stage in their terms: that of the input at fault, else that of the worker's phase. */
function stageOf({ failure, progress }: Task): string {
  const field = failure?.field ?? '';
  if (field.startsWith('spec.montage.materials')) return 'materials';
  if (field.startsWith('spec.montage.narration') || field.startsWith('spec.montage.music')) return 'audio';
  if (field.startsWith('spec.montage.subtitles')) return 'subtitle';
  if (failure?.reason === 'QUEUE_TIMEOUT' || !progress) return 'queue';
  return stageOfPhase(progress.phase);
}

function stageOfPhase(phase: Phase): string {
  switch (phase) {
    case 'FETCHING':
    case 'PROBING':
      return 'materials';
    case 'RENDERING':
    case 'FINALIZING':
    case 'UPLOADING':
      return 'video';
  }
}
