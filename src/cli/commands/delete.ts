import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { findTaskName } from '../find-task.js';
import type { AddCommand } from './command.js';

/** `cutroom delete ID`: removes a task that has ended, with its videos. */
export const addDeleteCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('delete')
    .description('delete a task that has ended, and its videos')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID')
    .option('--drop-deliveries', 'though events are still to be delivered', false);
  command.action((id: string, { dropDeliveries }: { dropDeliveries: boolean }) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const name = await findTaskName(client, id, context.signal);
        await client.deleteTask({ name, dropDeliveries }, { signal: context.signal });
        // A google.protobuf.Empty is `{}`.
        context.stdout.write(options.json ? '{}\n' : `${name.slice('tasks/'.length)}  deleted\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
