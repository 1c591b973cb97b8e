import type { Output } from '../../generated/cutroom/v1/output.js';
import type { ProgressDetail, Task, TaskError, Warning } from '../../generated/cutroom/v1/task.js';
import { durationSeconds, formatBytes, formatSeconds } from './format.js';
import { formatEta } from './remaining-time.js';
import { hasEnded, phaseName, stateName } from './task-state.js';

/** A task for people: one `name  value` line per fact that there is. */
export function describeTask(task: Task): string[] {
  const rows: [string, string][] = [
    ['task', task.name],
    ['state', `${stateName(task.state)}  ${task.progress} %`],
  ];
  if (task.progressDetail !== undefined && !hasEnded(task.state))
    rows.push(['phase', describeProgress(task.progressDetail)]);
  if (task.attempt > 0)
    rows.push(['attempt', `${task.attempt}${task.failures > 0 ? ` (${task.failures} failed)` : ''}`]);
  for (const [name, time] of [
    ['created', task.createTime],
    ['started', task.startTime],
    ['ended', task.endTime],
    ['expires', task.expireTime],
  ] as const) {
    if (time !== undefined) rows.push([name, time.toISOString()]);
  }
  for (const [key, value] of Object.entries(task.labels)) rows.push(['label', `${key}=${value}`]);
  if (task.priority !== 0) rows.push(['priority', String(task.priority)]);
  if (task.error !== undefined) rows.push(['error', describeTaskError(task.error)]);
  for (const warning of task.warnings) rows.push(['warning', describeWarning(warning)]);
  for (const output of task.outputs) rows.push(['output', describeOutput(output)], ['video', output.url]);
  return rows.map(([name, value]) => `${name.padEnd(9)}${value}`);
}

/** `RENDERING, 203 of 450 frames, ETA 0:12`. */
export function describeProgress(detail: ProgressDetail): string {
  if (detail.framesTotal === 0) return phaseName(detail.phase);
  return `${phaseName(detail.phase)}, ${detail.framesDone} of ${detail.framesTotal} frames, ${formatEta(detail)}`;
}

/** `INPUT_NOT_MEDIA (spec.montage.materials[2].uri): …`. */
export function describeTaskError(error: TaskError): string {
  return `${error.reason}${error.field === '' ? '' : ` (${error.field})`}: ${error.status?.message ?? ''}`;
}

/** `GLYPHS_MISSING (spec.montage.subtitles): …`. */
export function describeWarning(warning: Warning): string {
  return `${warning.code}${warning.field === '' ? '' : ` (${warning.field})`}: ${warning.message}`;
}

/** `final-1.mp4  1080x1920, 12.4 s, 372 frames, 5.2 MB`. */
export function describeOutput(output: Output): string {
  const seconds = durationSeconds(output.duration).toFixed(1);
  if (output.frameCount === 0) return `${output.key}  ${seconds} s, ${formatBytes(Number(output.sizeBytes))}`;
  return `${output.key}  ${output.width}x${output.height}, ${seconds} s, ${output.frameCount} frames, ${formatBytes(Number(output.sizeBytes))}`;
}

/** How a watched task ended, in one line, without the URLs. */
export function describeEnd(task: Task): string {
  const took = task.startTime && task.endTime ? (task.endTime.getTime() - task.startTime.getTime()) / 1000 : null;
  const inTime = took === null ? '' : ` in ${took < 60 ? `${took.toFixed(1)} s` : formatSeconds(took)}`;
  const what = [
    ...task.outputs.map(describeOutput),
    ...(task.error === undefined ? [] : [describeTaskError(task.error)]),
  ];
  return `${stateName(task.state)}${inTime}${what.length > 0 ? `: ${what.join('; ')}` : ''}`;
}

/** A task in one line of a list: id, state, percent, when it was created, why it failed. */
export function describeInList(task: Task): string {
  const percent = `${task.progress} %`.padStart(5);
  const created = task.createTime?.toISOString().slice(0, 19).replace('T', ' ') ?? '';
  return `${task.taskId}  ${stateName(task.state).padEnd(9)}  ${percent}  ${created}  ${task.error?.reason ?? ''}`.trimEnd();
}
