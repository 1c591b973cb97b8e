import type { Task as WireTask } from '../../generated/cutroom/v1/task.js';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import { fillDefaults } from './spec/fill-defaults.js';

/** The answer to a submit that was only checked: no task has this name, and the spec shows every default. */
export function printValidated(task: WireTask, spec: RenderSpec | undefined): WireTask {
  return {
    ...task,
    name: '',
    taskId: '',
    state: 0,
    revision: 0n,
    etag: '',
    createTime: undefined,
    updateTime: undefined,
    spec: spec ? fillDefaults(spec) : undefined,
  };
}
