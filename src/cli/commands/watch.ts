import { withClient } from '../client.js';
import { watchToEnd } from '../watch.js';
import { findTaskName } from '../find-task.js';
import type { AddCommand } from './command.js';

/** `cutroom watch ID`: follows a task to its end, across lost connections. */
export const addWatchCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('watch')
    .description('follow a task to its end, then print its video URLs')
    .argument('<id>', 'id of the task, its beginning, or tasks/ID')
    .addHelpText(
      'after',
      '\nThe exit code is 0 when the task SUCCEEDED, 1 when it FAILED or was CANCELLED.\nCtrl-C leaves the task running. A server that restarts is found again.',
    );
  command.action((id: string) =>
    run(command, (options) =>
      withClient(options, async (client) =>
        watchToEnd(context, client, { name: await findTaskName(client, id, context.signal), json: options.json }),
      ),
    ),
  );
};
