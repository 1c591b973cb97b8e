import type { MediaLibrary } from '../../../task/ports/media-library.js';
import type { OutputUrls } from '../../../task/output-urls.js';
import type { TaskUseCases } from '../../../task/use-cases/task-use-cases.js';
import { formatTaskName } from '../../../wire/task-name.js';
import type { Chain } from '../../chain/chain.js';
import type { HttpRequest, HttpResponse } from '../http-types.js';
import type { PathVariables } from '../path-template.js';
import type { ChainCall, Rpc } from './chain-call.js';

export interface MoneyPrinterTurboOptions {
  readonly tasks: TaskUseCases;
  readonly chain: Chain;
  readonly urls: Pick<OutputUrls, 'sign' | 'locate'>;
  /** What is in the input roots. */
  readonly library: MediaLibrary;
  /** Where in the input roots the songs lie that `bgm_type: "random"` chooses from. */
  readonly musicFolder: string;
  /** File names of the fonts that `font_name` may name. */
  readonly fonts: readonly string[];
  /** The most bytes of an uploaded video or image. */
  readonly maxUploadBytes: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** What the routes work with. */
export interface RouteDeps extends MoneyPrinterTurboOptions {
  readonly call: ChainCall;
}

/** One route below `/api/v1`. What its handler throws is answered in the envelope. */
export interface MoneyPrinterTurboRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in `google.api.http`. */
  readonly template: string;
  readonly handle: (request: HttpRequest, variables: PathVariables) => Promise<HttpResponse>;
}

/** The RPC that a route does the work of: as it the chain logs and counts the call. */
export function rpcOf(
  method: 'SubmitTask' | 'GetTask' | 'ListTasks' | 'DeleteTask' | 'GetCapabilities' | 'ProbeMedia',
  taskId?: string,
): Rpc {
  return { path: `/cutroom.v1.TaskService/${method}`, name: taskId === undefined ? '' : formatTaskName(taskId) };
}
