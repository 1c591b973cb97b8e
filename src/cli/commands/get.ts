import { withClient } from '../client.js';
import { ExitCode } from '../exit-code.js';
import { taskJson } from '../json.js';
import { describeTask } from '../print-task.js';
import { type AddCommand, taskName } from './command.js';

/** `cutroom get ID`: the task as it is now. */
export const addGetCommand: AddCommand = (program, { context, run }) => {
  const command = program.command('get').description('show a task as it is now').argument('<id>', 'id of the task, or tasks/ID');
  command.action((id: string) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const task = await client.getTask({ name: taskName(id) }, { signal: context.signal });
        context.stdout.write(`${options.json ? taskJson(task) : describeTask(task).join('\n')}\n`);
        return ExitCode.ok;
      }),
    ),
  );
};
