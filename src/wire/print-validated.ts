import type { Task as WireTask } from '../../generated/cutroom/v1/task.js';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import type { Resolution } from '../task/ports/media-inspector.js';
import { printResolution } from './print-resolution.js';
import { fillDefaults } from './render-spec/fill-defaults.js';

/** The answer to a submit that was only checked: the task as it would begin, which nobody can ask for, with a spec that shows every default. */
export function printValidated(
  task: WireTask,
  { spec, resolution }: { readonly spec: RenderSpec | undefined; readonly resolution: Resolution | null },
): WireTask {
  return {
    ...task,
    name: '',
    taskId: '',
    revision: 0n,
    etag: '',
    createTime: undefined,
    updateTime: undefined,
    spec: spec ? fillDefaults(spec) : undefined,
    resolution: resolution ? printResolution(resolution) : undefined,
  };
}
