import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { taskJson } from '../json.js';
import { stateName } from '../task-state.js';
import { findTaskName } from '../find-task.js';
import type { AddCommand } from './command.js';

/** `cutroom retry ID`: queues a task that FAILED or was CANCELLED again, under the same id. */
export const addRetryCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('retry')
    .description('queue a task again that FAILED or was CANCELLED')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID');
  command.action((id: string) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const task = await client.retryTask(
          { name: await findTaskName(client, id, context.signal) },
          { signal: context.signal },
        );
        context.stdout.write(`${options.json ? taskJson(task) : `${task.taskId}  ${stateName(task.state)}`}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
