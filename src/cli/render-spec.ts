import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Diagnostics } from '../../generated/cutroom/v1/diagnostics.js';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import type { Task as WireTask } from '../../generated/cutroom/v1/task.js';
import { SubmitTaskRequest } from '../../generated/cutroom/v1/task_service.js';
import { Status } from 'nice-grpc';
import { toConfig } from '../config/config.js';
import { environmentOf } from '../config/variables.js';
import { renderEmbedded } from '../app/render-embedded.js';
import { createLogDestination } from '../observability/log-destination.js';
import { createLogger } from '../observability/logger.js';
import { CallError } from '../task/call-error.js';
import { ANYONE } from '../task/caller.js';
import type { Task } from '../task/task.js';
import { parseSubmit } from '../wire/parse-submit.js';
import { printDiagnostics } from '../wire/print-full-task.js';
import { printTask } from '../wire/print-task.js';
import { KEY } from '../wire/render-spec/parse-outputs.js';
import { parseSpec } from '../wire/render-spec/parse-spec.js';
import { statusOf } from '../wire/status-mapping.js';
import { RpcError } from './rpc-error.js';

/** What `cutroom render` asks of the engine. */
export interface RenderOrder {
  readonly spec: RenderSpec;
  readonly file: string;
  readonly inputRoots: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  readonly onChange: (task: WireTask) => void;
  /** Called when the attempt has ended, in whatever way. */
  readonly onDiagnostics: (diagnostics: Diagnostics) => void;
}

/** A spec whose outputs have the names of their files, where they have none of their own: further files are named after them. */
function namedAfter(spec: RenderSpec, file: string): RenderSpec {
  const parsed = parseSpec(spec).outputs;
  const { name } = path.parse(file);
  const taken = new Set(spec.outputs.map(({ key }) => key));
  const outputs = spec.outputs.map((output, i) => {
    const extension = path.extname(parsed[i]?.key ?? '');
    const key = i === 0 ? path.basename(file) : `${name}-${i + 1}${extension}`;
    return output.key !== '' || !KEY.test(key) || taken.has(key) ? output : { ...output, key };
  });
  return { ...spec, outputs };
}

/**
 * Renders a spec from the wire in this process and returns the task as it ended, as a server would show it; its videos are `file:` URLs.
 * @throws RpcError INVALID_ARGUMENT with every violation, as a server would; Error, for people, when there is no ffmpeg or a variable is wrong.
 */
export async function renderSpec(order: RenderOrder): Promise<WireTask> {
  const env = environmentOf('render', order.env);
  // The screen shows what happens; the log is there for those who ask for it.
  const config = toConfig({ ...env, CUTROOM_LOG_LEVEL: env.CUTROOM_LOG_LEVEL ?? 'silent' });
  let diagnostics: Diagnostics | undefined;
  // With the diagnostics: they are not stored anywhere.
  const print = (task: Task): WireTask => ({
    ...printTask(task, (_, { location }, part) => {
      return pathToFileURL(part === undefined ? location : path.join(path.dirname(location), part)).href;
    }),
    diagnostics,
  });
  try {
    const task = await renderEmbedded({
      command: parseSubmit(SubmitTaskRequest.fromPartial({ spec: namedAfter(order.spec, order.file) }), ANYONE),
      file: order.file,
      inputRoots: order.inputRoots,
      config,
      logger: createLogger({ level: config.logLevel, destination: createLogDestination({ descriptor: 2 }) }),
      signal: order.signal,
      onChange: (changed) => {
        order.onChange(print(changed));
      },
      onDiagnostics: (ran) => {
        diagnostics = printDiagnostics(ran);
        order.onDiagnostics(diagnostics);
      },
    });
    return print(task);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    // Without a store a spec that is refused is all that can be wrong.
    throw new RpcError(Status.INVALID_ARGUMENT, statusOf(error), { cause: error });
  }
}
