import type { Redelivery } from '../deliveries.js';
import type { DiagnosticsStore } from '../ports/diagnostics-store.js';
import type { MediaReport } from '../ports/media-inspector.js';
import type { LibraryFile } from '../ports/media-library.js';
import type { MediaUploads } from '../ports/media-uploads.js';
import type { PerTenant } from '../ports/per-tenant.js';
import type { OutputStore } from '../ports/output-store.js';
import type { WorkerInfo } from '../ports/worker-store.js';
import type { Watch, WatchOptions, WatchSink } from '../hub-watch.js';
import type { Preview, Previews } from '../previews.js';
import type { QueuePlace } from '../queue-forecast.js';
import type { QueueView } from '../queue-view.js';
import type { Task, TaskKey } from '../task.js';
import type { TaskHub } from '../task-hub.js';
import { acceptUpload, type Upload } from './accept-upload.js';
import { cancelTask } from './cancel-task.js';
import { deleteTask } from './delete-task.js';
import { getTask } from './get-task.js';
import { getTaskDetails, type TaskDetails } from './get-task-details.js';
import { getPreview } from './get-preview.js';
import { listTasks, type ListTasksQuery, type TaskPage } from './list-tasks.js';
import { probeMedia } from './probe-media.js';
import { redeliverEvents } from './redeliver-events.js';
import { retryTask, type RetryDeps } from './retry-task.js';
import { submitTask, validateTask, type SubmitCommand, type SubmitDeps, type ValidatedTask } from './submit-task.js';
import { waitForTask, type WaitOptions } from './wait-for-task.js';

export type { SubmitCommand } from './submit-task.js';
export type { ListTasksQuery } from './list-tasks.js';
export type { TaskDetails } from './get-task-details.js';
export type { WaitOptions } from './wait-for-task.js';

/** The use-cases of callers, over any transport. The files beside this one document each. */
export interface TaskUseCases {
  submit(command: SubmitCommand): Promise<Task>;
  validate(command: SubmitCommand, signal: AbortSignal): Promise<ValidatedTask>;
  get(key: TaskKey): Promise<Task>;
  details(task: Task): Promise<TaskDetails>;
  /** Where a task stands in the queue; null when it is not queued, or that is not known. */
  queuePlaceOf(task: Task): Promise<QueuePlace | null>;
  /** The newest preview of a task. @throws CallError TASK_NOT_FOUND, PREVIEW_NOT_FOUND. */
  preview(key: TaskKey): Promise<Preview>;
  wait(key: TaskKey, options: WaitOptions): Promise<Task>;
  watch(key: TaskKey, options: WatchOptions, sink: WatchSink): Watch;
  list(query: ListTasksQuery): Promise<TaskPage>;
  /** How many tasks a tenant has. */
  count(tenant: string): Promise<number>;
  cancel(key: TaskKey): Promise<Task>;
  retry(key: TaskKey): Promise<Task>;
  redeliver(key: TaskKey, which: Redelivery): Promise<Task>;
  delete(key: TaskKey, options: { readonly dropDeliveries: boolean }): Promise<void>;
  workers(): Promise<readonly WorkerInfo[]>;
  probe(input: { readonly tenant: string; readonly uri: string }, signal: AbortSignal): Promise<MediaReport>;
  acceptUpload(upload: Upload, signal: AbortSignal): Promise<LibraryFile>;
}

export interface TaskUseCaseDeps extends SubmitDeps, Pick<RetryDeps, 'parseSpec'> {
  readonly store: SubmitDeps['store'] & DiagnosticsStore;
  readonly hub: TaskHub;
  readonly queue: QueueView;
  readonly previews: Previews;
  readonly outputs: OutputStore;
  readonly uploads: PerTenant<MediaUploads>;
}

export function createTaskUseCases(deps: TaskUseCaseDeps): TaskUseCases {
  const { quotas } = deps;
  const inspection = <T>(tenant: string, work: () => Promise<T>): Promise<T> =>
    quotas === null ? work() : counted(() => quotas.enter(tenant, 'inspections'), work);
  return {
    submit: (command) => submitTask(deps, command),
    validate: (command, signal) => inspection(command.tenant, () => validateTask(deps, command, signal)),
    get: (key) => getTask(deps, key),
    details: (task) => getTaskDetails(deps, task),
    queuePlaceOf: (task) => deps.queue.placeOf(task),
    preview: (key) => getPreview(deps, key),
    wait: (key, options) => {
      const wait = () => waitForTask(deps, key, options);
      return quotas === null ? wait() : counted(() => quotas.enter(key.tenant, 'watches'), wait);
    },
    watch: (key, options, sink) =>
      quotas === null
        ? deps.hub.watch(key, options, sink)
        : countedWatch(quotas.enter(key.tenant, 'watches'), sink, (counting) => deps.hub.watch(key, options, counting)),
    list: (query) => listTasks(deps, query),
    count: (tenant) => deps.store.count(tenant),
    cancel: (key) => cancelTask(deps, key),
    retry: (key) => retryTask(deps, key),
    redeliver: (key, which) => redeliverEvents(deps, key, which),
    delete: (key, options) => deleteTask(deps, key, options),
    workers: () => deps.store.workers(),
    probe: (input, signal) => inspection(input.tenant, () => probeMedia(deps, input, signal)),
    acceptUpload: (upload, signal) => inspection(upload.tenant, () => acceptUpload(deps, upload, signal)),
  };
}

async function counted<T>(enter: () => () => void, work: () => Promise<T>): Promise<T> {
  const leave = enter();
  try {
    return await work();
  } finally {
    leave();
  }
}

/** @param leave called once the watch has ended, in whatever way. */
function countedWatch(leave: () => void, sink: WatchSink, watch: (sink: WatchSink) => Watch): Watch {
  try {
    return watch({
      event: (event) => {
        sink.event(event);
      },
      end: (error) => {
        leave();
        sink.end(error);
      },
    });
  } catch (error) {
    leave();
    throw error;
  }
}
