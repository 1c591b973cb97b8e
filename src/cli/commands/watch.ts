import { withClient } from '../client.js';
import { watchToEnd } from '../watch.js';
import { type AddCommand, taskName } from './command.js';

/** `cutroom watch ID`: follows a task to its end, across lost connections. */
export const addWatchCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('watch')
    .description('follow a task until it ends, then print the URLs of its videos')
    .argument('<id>', 'id of the task, or tasks/ID')
    .addHelpText('after', '\nThe exit code is 0 when the task SUCCEEDED and 1 when it FAILED or was CANCELLED. Ctrl-C leaves the task running.');
  command.action((id: string) =>
    run(command, (options) =>
      withClient(options, (client) => watchToEnd(context, client, { name: taskName(id), json: options.json })),
    ),
  );
};
