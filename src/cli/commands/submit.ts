import { randomUUID } from 'node:crypto';
import { Task_State } from '../../../generated/cutroom/v1/task.js';
import { withClient } from '../client.js';
import { ExitCode, isWorthRetrying } from '../exit-code.js';
import { taskJson } from '../json.js';
import { readSpec } from '../read-spec.js';
import { RpcError } from '../rpc-error.js';
import { watchToEnd } from '../watch.js';
import type { AddCommand } from './command.js';

interface SubmitOptions {
  readonly requestId?: string;
  readonly watch: boolean;
}

/** `cutroom submit SPEC`: hands a composition to the server and prints the task's id. */
export const addSubmitCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('submit')
    .description('submit a composition and print the id of its task')
    .argument('<spec>', 'JSON file with a cutroom.v1.RenderSpec, such as {"montage": {"materials": [{"uri": "a.mp4"}]}}; - reads stdin')
    .option('--request-id <uuid>', 'makes the submit safe to repeat: the same id and spec give the same task (default: a new one)')
    .option('--watch', 'follow the task until it ends', false)
    .addHelpText('after', '\nPaths in the spec are paths on the server, absolute or relative to one of its input roots.');
  command.action((file: string, submit: SubmitOptions) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const spec = await readSpec(file, context.stdin);
        const requestId = submit.requestId ?? randomUUID();
        const task = await client.submitTask({ spec, requestId }, { signal: context.signal }).catch((error: unknown) => {
          if (error instanceof RpcError && isWorthRetrying(error.code)) {
            context.stderr.write(`the task may have been stored; to be sure of only one, repeat with --request-id ${requestId}\n`);
          }
          throw error;
        });
        if (!submit.watch) {
          context.stdout.write(`${options.json ? taskJson(task) : task.taskId}\n`);
          return ExitCode.ok;
        }
        if (!options.json && task.state === Task_State.QUEUED) context.stderr.write(`${task.name}\n`);
        return watchToEnd(context, client, { name: task.name, json: options.json });
      }),
    ),
  );
};
