import { type Task, Task_State } from '../../generated/cutroom/v1/task.js';
import type { TaskServiceClient } from '../../generated/cutroom/v1/task_service.js';
import { paintFor } from './colors.js';
import type { CliContext } from './cli-context.js';
import { ExitCode } from './exit-code.js';
import { followTask } from './follow-task.js';
import { taskJson } from './json.js';
import { describeEnd, describeWarning } from './print-task.js';
import { createProgressView, type ProgressView } from './progress-view.js';
import { hasEnded } from './task-state.js';

/**
 * Shows a task until it ends: progress on stderr, then the URLs of its videos on stdout; with --json each change as one
 * line of JSON on stdout and no progress, with `quiet` no progress either. The exit code says how it ended.
 */
export async function watchToEnd(
  context: CliContext,
  client: TaskServiceClient,
  options: { name: string; json: boolean; quiet?: boolean },
): Promise<ExitCode> {
  const view = viewFor(context, options);
  const id = options.name.replace(/^tasks\//, '');
  try {
    for await (const task of followTask(client, options.name, {
      signal: context.signal,
      onLost: (error) => {
        view.note(`lost the connection to the server (${error.message}); trying again`);
      },
    })) {
      view.show(task);
      if (hasEnded(task.state)) return printEnd(context, view, task, options);
    }
  } catch (error) {
    view.end();
    if (context.signal.aborted)
      context.stderr.write(`the task goes on; see it again: cutroom watch ${id}; end it: cutroom cancel ${id}\n`);
    throw error;
  } finally {
    view.end();
  }
  return ExitCode.permanentFailure;
}

/** The view that the options ask for: JSON lines, only notes, or progress. */
export function viewFor(context: CliContext, options: { json: boolean; quiet?: boolean }): ProgressView {
  if (options.json) return silentView(context, (task) => context.stdout.write(`${taskJson(task)}\n`));
  return options.quiet === true ? silentView(context, () => undefined) : createProgressView(context.stderr);
}

/** Prints how a task ended, and returns the exit code for that. */
export function printEnd(context: CliContext, view: ProgressView, task: Task, { json }: { json: boolean }): ExitCode {
  view.end();
  if (!json) {
    const paint = paintFor(context, context.stderr);
    context.stderr.write(`${paint(describeEnd(task))}\n`);
    for (const warning of task.warnings) context.stderr.write(`${paint(`warning: ${describeWarning(warning)}`)}\n`);
    // Videos first; sound alone is not among them.
    for (const url of new Set([...task.videos, ...task.outputs.map((output) => output.url)]))
      context.stdout.write(`${url}\n`);
  }
  return task.state === Task_State.SUCCEEDED ? ExitCode.ok : ExitCode.permanentFailure;
}

/** Shows no progress; notes are still printed. */
function silentView(context: CliContext, show: (task: Task) => void): ProgressView {
  return {
    show,
    note: (text) => {
      context.stderr.write(`${text}\n`);
    },
    end: () => undefined,
  };
}
