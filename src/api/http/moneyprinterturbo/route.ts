import type { MediaLibrary } from '../../../task/ports/media-library.js';
import type { PerTenant } from '../../../task/ports/per-tenant.js';
import type { MediaUploads } from '../../../task/ports/media-uploads.js';
import type { OutputUrls } from '../../../task/output-urls.js';
import type { Access } from '../../../task/caller.js';
import type { TaskUseCases } from '../../../task/use-cases/task-use-cases.js';
import { formatTaskName } from '../../../wire/task-name.js';
import type { MethodContext } from '../../chain/call.js';
import type { Chain } from '../../chain/chain.js';
import { type MethodName, pathOf } from '../../service/method.js';
import { HttpCall } from '../gateway/http-call.js';
import type { HttpRequest, HttpResponse } from '../http-types.js';
import type { PathVariables } from '../path-template.js';

export interface MoneyPrinterTurboOptions {
  readonly tasks: TaskUseCases;
  readonly chain: Chain;
  readonly urls: Pick<OutputUrls, 'sign' | 'locate'>;
  /** The operator's files, in the input roots. */
  readonly library: PerTenant<MediaLibrary>;
  /** The callers' files. No music is chosen from them at random. */
  readonly uploads: PerTenant<Pick<MediaUploads, 'list' | 'remove'>>;
  /** The folder in the input roots from whose songs `bgm_type: "random"` chooses. */
  readonly musicFolder: string;
  /** Whether callers need no credentials: then videos have URLs without a signature, which their clients build themselves. */
  readonly isOpen: boolean;
  /** File names of the fonts that `font_name` may name. */
  readonly fonts: readonly string[];
  /** The most bytes of an uploaded video or image. */
  readonly maxUploadBytes: number;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** The dependencies of the routes. */
export type RouteDeps = MoneyPrinterTurboOptions;

/** What documents say about a route. */
export interface RouteDoc {
  /** Unique among all operations. */
  readonly id: string;
  readonly summary: string;
  /** The parameters of a video in JSON; a form with a file. Absent: no body. */
  readonly body?: 'parameters' | 'form';
  /** Whether its query has `page` and `page_size`. */
  readonly paged?: true;
  /** A finished video, instead of JSON in the envelope. */
  readonly answer?: 'video';
}

/** One route below `/api/v1`. An error that its handler throws is answered in the envelope. */
export interface MoneyPrinterTurboRoute {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** As in `google.api.http`. */
  readonly template: string;
  /** The permission that its callers need. */
  readonly access: Access;
  /** Null: it only refuses. */
  readonly doc: RouteDoc | null;
  /** `call` asks for that permission. */
  readonly handle: (request: HttpRequest, variables: PathVariables, call: ChainCall) => Promise<HttpResponse>;
}

/**
 * Runs the work of a route through the chain that every call passes, under the name of the RPC that does the same work, so that these routes are
 * authenticated, logged, counted and refused like any other.
 * @throws RpcError
 */
export type ChainCall = <T>(
  request: HttpRequest,
  rpc: RpcOfRoute,
  work: (context: MethodContext) => Promise<T>,
) => Promise<T>;

/** The RPC by which the chain logs and counts a call. */
export interface RpcOfRoute {
  readonly method: MethodName;
  /** The task of the call; absent where there is none yet. */
  readonly taskId?: string;
  /** Whether it only reads, and so goes on while the server drains. */
  readonly isRead?: boolean;
}

/** @param access the permission that the route needs. */
export function createChainCall(chain: Chain, access: Access): ChainCall {
  return (request, { method, taskId, isRead = false }, work) => {
    const message = taskId === undefined ? {} : { name: formatTaskName(taskId) };
    const origin = new HttpCall(request, null);
    return chain.unary({ path: pathOf(method), access, request: message, origin, whileDraining: isRead }, work);
  };
}
