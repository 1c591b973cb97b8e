import { type Task, Task_State } from '../../generated/cutroom/v1/task.js';
import type { TaskServiceClient } from '../../generated/cutroom/v1/task_service.js';
import type { CliContext } from './cli-context.js';
import { ExitCode } from './exit-code.js';
import { followTask } from './follow-task.js';
import { taskJson } from './json.js';
import { describeEnd } from './print-task.js';
import { createProgressView, type ProgressView } from './progress-view.js';
import { hasEnded } from './task-state.js';

/**
 * Shows a task until it ends: progress on stderr, then the URLs of its videos on stdout; with --json each change as one
 * line of JSON on stdout and no progress. The exit code says how it ended.
 */
export async function watchToEnd(
  context: CliContext,
  client: TaskServiceClient,
  options: { name: string; json: boolean },
): Promise<ExitCode> {
  const view = options.json ? silentView(context) : createProgressView(context.stderr);
  try {
    for await (const task of followTask(client, options.name, {
      signal: context.signal,
      onLost: (error) => {
        view.note(`lost the server (${error.message}); trying again`);
      },
    })) {
      if (options.json) context.stdout.write(`${taskJson(task)}\n`);
      else view.show(task);
      if (hasEnded(task.state)) return end(context, view, task, options.json);
    }
  } finally {
    view.end();
  }
  return ExitCode.permanentFailure;
}

function end(context: CliContext, view: ProgressView, task: Task, json: boolean): ExitCode {
  view.end();
  if (!json) {
    context.stderr.write(`${describeEnd(task)}\n`);
    for (const url of task.videos) context.stdout.write(`${url}\n`);
  }
  return task.state === Task_State.SUCCEEDED ? ExitCode.ok : ExitCode.permanentFailure;
}

/** Notes are still told; the changes themselves go to stdout as JSON. */
function silentView(context: CliContext): ProgressView {
  return {
    show: () => undefined,
    note: (text) => {
      context.stderr.write(`${text}\n`);
    },
    end: () => undefined,
  };
}
