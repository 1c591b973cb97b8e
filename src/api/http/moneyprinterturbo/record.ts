import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import type { TaskFailure } from '../../../task/failure.js';
import type { Phase, Task } from '../../../task/task.js';
import type { TaskDetails } from '../../../task/use-cases/task-use-cases.js';
import { readJson } from '../../../wire/proto-json.js';
import { withValues } from '../../../wire/render-spec/variables.js';
import { renderSpecType } from '../../../wire/render-spec/spec-identity.js';
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
    case 'SUCCEEDED': {
      // Their pages play them: other kinds are not for them.
      const videos = task.outputs
        .filter(({ contentType = 'video/mp4' }) => contentType === 'video/mp4')
        .map((output) => sign(task, output));
      const params = { video_subject: task.labels.video_subject ?? '' };
      return { ...common, state: COMPLETE, videos, combined_videos: videos, params };
    }
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

/** The inputs of a finished task, as its caller named them; a script is the text of its cues. */
export function sourcesOf({ specJson }: TaskDetails): JsonObject {
  const spec =
    specJson === null ? undefined : withValues(readJson(renderSpecType, JSON.parse(specJson) as JsonValue, IGNORE));
  const { narration, subtitles } = spec?.kind?.$case === 'montage' ? spec.kind.value : {};
  const source = subtitles?.source;
  return {
    audio_file: narration?.uri ?? '',
    subtitle_path: source?.$case === 'uri' ? source.value : '',
    script: source?.$case === 'cues' ? source.value.cues.map(({ text }) => text).join('\n') : '',
  };
}

/** What newer versions added to a spec. */
const IGNORE = { unknownFields: 'ignore' } as const;

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
