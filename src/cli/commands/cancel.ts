import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { taskJson } from '../json.js';
import { stateName } from '../task-state.js';
import { findTaskName } from '../find-task.js';
import type { AddCommand } from './command.js';

/** `cutroom cancel ID`: ends a task that has not ended; cancelling it again changes nothing. */
export const addCancelCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('cancel')
    .description('cancel a task that has not ended')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID');
  command.action((id: string) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const task = await client.cancelTask(
          { name: await findTaskName(client, id, context.signal) },
          { signal: context.signal },
        );
        context.stdout.write(`${options.json ? taskJson(task) : `${task.taskId}  ${stateName(task.state)}`}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
