import type { Task } from '../../../generated/cutroom/v1/task.js';
import { TaskView } from '../../../generated/cutroom/v1/task_service.js';
import { withClient } from '../client.js';
import { paintFor } from '../colors.js';
import { ExitCode } from '../exit-code.js';
import { specText, taskJson } from '../json.js';
import { describeCommand } from '../print-command.js';
import { describeTask } from '../print-task.js';
import { findTaskName } from '../find-task.js';
import type { AddCommand } from './command.js';

/** `cutroom get ID`: the task as it is now. */
export const addGetCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('get')
    .description('show a task as it is now')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID')
    .option('--full', 'with its spec and the ffmpeg commands of its last attempt', false);
  command.action((id: string, { full }: { full: boolean }) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const task = await client.getTask(
          {
            name: await findTaskName(client, id, context.signal),
            view: full ? TaskView.TASK_VIEW_FULL : TaskView.TASK_VIEW_BASIC,
          },
          { signal: context.signal },
        );
        const paint = paintFor(context, context.stdout);
        context.stdout.write(
          `${options.json ? taskJson(task) : [...describeTask(task).map(paint), ...fullLines(task)].join('\n')}\n`,
        );
        return ExitCode.ok;
      }),
    ),
  );
};

/** Nothing unless the view is full. */
function fullLines(task: Task): string[] {
  return [
    ...(task.spec === undefined ? [] : ['', specText(task.spec)]),
    ...(task.diagnostics?.commands ?? []).flatMap((run) => ['', describeCommand(run)]),
  ];
}
