import { parseSubmit } from '../../../wire/parse-submit.js';
import type { SubmitCommand } from '../../../task/use-cases/task-use-cases.js';
import { tenantOf } from '../../tenant.js';
import { success } from './envelope.js';
import { violationsResponse } from './error-response.js';
import { parseJsonObject } from './json-body.js';
import { toParameter } from './parameter-names.js';
import { readVideoRequest, type VideoRequest } from './read-video-request.js';
import { recordOf } from './record.js';
import { type MoneyPrinterTurboRoute, type RouteDeps, rpcOf } from './route.js';
import { parsePageQuery, readPage } from './task-pages.js';

/** `POST /videos`, and what is done with tasks. */
export function taskRoutes(deps: RouteDeps): MoneyPrinterTurboRoute[] {
  return [
    { method: 'POST', template: '/videos', handle: submit(deps) },
    { method: 'GET', template: '/tasks', handle: list(deps) },
    { method: 'GET', template: '/tasks/{id}', handle: get(deps) },
    { method: 'DELETE', template: '/tasks/{id}', handle: remove(deps) },
  ];
}

function submit({ tasks, call, library, musicFolder, fonts, random }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request) => {
    const json = parseJsonObject(request.body);
    if (!json) return violationsResponse([{ field: '', description: 'the body must be a JSON object' }], 'body');
    const songs =
      json.bgm_type === undefined || json.bgm_type === 'random' ? await library.list('sound', musicFolder) : [];
    const read = readVideoRequest(json, { songs: songs.map(({ uri }) => uri), fonts, random });
    const task = await call(request, rpcOf('SubmitTask'), (context) =>
      tasks.submit(commandOf(read, tenantOf(context))),
    );
    return success({ task_id: task.id });
  };
}

/** What is wrong by either reading is told together, each parameter once. */
function commandOf({ request, violations, warnings }: VideoRequest, tenant: string): SubmitCommand {
  const command = { ...parseSubmit(request, tenant), warnings };
  if (violations.length === 0) return command;
  const told = new Set(violations.map(({ field }) => field));
  const more = command.spec.violations.filter(({ field }) => !told.has(toParameter(field)));
  return { ...command, spec: { ...command.spec, form: null, violations: [...violations, ...more] } };
}

function get({ tasks, call, urls }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request, { id = '' }) => {
    const task = await call(request, rpcOf('GetTask', id), (context) => tasks.get({ tenant: tenantOf(context), id }));
    return success(recordOf(task, (...of) => urls.sign(...of)));
  };
}

function list({ tasks, call, urls }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request) => {
    const query = parsePageQuery(request.query);
    if ('violations' in query) return violationsResponse(query.violations, 'query');
    const page = await call(request, rpcOf('ListTasks'), (context) => readPage(tasks, tenantOf(context), query));
    return success({
      tasks: page.tasks.map((task) => recordOf(task, (...of) => urls.sign(...of))),
      total: page.total,
      page: query.page,
      page_size: query.pageSize,
    });
  };
}

function remove({ tasks, call }: RouteDeps): MoneyPrinterTurboRoute['handle'] {
  return async (request, { id = '' }) => {
    await call(request, rpcOf('DeleteTask', id), (context) => tasks.delete({ tenant: tenantOf(context), id }));
    return success(null);
  };
}
