import { Delivery_State } from '../../../generated/cutroom/v1/task.js';
import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { findTaskName } from '../find-task.js';
import { taskJson } from '../json.js';
import type { AddCommand } from './command.js';

/** `cutroom redeliver ID`: delivers events again that were given up. */
export const addRedeliverCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('redeliver')
    .description('deliver events of a task again that were given up')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID')
    .option('--all', 'also those that were delivered', false)
    .option('--gone', 'also those for targets that answered 410', false);
  command.action((id: string, { all, gone }: { all: boolean; gone: boolean }) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const name = await findTaskName(client, id, context.signal);
        const which = { includeDelivered: all, includeGone: gone };
        const task = await client.redeliverEvents({ name, ...which }, { signal: context.signal });
        const pending = task.deliveries.filter(({ state }) => state === Delivery_State.PENDING).length;
        context.stdout.write(`${options.json ? taskJson(task) : `${task.taskId}  ${pending} to deliver`}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
