import type { ListTasksResponse, TaskServiceClient } from '../../../generated/cutroom/v1/task_service.js';
import { withClient } from '../client.js';
import type { CliContext } from '../cli-context.js';
import { paintFor } from '../colors.js';
import { ExitCode } from '../exit-code.js';
import { listJson } from '../json.js';
import { parseCount } from '../parse-option.js';
import { describeInList } from '../print-task.js';
import type { AddCommand } from './command.js';

interface ListOptions {
  readonly filter: string;
  readonly orderBy: string;
  readonly pageSize?: number;
  readonly pageToken: string;
  readonly all: boolean;
}

/** `cutroom list`: newest first, one page or all. */
export const addListCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('list')
    .description('list tasks, newest first')
    .option('--filter <expression>', 'such as \'state = RUNNING AND labels.project = "x"\'', '')
    .option('--order-by <order>', '"create_time desc" (default) or create_time', '')
    .option('--page-size <n>', 'tasks per page, 1 to 1000 (default: 50)', parseCount)
    .option('--page-token <token>', 'start at this page', '')
    .option('--all', 'every page', false);
  command.action((list: ListOptions) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const paint = paintFor(context, context.stdout);
        let rest = '';
        for await (const page of pages(client, list, context.signal)) {
          if (options.json) context.stdout.write(`${listJson(page)}\n`);
          else for (const task of page.tasks) context.stdout.write(`${paint(describeInList(task))}\n`);
          rest = page.nextPageToken;
        }
        if (rest !== '') tellOfMore(context, rest);
        return ExitCode.ok;
      }),
    ),
  );
};

/** One page, or all. A page without a task, which a server may answer although others follow, is left out, unless it is the last. */
async function* pages(
  client: TaskServiceClient,
  list: ListOptions,
  signal: AbortSignal,
): AsyncGenerator<ListTasksResponse, void> {
  let { pageToken } = list;
  let isFound = false;
  do {
    const page = await client.listTasks(
      { pageSize: list.pageSize ?? 0, pageToken, filter: list.filter, orderBy: list.orderBy },
      { signal },
    );
    pageToken = page.nextPageToken;
    if (page.tasks.length === 0 && pageToken !== '') continue;
    isFound = true;
    yield page;
  } while (pageToken !== '' && (list.all || !isFound));
}

function tellOfMore(context: CliContext, pageToken: string): void {
  context.stderr.write(`there are more: --page-token ${pageToken}, or --all\n`);
}
