import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { CallError } from '../../../task/call-error.js';
import type { Caller } from '../../../task/caller.js';
import { detailsFor } from '../../../wire/details-for.js';
import { parseSubmit } from '../../../wire/parse-submit.js';
import type { SubmitCommand } from '../../../task/use-cases/task-use-cases.js';
import { withLiteralTexts } from '../../../wire/render-spec/variables.js';
import { hasTooManyJsonValues, TOO_MANY_VALUES } from '../../../wire/request-size.js';
import type { SignUrl } from '../../../wire/print-task.js';
import { success } from './envelope.js';
import { violationsResponse } from './error-response.js';
import { toParameter } from './parameter-names.js';
import { readVideoRequest, type VideoRequest } from './read-video-request.js';
import { recordOf, sourcesOf } from './record.js';
import type { MoneyPrinterTurboRoute, RouteDeps } from './route.js';
import { parsePageQuery, readPage } from './task-pages.js';

/** `POST /videos`, and reading and deleting tasks. */
export function taskRoutes(deps: RouteDeps): MoneyPrinterTurboRoute[] {
  return [
    {
      method: 'POST',
      template: '/videos',
      access: 'tasks.submit',
      doc: {
        id: 'CreateVideo',
        summary: 'Submits a video by the parameters of MoneyPrinterTurbo.',
        body: 'parameters',
      },
      handle: submit(deps),
    },
    {
      method: 'GET',
      template: '/tasks',
      access: 'tasks.read',
      doc: { id: 'ListVideoTasks', summary: 'Lists tasks, newest first, by pages.', paged: true },
      handle: list(deps),
    },
    {
      method: 'GET',
      template: '/tasks/{id}',
      access: 'tasks.read',
      doc: {
        id: 'GetVideoTask',
        summary: 'Answers with a task: state 4 while it is processed, 1 when it is done, -1 when it failed.',
      },
      handle: get(deps),
    },
    {
      method: 'DELETE',
      template: '/tasks/{id}',
      access: 'tasks.cancel',
      doc: { id: 'DeleteVideoTask', summary: 'Deletes a task that has ended, with its videos.' },
      handle: remove(deps),
    },
  ];
}

function submit({ tasks, library, uploads, musicFolder, fonts, random }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request, _, call) => {
    const task = await call(request, { method: 'SubmitTask' }, async ({ caller, trace }) => {
      const read = await readVideo(caller.tenant, parseJsonObject(request.body));
      return tasks.submit({ ...commandOf(read, caller), trace });
    });
    return success({ task_id: task.id });
  };

  async function readVideo(tenant: string, json: JsonObject): Promise<VideoRequest> {
    const isRandom = json.bgm_type === undefined || json.bgm_type === 'random';
    const isNamed = typeof json.bgm_file === 'string' && json.bgm_file !== '' && !json.bgm_file.includes('/');
    const [songs, uploaded] = await Promise.all([
      isRandom || isNamed ? library.of(tenant).list('audio', musicFolder) : [],
      isNamed ? uploads.of(tenant).list('audio') : [],
    ]);
    return readVideoRequest(json, {
      songs: songs.map(({ uri }) => uri),
      uploadedSongs: uploaded.map(({ uri }) => uri),
      fonts,
      random,
    });
  }
}

/** Joins the violations of both parsers, each parameter once. */
function commandOf({ request, violations, warnings }: VideoRequest, caller: Caller): SubmitCommand {
  // Its clients know no placeholders: braces in their texts are text.
  const literal = { ...request, spec: request.spec && withLiteralTexts(request.spec) };
  const command = { ...parseSubmit(literal, caller), warnings };
  if (violations.length === 0) return command;
  const named = new Set(violations.map(({ field }) => field));
  const more = command.spec.violations.filter(({ field }) => !named.has(toParameter(field)));
  return { ...command, spec: { ...command.spec, form: null, violations: [...violations, ...more] } };
}

function get(deps: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  const { tasks } = deps;
  return async (request, { id = '' }, call) => {
    const record = await call(request, { method: 'GetTask', taskId: id, isRead: true }, async ({ caller, baseUrl }) => {
      const task = await tasks.get({ tenant: caller.tenant, id });
      const ofTask = recordOf(task, urlsFor(deps, baseUrl));
      return task.state === 'SUCCEEDED'
        ? { ...ofTask, ...sourcesOf(detailsFor(caller, await tasks.details(task))) }
        : ofTask;
    });
    return success(record);
  };
}

function list(deps: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  const { tasks } = deps;
  return async (request, _, call) => {
    const query = parsePageQuery(request.query);
    const page = await call(request, { method: 'ListTasks', isRead: true }, async ({ caller, baseUrl }) => {
      if ('violations' in query) return null;
      const { total, tasks: found } = await readPage(tasks, caller.tenant, query);
      return { total, tasks: found.map((task) => recordOf(task, urlsFor(deps, baseUrl))) };
    });
    if ('violations' in query || page === null)
      return violationsResponse('violations' in query ? query.violations : [], 'query');
    return success({ ...page, page: query.page, page_size: query.pageSize });
  };
}

/** Without credentials the URL that their clients know and build: no query, and it never expires. */
function urlsFor({ isOpen, urls }: RouteDeps, baseUrl: string): SignUrl {
  if (!isOpen) return (task, output) => urls.sign(task, output, baseUrl);
  return ({ id }, { key }) => `${baseUrl}/tasks/${encodeURIComponent(id)}/${encodeURIComponent(key)}`;
}

function remove({ tasks }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request, { id = '' }, call) => {
    await call(request, { method: 'DeleteTask', taskId: id }, ({ caller }) =>
      tasks.delete({ tenant: caller.tenant, id }, { dropDeliveries: false }),
    );
    return success(null);
  };
}

/** A body as a JSON object. @throws CallError INVALID_REQUEST when it is none, or has too many values. */
function parseJsonObject(body: Uint8Array | null): JsonObject {
  const json = body !== null && hasTooManyJsonValues(body) ? null : jsonObjectIn(body);
  if (json !== null) return json;
  const description = `the body must be a JSON object, which ${TOO_MANY_VALUES}`;
  throw new CallError({ reason: 'INVALID_REQUEST', violations: [{ field: '', description }] });
}

function jsonObjectIn(body: Uint8Array | null): JsonObject | null {
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body ?? new Uint8Array())) as JsonValue;
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : null;
  } catch {
    return null;
  }
}
