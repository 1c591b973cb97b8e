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
import { retryTask } from './retry-task.js';
import { submitTask, validateTask, type SubmitCommand, type SubmitDeps } from './submit-task.js';
import { waitForTask, type WaitOptions } from './wait-for-task.js';

export type { SubmitCommand } from './submit-task.js';
export type { ListTasksQuery } from './list-tasks.js';
export type { TaskDetails } from './get-task-details.js';
export type { WaitOptions } from './wait-for-task.js';

/** The use-cases of callers, over any transport. The files beside this one document each. */
export interface TaskUseCases {
  submit(command: SubmitCommand): Promise<Task>;
  validate(command: SubmitCommand, signal: AbortSignal): Promise<Task>;
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
  redeliver(key: TaskKey, options: { readonly includeDelivered: boolean }): Promise<Task>;
  delete(key: TaskKey, options: { readonly dropDeliveries: boolean }): Promise<void>;
  workers(): Promise<readonly WorkerInfo[]>;
  probe(input: { readonly tenant: string; readonly uri: string }, signal: AbortSignal): Promise<MediaReport>;
  acceptUpload(upload: Upload, signal: AbortSignal): Promise<LibraryFile>;
}

export interface TaskUseCaseDeps extends SubmitDeps {
  readonly store: SubmitDeps['store'] & DiagnosticsStore;
  readonly hub: TaskHub;
  readonly queue: QueueView;
  readonly previews: Previews;
  readonly outputs: OutputStore;
  readonly uploads: PerTenant<MediaUploads>;
}

export function createTaskUseCases(deps: TaskUseCaseDeps): TaskUseCases {
  return {
    submit: (command) => submitTask(deps, command),
    validate: (command, signal) => validateTask(deps, command, signal),
    get: (key) => getTask(deps, key),
    details: (task) => getTaskDetails(deps, task),
    queuePlaceOf: (task) => deps.queue.placeOf(task),
    preview: (key) => getPreview(deps, key),
    wait: (key, options) => waitForTask(deps, key, options),
    watch: (key, options, sink) => deps.hub.watch(key, options, sink),
    list: (query) => listTasks(deps, query),
    count: (tenant) => deps.store.count(tenant),
    cancel: (key) => cancelTask(deps, key),
    retry: (key) => retryTask(deps, key),
    redeliver: (key, options) => redeliverEvents(deps, key, options),
    delete: (key, options) => deleteTask(deps, key, options),
    workers: () => deps.store.workers(),
    probe: (input, signal) => probeMedia(deps, input, signal),
    acceptUpload: (upload, signal) => acceptUpload(deps, upload, signal),
  };
}
