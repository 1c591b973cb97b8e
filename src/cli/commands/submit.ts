import { randomUUID } from 'node:crypto';
import { NotifyTarget_Event, type Task, Task_State, type TaskTimeouts } from '../../../generated/cutroom/v1/task.js';
import {
  Admission,
  CacheMode,
  type SubmitTaskRequest,
  type TaskServiceClient,
} from '../../../generated/cutroom/v1/task_service.js';
import type { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import type { Duration } from '../../../generated/google/protobuf/duration.js';
import { InvalidArgumentError, Option } from 'commander';
import { withClient } from '../client.js';
import type { CliContext, GlobalOptions } from '../cli-context.js';
import { ExitCode, isWorthRetrying } from '../exit-code.js';
import { specText, taskJson } from '../json.js';
import { parseDuration, parseInteger, parseLabel, parseLimit } from '../parse-option.js';
import { resolutionText } from '../print-resolution.js';
import { readSpec } from '../read-spec.js';
import { RpcError } from '../rpc-error.js';
import { watchToEnd } from '../watch.js';
import { secretName } from './secrets.js';
import type { AddCommand } from './command.js';

interface SubmitOptions {
  readonly requestId?: string;
  readonly var: Record<string, string>;
  readonly watch: boolean;
  readonly wait: boolean;
  readonly validateOnly: boolean;
  readonly probe: boolean;
  readonly label: Record<string, string>;
  readonly priority: number;
  readonly ttl?: Duration;
  readonly limit: Partial<TaskTimeouts>;
  readonly maxAttempts: number;
  readonly runOrReject: boolean;
  readonly notify: readonly string[];
  readonly notifyEvents: readonly NotifyTarget_Event[];
  readonly notifySecret: string;
  readonly cache?: keyof typeof CACHE_MODES;
}

const CACHE_MODES = {
  use: CacheMode.CACHE_MODE_USE,
  'no-store': CacheMode.CACHE_MODE_NO_STORE,
  reload: CacheMode.CACHE_MODE_RELOAD,
} as const;

const EVENTS: Readonly<Record<string, NotifyTarget_Event>> = {
  ended: NotifyTarget_Event.EVENT_ENDED,
  'state-changed': NotifyTarget_Event.EVENT_STATE_CHANGED,
};

function collect(url: string, before: readonly string[]): string[] {
  return [...before, url];
}

/** Names with commas between. */
function parseEvents(text: string): NotifyTarget_Event[] {
  return text.split(',').map((name) => {
    const event = EVENTS[name.trim()];
    if (event === undefined) throw new InvalidArgumentError(`it must be ${Object.keys(EVENTS).join(' or ')}.`);
    return event;
  });
}

/** `cutroom submit SPEC`: hands a composition to the server and prints the task's id. */
export const addSubmitCommand: AddCommand = (program, { context, run }) => {
  const command = program
    .command('submit')
    .description('submit a composition and print the id of its task')
    .argument('<spec>', 'RenderSpec file, paths as on the server; - reads stdin')
    .option('--var <name=value>', 'replaces {{name}} in its texts; repeatable', parseLabel, {})
    .option('--watch', 'follow the task until it ends', false)
    .option('--wait', 'the same without showing progress', false)
    .option('--validate-only', 'check only, and print the spec with every default', false)
    .option('--probe', 'the same, and print when each clip starts and ends', false)
    .option('--label <key=value>', 'mark it, to find it by; repeatable', parseLabel, {})
    .option('--priority <n>', '-100 to 100, higher first; a step is worth a minute', parseInteger, 0)
    .option('--ttl <time>', 'keep it this long after its end (7d)', parseDuration)
    .option('--limit <name=time>', 'queue, total, stall or fetch: total=10m; repeatable', parseLimit, {})
    .option('--max-attempts <n>', 'failures of its own that end it (2)', parseInteger, 0)
    .option('--run-or-reject', 'refuse it when no worker has a free slot', false)
    .addOption(
      new Option('--cache <mode>', 'how parts that were rendered before are used').choices([
        'use',
        'no-store',
        'reload',
      ]),
    )
    .option('--notify <url>', 'tell this URL of its end; repeatable', collect, [])
    .option('--notify-events <list>', 'ended, state-changed: of what those are told (ended)', parseEvents, [])
    .option('--notify-secret <id>', 'sign with this secret (not signed)', '')
    .option('--request-id <uuid>', 'makes it safe to repeat: same id, same task');
  command.action((file: string, submit: SubmitOptions) =>
    run(command, (options) =>
      withClient(options, async (client) => {
        const request = requestOf(await readSpec(file, { stdin: context.stdin, variables: submit.var }), submit);
        const task = await send(context, client, request);
        if (request.validateOnly) return showValidated(context, task, options);
        if (!submit.watch && !submit.wait) {
          context.stdout.write(`${options.json ? taskJson(task) : task.taskId}\n`);
          return ExitCode.ok;
        }
        if (!options.json && task.state === Task_State.QUEUED) context.stderr.write(`${task.name}\n`);
        return watchToEnd(context, client, { name: task.name, json: options.json, quiet: submit.wait });
      }),
    ),
  );
};

/** An id even when none was given: then a call whose answer is lost can be repeated. */
function requestOf(spec: RenderSpec, submit: SubmitOptions): SubmitTaskRequest {
  const { queue, total, stall, fetch } = submit.limit;
  const validateOnly = submit.validateOnly || submit.probe;
  return {
    spec,
    requestId: validateOnly ? '' : (submit.requestId ?? randomUUID()),
    labels: submit.label,
    priority: submit.priority,
    timeouts: Object.keys(submit.limit).length === 0 ? undefined : { queue, total, stall, fetch },
    maxAttempts: submit.maxAttempts,
    ttl: submit.ttl,
    admission: submit.runOrReject ? Admission.ADMISSION_RUN_OR_REJECT : Admission.ADMISSION_UNSPECIFIED,
    validateOnly,
    probe: submit.probe,
    notify: submit.notify.map((url) => ({
      url,
      events: [...submit.notifyEvents],
      secret: secretName(submit.notifySecret),
    })),
    cache: submit.cache === undefined ? CacheMode.CACHE_MODE_UNSPECIFIED : CACHE_MODES[submit.cache],
  };
}

async function send(context: CliContext, client: TaskServiceClient, request: SubmitTaskRequest): Promise<Task> {
  try {
    return await client.submitTask(request, { signal: context.signal });
  } catch (error) {
    if (
      error instanceof RpcError &&
      isWorthRetrying(error.code) &&
      error.reason !== 'NO_FREE_SLOT' &&
      !request.validateOnly
    ) {
      context.stderr.write(
        `the task may have been stored; repeat with --request-id ${request.requestId} to get the same task\n`,
      );
    }
    throw error;
  }
}

function showValidated(context: CliContext, task: Task, { json }: GlobalOptions): ExitCode {
  if (json) context.stdout.write(`${taskJson(task)}\n`);
  else if (task.resolution !== undefined) context.stdout.write(resolutionText(task.resolution));
  else if (task.spec !== undefined) context.stdout.write(`${specText(task.spec)}\n`);
  return ExitCode.ok;
}
